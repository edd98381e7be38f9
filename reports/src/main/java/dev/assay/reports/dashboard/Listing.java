package dev.assay.reports.dashboard;

import dev.assay.harness.text.AssayException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a collection holds now.
 *
 * @param name of the collection, for people
 */
public record Listing(String name, List<Item> items) {
    public Listing {
        items = List.copyOf(items);
        Set<String> seen = new HashSet<>();
        for (Item item : items) {
            if (!seen.add(item.model())) {
                throw new AssayException(
                        "listing " + name + ": expected each model once, found " + item.model() + " twice");
            }
        }
    }

    /**
     * A model of the collection.
     *
     * @param model its name there; digests of its runs carry the same
     * @param family of the network ({@code sd15}); null when unknown
     * @param sha256 of the file as it is now; null when unknown. Verdicts on another content do not count.
     * @param bytes size of the file; 0 when unknown
     * @param triggers words that call it
     */
    public record Item(String model, String family, String sha256, long bytes, List<String> triggers) {
        public Item {
            if (model == null || model.isEmpty()) {
                throw new AssayException("listing: expected a name for each model");
            }
            triggers = triggers == null ? List.of() : List.copyOf(triggers);
        }
    }

    /** No collection: the site shows every model of the history. */
    public static Listing none() {
        return new Listing("", List.of());
    }
}
