/** Device facts through JavaCPP CUDA. */
@NullMarked
package dev.assay.harness.nn.cuda;

import org.jspecify.annotations.NullMarked;
