/** One run from settings to the record on disk. */
package dev.assay.harness.run;
