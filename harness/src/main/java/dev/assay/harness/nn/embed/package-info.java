/** Vectors of pictures and texts, each computed once: in batches, kept in memory and on disk. */
@NullMarked
package dev.assay.harness.nn.embed;

import org.jspecify.annotations.NullMarked;
