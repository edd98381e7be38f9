/** The renderer in this JVM. */
package dev.assay.harness.render.local;
