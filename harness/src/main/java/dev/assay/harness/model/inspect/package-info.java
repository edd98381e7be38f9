/** What a model file is, from its header: kind, family, contents, origin, and what is wrong with it. Nothing is rendered. */
package dev.assay.harness.model.inspect;
