package dev.assay.harness.text;

import java.util.StringJoiner;

/**
 * Fields by name, as a content key has them: what is kept on disk is found again by them. They are listed one by one and never taken from a
 * record's {@code toString()}, so that a field that is added, renamed or moved changes no key before somebody decided that it must. The form
 * is that of Java's records, {@code Name[a=1, b=x]}, which the first version of the keys was made of.
 */
public final class KeyText {
    private final StringJoiner fields;

    private KeyText(String name) {
        fields = new StringJoiner(", ", name + "[", "]");
    }

    public static KeyText of(String name) {
        return new KeyText(name);
    }

    public KeyText with(String field, Object value) {
        fields.add(field + "=" + value);
        return this;
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
