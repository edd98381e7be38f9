package dev.assay.reports.pages;

/**
 * A named fact of a page.
 *
 * @param text may have several lines
 * @param code shown below it in a fixed width; empty for none
 */
public record Row(String name, String text, String code) {
    public Row(String name, String text) {
        this(name, text, "");
    }
}
