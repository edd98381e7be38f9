/** Assay in somebody's own Maven project. */
package dev.assay.maven;
