/** HTML from the templates in {@code src/main/jte}. */
package dev.assay.reports.pages;
