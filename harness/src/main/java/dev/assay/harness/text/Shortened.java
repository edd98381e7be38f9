package dev.assay.harness.text;

import java.util.List;

/** Long lists in messages. */
public final class Shortened {
    private Shortened() {}

    /** {@code a, b, and 7 more}: at most so many of the items, and how many there are besides. */
    public static String of(List<String> items, int most) {
        return items.size() <= most
                ? String.join(", ", items)
                : String.join(", ", items.subList(0, most)) + ", and " + (items.size() - most) + " more";
    }
}
