/** Ground floor: files that are read with a bound and written whole. */
@NullMarked
package dev.assay.harness.files;

import org.jspecify.annotations.NullMarked;
