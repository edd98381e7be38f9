package dev.assay.reports.collection;

import dev.assay.reports.words.Words;
import java.util.List;

/**
 * A person's word against the gate's: lets a file in that did not pass, and stays in the manifest.
 *
 * @param who a name
 * @param why a reason
 * @param when ISO 8601, UTC; null before the file was added
 * @param against what the gate had said
 */
public record Waiver(String who, String why, String when, List<String> against) {
    private static final int MAX_TEXT = 500;

    public Waiver {
        against = against == null ? List.of() : List.copyOf(against);
        if (who == null || who.isBlank() || why == null || why.isBlank()) {
            throw new CollectionException("an override needs a name and a reason");
        }
    }

    /**
     * From {@code NAME: REASON}; null from nothing.
     *
     * @throws CollectionException where name or reason is missing
     */
    public static Waiver parse(String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        int colon = text.indexOf(':');
        String who = colon < 0 ? "" : Words.line(text.substring(0, colon), 100);
        String why = colon < 0 ? "" : Words.line(text.substring(colon + 1), MAX_TEXT);
        if (who.isEmpty() || why.isEmpty()) {
            throw new CollectionException("assay.override: expected NAME: REASON, found " + Words.line(text, 100)
                    + "; both stay in the collection's manifest");
        }
        return new Waiver(who, why, null, List.of());
    }
}
