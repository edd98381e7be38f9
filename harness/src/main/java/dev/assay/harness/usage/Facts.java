package dev.assay.harness.usage;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.SuiteSettings;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers what sources say, one after the other: the first that says a fact has the word. */
final class Facts {
    private final Map<Fact, Object> values = new EnumMap<>(Fact.class);
    private final Map<Fact, String> sources = new EnumMap<>(Fact.class);

    /** @param value as {@link Fact#value} gives it */
    void add(Fact fact, Object value, String source) {
        if (values.putIfAbsent(fact, value) == null) {
            sources.put(fact, source);
        }
    }

    void addAll(Usage usage) {
        usage.sources().forEach((fact, source) -> {
            Object value = usage.value(fact);
            if (value != null) {
                add(fact, value, source);
            }
        });
    }

    Facts without(Fact... facts) {
        for (Fact fact : facts) {
            values.remove(fact);
            sources.remove(fact);
        }
        return this;
    }

    boolean has(Fact fact) {
        return values.containsKey(fact);
    }

    @SuppressWarnings("unchecked") // as Fact.value says
    Usage usage() {
        Fact.@Nullable Size size = (Fact.Size) values.get(Fact.SIZE);
        return new Usage(
                (List<String>) values.getOrDefault(Fact.TRIGGERS, List.of()),
                (String) values.getOrDefault(Fact.TEMPLATE, Usage.START),
                (Double) values.get(Fact.STRENGTH),
                (Double) values.get(Fact.CLIP_STRENGTH),
                new SuiteSettings(
                        size == null ? null : size.width(),
                        size == null ? null : size.height(),
                        (Integer) values.get(Fact.STEPS),
                        (Double) values.get(Fact.GUIDANCE),
                        (String) values.get(Fact.SAMPLER),
                        (String) values.get(Fact.SCHEDULER),
                        (Integer) values.get(Fact.CLIP_SKIP),
                        (Double) values.get(Fact.DISTILLED_GUIDANCE),
                        (Double) values.get(Fact.SHIFT)),
                (String) values.get(Fact.NEGATIVE),
                (Purpose) values.getOrDefault(Fact.PURPOSE, Purpose.UNKNOWN),
                sources);
    }
}
