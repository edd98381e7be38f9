package dev.assay.harness.model.inspect;

import dev.assay.harness.text.PlainText;
import java.util.regex.Pattern;

/** Makes text of unknown origin fit for a terminal and a report: nothing invisible, no escape sequences, no endless lines. */
public final class HostileText {
    /** ANSI: CSI and OSC sequences, with ESC or as one C1 character, and what is left of others. */
    private static final Pattern ANSI = Pattern.compile("(?:\u001b\\[|\u009b)[0-?]*["
            + " -/]*[@-~]|(?:\u001b\\]|\u009d)[^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\\\)?|\u001b[@-_]?");

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private HostileText() {}

    /** At most so many characters, in one line. */
    public static String clean(String text, int most) {
        // A value may be megabytes long; what is looked at is a small multiple of what is shown.
        String start = text.length() > 4 * most + 4000 ? text.substring(0, 4 * most + 4000) : text;
        String plain = ANSI.matcher(start).replaceAll("");
        StringBuilder out = new StringBuilder();
        BLANKS.matcher(plain)
                .replaceAll(" ")
                .codePoints()
                .filter(HostileText::isVisible)
                .forEach(out::appendCodePoint);
        String line = out.toString().strip();
        if (line.codePointCount(0, line.length()) <= most) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
    }

    /** No control or format character (text direction, zero width), no lone surrogate, nothing unassigned. */
    public static boolean isVisible(int codePoint) {
        return PlainText.isVisible(codePoint);
    }
}
