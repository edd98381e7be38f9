package dev.assay.harness.model;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** A hash over named fields: what is kept under it was made with exactly these values. The name of a field is part of it, a new one makes it another. */
public final class ContentKey {
    private final StringBuilder text = new StringBuilder();

    /** @param version of the list of fields, e.g. {@code assay-score/1} */
    public ContentKey(String version) {
        text.append(version).append('\n');
    }

    /** @param value null counts as a value of its own */
    public ContentKey with(String name, Object value) {
        String written = String.valueOf(value);
        text.append(name)
                .append('=')
                .append(value == null ? -1 : written.length())
                .append(':');
        text.append(written).append('\n');
        return this;
    }

    /** How many there are, and each. */
    public ContentKey withAll(String name, Collection<?> values) {
        with(name, values.size());
        values.forEach(value -> with(name, value));
        return this;
    }

    /** In the order of the names. */
    public ContentKey withAll(String name, Map<String, ?> values) {
        with(name, values.size());
        new TreeMap<>(values).forEach((key, value) -> with(name + " " + key, value));
        return this;
    }

    /** 64 lower-case hexadecimal digits. */
    public String sha256() {
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
