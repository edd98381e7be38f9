package dev.assay.reports.words;

import java.util.List;

/** Lines of a table for a spreadsheet (RFC 4180). */
public final class Csv {
    private Csv() {}

    /** One line with its end; cells as {@link #text} and others give them. */
    public static String line(List<String> cells) {
        return String.join(",", cells) + "\r\n";
    }

    /** In quotes; a text that a spreadsheet would take for a formula begins with an apostrophe. */
    public static String text(String text) {
        String safe = text.isEmpty() || "=+-@".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }
}
