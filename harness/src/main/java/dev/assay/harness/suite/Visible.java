package dev.assay.harness.suite;

import dev.assay.harness.text.KeyText;
import java.util.List;

/**
 * What a picture of the prompt should show; null where the case does not say.
 *
 * @param people number of people
 * @param hands number of visible hands
 * @param feet number of visible feet
 * @param text the words that are to be read, each as it is written; empty where there should be none; null where the case does not say
 */
public record Visible(
        Integer people,
        Integer hands,
        Integer feet,
        List<VisibleObject> objects,
        List<Relation> relations,
        List<String> text)
        implements KeyText.Keyed {
    public static final Visible UNSTATED = new Visible(null, null, null, List.of(), List.of());

    public Visible {
        objects = objects == null ? List.of() : List.copyOf(objects);
        relations = relations == null ? List.of() : List.copyOf(relations);
        text = text == null ? null : List.copyOf(text);
        if (text != null) {
            text.forEach(words -> Checks.requireText("text", words));
        }
        requireCount("people", people);
        requireCount("hands", hands);
        requireCount("feet", feet);
    }

    /** One that says nothing of text. */
    public Visible(Integer people, Integer hands, Integer feet, List<VisibleObject> objects, List<Relation> relations) {
        this(people, hands, feet, objects, relations, null);
    }

    /** {@code count} objects of a kind, 1 where it is null; {@code color} may be null. */
    public record VisibleObject(String name, String color, Integer count) implements KeyText.Keyed {
        public VisibleObject {
            Checks.requireText("name", name);
            count = count == null ? 1 : count;
            requireCount("count", count);
        }

        @Override
        public String key() {
            return new KeyText("VisibleObject")
                    .with("name", name)
                    .with("color", color)
                    .with("count", count)
                    .text();
        }
    }

    /** {@code subject} stands {@code predicate} {@code object}: names of objects, e.g. "red circle", "above". */
    public record Relation(String subject, String predicate, String object) implements KeyText.Keyed {
        public Relation {
            Checks.requireText("subject", subject);
            Checks.requireText("predicate", predicate);
            Checks.requireText("object", object);
        }

        @Override
        public String key() {
            return new KeyText("Relation")
                    .with("subject", subject)
                    .with("predicate", predicate)
                    .with("object", object)
                    .text();
        }
    }

    private static void requireCount(String field, Integer count) {
        Checks.require(count == null || count >= 0, field, "0 or more", count);
    }

    @Override
    public String key() {
        KeyText key = new KeyText("Visible")
                .with("people", people)
                .with("hands", hands)
                .with("feet", feet)
                .with("objects", objects)
                .with("relations", relations);
        return (text == null ? key : key.with("text", text)).text();
    }
}
