/** HTML from the templates in {@code src/main/jte}. */
@NullMarked
package dev.assay.reports.pages;

import org.jspecify.annotations.NullMarked;
