/** Model families: what their files' layers are called and measure. A new family is one file here and one line in ModelFamilies. */
package dev.assay.harness.model.family;
