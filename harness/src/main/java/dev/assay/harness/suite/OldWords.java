package dev.assay.harness.suite;

import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.text.AssayException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Words of suite files and policies that were renamed. Files that have them are read as before.
 *
 * @param tree as {@link Yaml#read} gives it, in the words of today
 * @param notes for the file's author: {@code leastPairs is called minPairs now}
 */
public record OldWords(Object tree, List<String> notes) {
    private static final Map<String, String> FIELDS = Map.of(
            "leastPairs", "minPairs",
            "leastPrompts", "minPrompts",
            "mostMegabytes", "maxMegabytes",
            "mostTotalMegabytes", "maxTotalMegabytes");
    private static final Map<String, String> RULES = Map.of(
            "NONE_NEW", "NO_NEW_DEFECTS",
            "NO_MORE_DEFECTS", "DEFECT_RATE_NON_INFERIOR",
            "EFFECTIVE", "HAS_EFFECT");

    /**
     * Renews a whole file: names of the fields that its records have, and rules. What people name themselves stays.
     *
     * @param form record of the file's fields
     * @throws AssayException where an old name of a field stands beside its new one, naming the place
     */
    public static OldWords in(Object yaml, Class<?> form) {
        Set<String> notes = new TreeSet<>();
        Object tree = renewed(yaml, form, "", notes);
        return new OldWords(tree, List.copyOf(notes));
    }

    private static Object renewed(Object value, Type type, String path, Set<String> notes) {
        if (value instanceof List<?> list
                && type instanceof ParameterizedType many
                && many.getRawType() == List.class) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(renewed(item, many.getActualTypeArguments()[0], path + "[" + items.size() + "]", notes));
            }
            return items;
        }
        if (value instanceof Map<?, ?> named
                && type instanceof ParameterizedType many
                && many.getRawType() == Map.class) {
            Map<String, Object> items = new LinkedHashMap<>();
            named.forEach((name, item) -> items.put(
                    name.toString(), renewed(item, many.getActualTypeArguments()[1], path + "." + name, notes)));
            return items;
        }
        if (type == Rule.class && value instanceof String rule) {
            return word(RULES, rule, notes);
        }
        if (!(value instanceof Map<?, ?> map && type instanceof Class<?> form && form.isRecord())) {
            return value;
        }
        Map<String, Type> known = new HashMap<>();
        for (RecordComponent each : form.getRecordComponents()) {
            known.put(each.getName(), each.getGenericType());
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, inner) -> {
            String place = path.isEmpty() ? key.toString() : path + "." + key;
            String old = key.toString();
            String name = known.containsKey(FIELDS.get(old)) ? word(FIELDS, old, notes) : old;
            if (!name.equals(key) && map.containsKey(name)) {
                throw new AssayException(place + ": is called " + name + " now, and that is given too; remove one");
            }
            fields.put(name, renewed(inner, known.get(name), place, notes));
        });
        return fields;
    }

    private static String word(Map<String, String> words, String old, Set<String> notes) {
        String now = words.getOrDefault(old, old);
        if (!now.equals(old)) {
            notes.add(old + " is called " + now + " now");
        }
        return now;
    }
}
