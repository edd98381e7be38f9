package dev.assay.harness.suite;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a file is made for; it decides which differences from the base are its point, and which are damage. */
public enum Purpose {
    /** A manner: colours, strokes, texture, light. */
    STYLE,
    /** One person or figure, wherever its trigger asks for it. */
    CHARACTER,
    /** A thing, a garment, a pose or a place. */
    CONCEPT,
    /** More detail or a better look of everything. */
    ENHANCER,
    /** The same pictures in fewer steps: a few-step distillation. */
    SPEED,
    /** The mending of a weakness of the base: hands, eyes, text. */
    FIX,
    /** A model of its own, trained further from the base. */
    FINETUNE,
    /** Nobody says. */
    UNKNOWN;

    /** As settings, sidecars and reports write it: {@code style}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of a word in any case; empty for a word that is none. */
    public static Optional<Purpose> of(String word) {
        String lower = word.strip().toLowerCase(Locale.ROOT);
        return Stream.of(values()).filter(p -> p.word().equals(lower)).findFirst();
    }

    /** All words, in the order of messages. */
    public static List<String> words() {
        return Stream.of(values()).map(Purpose::word).toList();
    }

    /** As {@link #word()}, which YAML files read. */
    @Override
    public String toString() {
        return word();
    }
}
