/** Networks: text and pixels in, vectors and pixels out. Tensors do not leave these packages. */
@NullMarked
package dev.assay.harness.nn;

import org.jspecify.annotations.NullMarked;
