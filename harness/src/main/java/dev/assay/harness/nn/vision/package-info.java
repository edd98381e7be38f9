/** Image encoders: pictures in, vectors out. */
@NullMarked
package dev.assay.harness.nn.vision;

import org.jspecify.annotations.NullMarked;
