/** Pictures: 8-bit sRGB, PNG in and out, PIL-exact resize. */
package dev.assay.harness.image;
