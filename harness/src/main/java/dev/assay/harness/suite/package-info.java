/** Suites as data. */
package dev.assay.harness.suite;
