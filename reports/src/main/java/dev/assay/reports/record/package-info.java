/** Run records as views read them: whole, whatever the file left out. */
package dev.assay.reports.record;
