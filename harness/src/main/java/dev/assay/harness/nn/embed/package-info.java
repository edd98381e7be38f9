/** Vectors of pictures and texts, each computed once: in batches, kept in memory and on disk. */
package dev.assay.harness.nn.embed;
