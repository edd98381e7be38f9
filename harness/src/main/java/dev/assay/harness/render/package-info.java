/** From a request to a picture, and the store that keeps finished pictures. */
@NullMarked
package dev.assay.harness.render;

import org.jspecify.annotations.NullMarked;
