/** The JUnit platform engine {@code assay}: suite / candidate / family / criterion. */
@NullMarked
package dev.assay.harness.junit;

import org.jspecify.annotations.NullMarked;
