package dev.assay.reports.words;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A word as a shell reads it back. */
public final class Shell {
    private static final Pattern BARE = Pattern.compile("--?[A-Za-z-]+|[A-Za-z0-9_/:.][A-Za-z0-9_/:.-]*");
    /** What no two of sh, PowerShell and cmd.exe read alike between double quotes. */
    private static final Pattern DIFFERENT = Pattern.compile("[\"$`!%\u201c-\u201e]|\\\\(?![A-Za-z0-9._ -])");

    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private Shell() {}

    /** As sh, PowerShell and cmd.exe all read it; empty where they would not agree. */
    public static Optional<String> everywhere(String word) {
        return BARE.matcher(word).matches()
                ? Optional.of(word)
                : isSeen(word) && !DIFFERENT.matcher(word).find() ? Optional.of('"' + word + '"') : Optional.empty();
    }

    /** One word of PowerShell, which takes curly quotes for straight ones. */
    public static String powerShell(String word) {
        return "'" + Words.line(word, Integer.MAX_VALUE).replaceAll("(['\u2018-\u201b])", "$1$1") + "'";
    }

    /** One word of a POSIX shell; what cannot be seen is written as its code, in the {@code $'...'} of bash, zsh and ksh. */
    public static String posix(String word) {
        if (SAFE.matcher(word).matches()) {
            return word;
        }
        if (isSeen(word)) {
            return "'" + word.replace("'", "'\\''") + "'";
        }
        StringBuilder quoted = new StringBuilder("$'");
        word.codePoints().filter(c -> c != 0).forEach(c -> {
            if (c == '\'' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c >= ' ' && c < 127) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append(String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c));
            }
        });
        return quoted.append('\'').toString();
    }

    private static boolean isSeen(String word) {
        return Words.line(word, Integer.MAX_VALUE).equals(word);
    }
}
