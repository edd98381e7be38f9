package dev.assay.harness.render.comfyui;

import java.util.regex.Pattern;

/** Text of a server made fit for a message: it is not ours and may hold anything. */
final class Words {
    private static final Pattern ANSI =
            Pattern.compile("\\x1B(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\x07\\x1B]*(?:\\x07|\\x1B\\\\)?|[@-Z\\\\-_])");
    private static final Pattern INVISIBLE =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u2028\\u2029&&[^\\n\\t ]]");

    private Words() {}

    /** Without colour codes, control and invisible characters; line breaks stay. */
    static String clean(String text) {
        return INVISIBLE.matcher(ANSI.matcher(text).replaceAll("")).replaceAll("");
    }

    /** {@link #clean} on one line, of at most {@code most} characters. */
    static String line(String text, int most) {
        String one = clean(text).replaceAll("\\s+", " ").strip();
        return one.length() <= most ? one : one.substring(0, most - 1) + "…";
    }
}
