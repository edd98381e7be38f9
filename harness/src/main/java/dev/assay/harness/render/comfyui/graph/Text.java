package dev.assay.harness.render.comfyui.graph;

/** What came from a server or a file, made fit for a message. */
final class Text {
    private static final int MOST = 300;

    private Text() {}

    /** On one line, without control and direction characters, at most 300 characters. */
    static String shown(String text) {
        String plain = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]+", " ")
                .strip();
        int end = plain.offsetByCodePoints(0, Math.min(MOST, plain.codePointCount(0, plain.length())));
        return end == plain.length() ? plain : plain.substring(0, end) + "...";
    }
}
