package dev.assay.harness.text;

import java.util.List;
import java.util.StringJoiner;

/**
 * Fields by name, as a content key has them: what is kept on disk is found again by them. They are listed one by one and never taken from a
 * record's {@code toString()}, so that a field that is added, renamed or moved changes no key before somebody decided that it must. The form
 * is that of Java's records, {@code Name[a=1, b=x]}, which the first version of the keys was made of.
 */
public final class KeyText {
    private KeyText() {}

    /** What stands in a key by its own fields. */
    public interface Keyed {
        /** See {@link KeyText}. A field that comes later is left out where it has the value that all had before it, so that keys stay. */
        String key();
    }

    /**
     * @param name of the kind of record, whatever its class is called
     * @param fields names of those that count, with blanks between; records among their values must be {@link Keyed}
     */
    public static String of(String name, Record record, String fields) {
        StringJoiner text = new StringJoiner(", ", name + "[", "]");
        for (String field : fields.split(" ", -1)) {
            text.add(field + "=" + text(value(record, field)));
        }
        return text.toString();
    }

    private static Object value(Record record, String field) {
        try {
            var accessor = record.getClass().getDeclaredMethod(field);
            accessor.setAccessible(true); // of a record that is not public
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record.getClass() + " has no field " + field, e);
        }
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
