/** How a file is meant to be used, and who says so. */
@NullMarked
package dev.assay.harness.usage;

import org.jspecify.annotations.NullMarked;
