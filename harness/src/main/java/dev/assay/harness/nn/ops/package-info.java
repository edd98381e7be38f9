/** Small tensor helpers shared by the networks. */
@NullMarked
package dev.assay.harness.nn.ops;

import org.jspecify.annotations.NullMarked;
