/** Ground floor: readers and writers of JSON. */
@NullMarked
package dev.assay.harness.json;

import org.jspecify.annotations.NullMarked;
