package dev.assay.harness.suite;

import dev.assay.harness.text.DidYouMean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One value of a YAML file with its place in it, for messages.
 *
 * @param path {@code cases[3].seeds}; empty for the whole file
 * @param value as {@link Yaml#read} gives it; null when absent
 */
record Node(String file, String path, Object value) {
    SuiteException wrong(String problem) {
        return new SuiteException(file + ": " + (path.isEmpty() ? "" : path + ": ") + problem);
    }

    /** Makes a record; the record's own complaint gets file and path. */
    <T> T make(Supplier<T> record) {
        try {
            return record.get();
        } catch (IllegalArgumentException e) {
            throw new SuiteException(file + ": " + (path.isEmpty() ? "" : path + ".") + e.getMessage(), e);
        }
    }

    boolean isAbsent() {
        return value == null;
    }

    /** This object, whose fields are all among {@code known}. */
    Node object(String... known) {
        List<String> names = Arrays.asList(known);
        entries().forEach((name, child) -> {
            if (!names.contains(name)) {
                throw child.wrong(
                        "no such field; there are " + String.join(", ", names) + DidYouMean.hint(name, names));
            }
        });
        return this;
    }

    /** The fields of this object. */
    Map<String, Node> entries() {
        if (!(value instanceof Map<?, ?> map)) {
            throw expected("fields (name: value)");
        }
        Map<String, Node> children = new LinkedHashMap<>();
        map.keySet().forEach(name -> children.put(name.toString(), get(name.toString())));
        return children;
    }

    /** A field of this object; absent when there is none. */
    Node get(String name) {
        return new Node(file, path.isEmpty() ? name : path + "." + name, ((Map<?, ?>) value).get(name));
    }

    /** The entries of this list, each read by {@code read}; none when absent. */
    <T> List<T> list(Function<Node, T> read) {
        if (isAbsent()) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw expected("a list");
        }
        List<T> result = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            result.add(read.apply(new Node(file, path + "[" + i + "]", list.get(i))));
        }
        return result;
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        boolean scalar = value instanceof Number || value instanceof Boolean;
        throw expected(scalar ? "text in quotes" : "text");
    }

    String text(String ifAbsent) {
        return isAbsent() ? ifAbsent : text();
    }

    /** Whether this is yes; YAML may have read the word as true already. */
    boolean yes() {
        if (value instanceof Boolean yes) {
            return yes;
        }
        if ("yes".equals(value) || "no".equals(value)) {
            return value.equals("yes");
        }
        throw expected("yes or no");
    }

    long whole() {
        if (value instanceof Long whole) {
            return whole;
        }
        throw expected("a whole number");
    }

    int count() {
        long whole = whole();
        if (whole != (int) whole) {
            throw expected("a whole number below 2147483648");
        }
        return (int) whole;
    }

    double number() {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw expected("a number");
    }

    <E extends Enum<E>> E word(Class<E> kind, E ifAbsent) {
        if (isAbsent()) {
            return ifAbsent;
        }
        List<String> names =
                Arrays.stream(kind.getEnumConstants()).map(Enum::name).toList();
        if (!names.contains(text())) {
            throw wrong("expected one of " + String.join(", ", names) + ", found " + text()
                    + DidYouMean.hint(text(), names));
        }
        return Enum.valueOf(kind, text());
    }

    private SuiteException expected(String expected) {
        String found = isAbsent()
                ? "nothing"
                : value instanceof Map ? "fields" : value instanceof List ? "a list" : value.toString();
        return wrong("expected " + expected + ", found " + found);
    }
}
