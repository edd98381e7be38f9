/** Ground floor: readers and writers of JSON. */
package dev.assay.harness.json;
