/** The JUnit platform engine {@code assay}: suite / candidate / family / criterion. */
package dev.assay.harness.junit;
