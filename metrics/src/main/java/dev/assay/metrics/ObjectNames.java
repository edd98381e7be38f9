package dev.assay.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What suites call things, and what detectors call them. */
final class ObjectNames {
    /** A detector's word (COCO's) and what people say for it. A word that may mean another thing is not here. */
    private static final Map<String, List<String>> SYNONYMS = Map.ofEntries(
            Map.entry("person", List.of("man", "woman", "boy", "girl", "child", "people", "figure")),
            Map.entry("bicycle", List.of("bike")),
            Map.entry("motorcycle", List.of("motorbike")),
            Map.entry("airplane", List.of("plane", "aeroplane")),
            Map.entry("couch", List.of("sofa")),
            Map.entry("potted plant", List.of("houseplant", "plant")),
            Map.entry("dining table", List.of("table")),
            Map.entry("tv", List.of("television", "tv monitor")),
            Map.entry("mouse", List.of("computer mouse")),
            Map.entry("remote", List.of("remote control", "tv remote")),
            Map.entry("keyboard", List.of("computer keyboard")),
            Map.entry("cell phone", List.of("phone", "mobile phone")),
            Map.entry("refrigerator", List.of("fridge")),
            Map.entry("donut", List.of("doughnut")),
            Map.entry("hair drier", List.of("hair dryer")),
            Map.entry("sports ball", List.of("ball", "football")),
            Map.entry("wine glass", List.of("glass of wine")));

    private ObjectNames() {}

    /** The detector's word for a thing, if it has one. */
    static Optional<String> label(String name, List<String> labels) {
        String word = name.strip().toLowerCase(Locale.ROOT);
        return labels.stream()
                .filter(l -> l.equalsIgnoreCase(word)
                        || SYNONYMS.getOrDefault(l.toLowerCase(Locale.ROOT), List.of())
                                .contains(word))
                .findFirst();
    }
}
