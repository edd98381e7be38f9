package dev.assay.harness.text;

import java.util.List;
import java.util.StringJoiner;

/**
 * Fields by name, as the first content keys have them: what is kept on disk is found again by them. They are listed one by one and never taken
 * from a record's {@code toString()}, so that a field that is added, renamed or moved changes no key before somebody decided that it must. The
 * form is that of Java's records, {@code Name[a=1, b=x]}, which the first version of the keys was made of. Values stand in it without their
 * lengths, so that two records may have one text: new keys are {@code ContentKey}s.
 */
public final class KeyText {
    private final StringJoiner text;

    /** What stands in a key by its own fields. */
    public interface Keyed {
        /** See {@link KeyText}. A field that comes later is left out where it has the value that all had before it, so that keys stay. */
        String key();
    }

    /** @param name of the kind of record, whatever its class is called */
    public KeyText(String name) {
        text = new StringJoiner(", ", name + "[", "]");
    }

    /** @param value a record, or one in a list, must be {@link Keyed} */
    public KeyText with(String field, Object value) {
        text.add(field + "=" + text(value));
        return this;
    }

    public String text() {
        return text.toString();
    }

    private static String text(Object value) {
        if (value instanceof Keyed keyed) {
            return keyed.key();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(KeyText::text).toList().toString();
        }
        if (value instanceof Record) {
            throw new IllegalStateException(value.getClass() + " is in a key and lists no fields for it");
        }
        return String.valueOf(value);
    }
}
