package dev.assay.harness.suite;

import dev.assay.harness.text.AssayException;
import java.util.ArrayList;
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
    private static final String RULE = "rule";
    private static final Map<String, String> RULES = Map.of(
            "NONE_NEW", "NO_NEW_DEFECTS",
            "NO_MORE_DEFECTS", "DEFECT_RATE_NON_INFERIOR",
            "EFFECTIVE", "HAS_EFFECT");

    /**
     * Renews a whole file.
     *
     * @throws AssayException where an old name of a field stands beside its new one, naming the place
     */
    public static OldWords in(Object yaml) {
        Set<String> notes = new TreeSet<>();
        Object tree = renewed(yaml, "", notes);
        return new OldWords(tree, List.copyOf(notes));
    }

    private static Object renewed(Object value, String path, Set<String> notes) {
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(renewed(item, path + "[" + items.size() + "]", notes));
            }
            return items;
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, inner) -> {
            String place = path.isEmpty() ? key.toString() : path + "." + key;
            String name = word(FIELDS, key.toString(), notes);
            if (!name.equals(key) && map.containsKey(name)) {
                throw new AssayException(place + ": is called " + name + " now, and that is given too; remove one");
            }
            Object renewed = name.equals(RULE) && inner instanceof String rule
                    ? word(RULES, rule, notes)
                    : renewed(inner, place, notes);
            fields.put(name, renewed);
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
