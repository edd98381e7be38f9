package dev.assay.metrics;

import dev.assay.harness.suite.Question;
import dev.assay.harness.suite.Visible;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The questions that a case's {@code visible:} implies: is there such a thing, has one that colour, are there so many, does it stand so. Each
 * depends on those that it takes for granted, after Cho et al. 2024 (Davidsonian Scene Graph). A count of 1 is no question: prompts that name
 * one thing seldom forbid a second. Hands and feet are a matter of anatomy.
 */
final class VisibleQuestions {
    private static final List<String> NUMBERS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");

    private final List<Question> questions = new ArrayList<>();
    /** By what a relation may call them: "circle", "red circle". */
    private final Map<String, String> ids = new LinkedHashMap<>();

    private VisibleQuestions() {}

    static List<Question> of(Visible visible) {
        VisibleQuestions all = new VisibleQuestions();
        all.people(visible.people());
        for (int i = 0; i < visible.objects().size(); i++) {
            all.object(i + 1, visible.objects().get(i));
        }
        for (int i = 0; i < visible.relations().size(); i++) {
            all.relation(i + 1, visible.relations().get(i));
        }
        return all.questions;
    }

    private void people(Integer people) {
        if (people != null) {
            String id = presence("people", "person", people > 0, List.of());
            if (people > 0) {
                count("people-count", "person", people, id);
            }
        }
    }

    private void object(int number, VisibleObject object) {
        String id = "object-" + number;
        boolean expected = object.count() > 0;
        boolean colored = object.color() != null && !object.color().isBlank();
        String whole = colored ? object.color() + " " + object.name() : object.name();
        if (!expected) {
            presence(id, whole, false, List.of());
            return;
        }
        String last = presence(id, object.name(), true, List.of());
        if (colored) {
            last = presence(id + "-color", whole, true, List.of(last));
        }
        if (object.count() > 1) {
            count(id + "-count", whole, object.count(), last);
        }
    }

    /** The id of this question, or of the one before it that asks the same. */
    private String presence(String id, String what, boolean expected, List<String> dependsOn) {
        String known = ids.get(what);
        if (known != null && expected) {
            return known;
        }
        questions.add(
                new Question(id, "Is there " + article(what) + " " + what + " in the picture?", expected, dependsOn));
        if (expected) {
            ids.put(what, id);
        }
        return id;
    }

    /** Worded so that no plural is needed. */
    private void count(String id, String what, int count, String dependsOn) {
        String number = count < NUMBERS.size() ? NUMBERS.get(count) : Integer.toString(count);
        questions.add(new Question(
                id,
                "Counting every " + what + " in the picture, " + (count == 1 ? "is" : "are") + " there exactly "
                        + number + "?",
                true,
                List.of(dependsOn)));
    }

    private void relation(int number, Relation relation) {
        List<String> dependsOn = new ArrayList<>();
        for (String end : List.of(relation.subject(), relation.object())) {
            if (ids.containsKey(end) && !dependsOn.contains(ids.get(end))) {
                dependsOn.add(ids.get(end));
            }
        }
        questions.add(new Question(
                "relation-" + number,
                "Is the " + relation.subject() + " " + relation.predicate() + " the " + relation.object()
                        + " in the picture?",
                true,
                dependsOn));
    }

    private static String article(String what) {
        return "aeiouAEIOU".indexOf(what.charAt(0)) >= 0 ? "an" : "a";
    }
}
