/** Ground floor: files that are read with a bound and written whole. */
package dev.assay.harness.files;
