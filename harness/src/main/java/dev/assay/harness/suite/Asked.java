package dev.assay.harness.suite;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.text.DidYouMean;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a criterion is asked of files of one purpose. In a suite file a word ({@code style: soft}), or fields ({@code character: {as: hard, arm:
 * untriggered, margin: 0.1}}).
 *
 * @param rule null for the criterion's own
 * @param arm of which pictures; null for the criterion's own
 * @param margin null for the criterion's own
 * @param minPairs null for the criterion's own
 */
public record Asked(
        Weight as,
        @Nullable Rule rule,
        @Nullable Arm arm,
        @Nullable Double margin,
        @Nullable Integer minPairs) {
    private static final Set<String> FIELDS = Set.of("as", "rule", "arm", "margin", "minPairs");

    /** What a verdict is worth. */
    public enum Weight {
        /** It decides. */
        HARD,
        /** It is judged and shown, and decides nothing. */
        SOFT,
        /** It is not asked. */
        SKIP;

        /** As suite files write it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which of the candidate's pictures are looked at. */
    public enum Arm {
        /** Those that the run is about: with the file's trigger words, where some are known. */
        TRIGGERED,
        /** Those that the candidate makes of the plain prompt. */
        UNTRIGGERED;

        /** As suite files write it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Asked as(Weight weight) {
        return new Asked(weight, null, null, null, null);
    }

    /** From a word or fields of YAML. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Asked of(Object yaml) {
        if (yaml instanceof String weight && !weight.isBlank()) {
            return as(word("as", weight, Weight.values()));
        }
        if (!(yaml instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException(
                    "expected hard, soft, skip or fields (as, rule, arm, margin, minPairs), found "
                            + (yaml == null || "".equals(yaml) ? "nothing" : yaml));
        }
        for (Object field : fields.keySet()) {
            if (!FIELDS.contains(String.valueOf(field))) {
                throw new IllegalArgumentException(field + ": no such field; there are as, rule, arm, margin, minPairs"
                        + DidYouMean.hint(String.valueOf(field), FIELDS));
            }
        }
        return new Asked(
                fields.containsKey("as") ? word("as", fields.get("as"), Weight.values()) : Weight.HARD,
                fields.containsKey("rule") ? word("rule", fields.get("rule"), Rule.values()) : null,
                fields.containsKey("arm") ? word("arm", fields.get("arm"), Arm.values()) : null,
                fields.containsKey("margin") ? (Double) number("margin", fields.get("margin")) : null,
                fields.containsKey("minPairs") ? (Integer) whole("minPairs", fields.get("minPairs")) : null);
    }

    private static <E extends Enum<E>> E word(String field, @Nullable Object found, E[] words) {
        List<String> all = Stream.of(words).map(Object::toString).toList();
        int at = found instanceof String text ? all.indexOf(text) : -1;
        Checks.require(
                at >= 0,
                field,
                all.size() == 2 ? String.join(" or ", all) : "one of " + String.join(", ", all),
                found instanceof String text ? text + DidYouMean.hint(text, all) : found);
        return words[at];
    }

    private static double number(String field, @Nullable Object found) {
        Checks.require(found instanceof Number, field, "a number", found);
        return ((Number) found).doubleValue();
    }

    private static int whole(String field, @Nullable Object found) {
        boolean fits = found instanceof Integer || (found instanceof Long l && l == l.intValue());
        Checks.require(fits, field, "a whole number", found);
        return ((Number) found).intValue();
    }
}
