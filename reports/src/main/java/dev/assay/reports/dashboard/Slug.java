package dev.assay.reports.dashboard;

import dev.assay.harness.model.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** File names of the site. Whatever a model calls itself, its page is named by letters, digits and hyphens. */
final class Slug {
    private static final int MAX_LENGTH = 48;
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern ENDS = Pattern.compile("^-|-$");

    private Slug() {}

    /** Readable where it can be, and distinct by a hash: {@code my-style-1a2b3c4d5e}. */
    static String of(String name) {
        String hash = Hashes.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 10);
        String plain = OTHERS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
        plain = ENDS.matcher(plain).replaceAll("");
        String head = plain.substring(0, Math.min(MAX_LENGTH, plain.length()));
        return head.isEmpty() ? hash : head + "-" + hash;
    }
}
