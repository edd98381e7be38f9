/** The page of a run: one HTML file, pictures first. The verdict card is its short form. */
@NullMarked
package dev.assay.reports.page;

import org.jspecify.annotations.NullMarked;
