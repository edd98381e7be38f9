package dev.assay.harness.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Passwords, tokens and keys that must not stand in any text, and the one way to take them out: as they are, in Base64, as an
 * address or JSON has them. A server may say back what it was sent.
 */
public final class Secrets {
    private static final int MIN_LENGTH = 4; // characters; a shorter one would blank out half of every text
    private static final int MIN_WORD = 8; // of a header such as "Bearer abc...": a word by itself is a secret, too
    private static final String HIDDEN = "***";
    private static final Pattern USER = Pattern.compile("(?<=//|^)[^/\\s,@]*@|[^/\\s,@]*:[^/\\s,@]*@");

    private static final Pattern CUT = Pattern.compile("\u2026|\\.\\.\\.");

    private final List<String> values;
    private final List<String> forms; // longest first

    private Secrets(Collection<String> values) {
        this.values = List.copyOf(values);
        Set<String> all = new LinkedHashSet<>();
        for (String value : values) {
            addForms(value, all);
            for (String word : value.split("\\s+", -1)) {
                if (word.length() >= MIN_WORD) {
                    addForms(word, all);
                }
            }
        }
        forms = all.stream()
                .filter(s -> s.length() >= MIN_LENGTH)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    public static Secrets none() {
        return new Secrets(List.of());
    }

    public static Secrets of(Collection<String> values) {
        return new Secrets(values.stream().filter(v -> !v.isBlank()).toList());
    }

    /** These and more. */
    public Secrets and(Collection<String> more) {
        List<String> all = new ArrayList<>(values);
        all.addAll(more);
        return of(all);
    }

    private static void addForms(String value, Set<String> all) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        all.add(value);
        all.add(value.strip());
        for (String address : List.of(form, form.replace("+", "%20"))) {
            all.add(address);
            all.add(lowerHex(address));
        }
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            all.add(encoder.encodeToString(bytes));
            all.add(encoder.withoutPadding().encodeToString(bytes));
        }
        all.add(value.replace("\\", "\\\\").replace("\"", "\\\""));
    }

    private static String lowerHex(String address) {
        return Pattern.compile("%[0-9A-F]{2}")
                .matcher(address)
                .replaceAll(m -> m.group().toLowerCase(Locale.ROOT));
    }

    /** The text with stars in place of every secret; null stays null. */
    public String redact(String text) {
        String safe = text;
        for (String form : forms) {
            safe = safe == null ? null : safe.replace(form, HIDDEN);
        }
        return safe == null || forms.isEmpty() ? safe : withoutBeginnings(safe);
    }

    /** A text may have been cut off in the middle of a secret, which shows as dots. */
    private String withoutBeginnings(String text) {
        StringBuilder out = new StringBuilder();
        Matcher cut = CUT.matcher(text);
        int from = 0;
        while (cut.find()) {
            String before = text.substring(from, cut.start());
            int begun = begun(before);
            out.append(before, 0, before.length() - begun)
                    .append(begun == 0 ? "" : HIDDEN)
                    .append(cut.group());
            from = cut.end();
        }
        return out.append(text, from, text.length()).toString();
    }

    /** How many characters at the end of a text are the beginning of a secret; 0 for fewer than count as one. */
    private int begun(String text) {
        int most = 0;
        for (String form : forms) {
            for (int length = Math.min(form.length(), text.length());
                    length >= Math.max(MIN_LENGTH, most + 1);
                    length--) {
                if (text.regionMatches(text.length() - length, form, 0, length)) {
                    most = length;
                }
            }
        }
        return most;
    }

    /** The cause, or null where it or what it goes back to says a secret: causes are printed with an exception. */
    public Throwable harmless(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            String text = String.valueOf(t);
            if (!redact(text).equals(text)) {
                return null;
            }
        }
        return cause;
    }

    /** An address, or a list of them, without {@code user:password@}. */
    public static String withoutUser(String address) {
        return USER.matcher(address).replaceAll(Matcher.quoteReplacement(HIDDEN + "@"));
    }

    /** Whether an address, or one of a list, has a user name in it, however badly it is written otherwise. */
    public static boolean hasUser(String addresses) {
        return USER.matcher(addresses).find();
    }

    @Override
    public String toString() {
        return "Secrets"; // whatever prints this prints none
    }
}
