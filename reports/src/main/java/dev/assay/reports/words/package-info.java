/** How a record's facts are said: in English, and safe to print whatever the files contained. */
package dev.assay.reports.words;
