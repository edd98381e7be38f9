/** The renderer in this JVM. */
@NullMarked
package dev.assay.harness.render.local;

import org.jspecify.annotations.NullMarked;
