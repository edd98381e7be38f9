/** Pictures: 8-bit sRGB, PNG in and out, PIL-exact resize. */
@NullMarked
package dev.assay.harness.image;

import org.jspecify.annotations.NullMarked;
