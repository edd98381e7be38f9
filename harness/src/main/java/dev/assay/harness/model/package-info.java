/** Model files: what is in them, and whether they can be trusted, without rendering. */
package dev.assay.harness.model;
