/** Networks: text and pixels in, vectors and pixels out. Tensors do not leave these packages. */
package dev.assay.harness.nn;
