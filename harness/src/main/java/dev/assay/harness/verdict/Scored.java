package dev.assay.harness.verdict;

import dev.assay.harness.score.GridPattern;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a metric gave on the pairs of a run.
 *
 * @param unscored pairs without a score, by kind of reason
 * @param worst worst first
 * @param finding of a metric over the whole suite, else null
 * @param pattern that it found on the pixel grid, else null
 */
public record Scored(
        List<Measurement> pairs,
        List<Unscored> unscored,
        List<WorstCase> worst,
        @Nullable String finding,
        @Nullable GridPattern pattern) {
    /** Nothing was scored. */
    public static final Scored NOTHING = of(List.of());

    /** Pairs and nothing to say about them. */
    public static Scored of(List<Measurement> pairs) {
        return new Scored(pairs, List.of(), List.of(), null, null);
    }

    public Scored {
        pairs = List.copyOf(pairs);
        unscored = List.copyOf(unscored);
        worst = List.copyOf(worst);
    }

    public int unscoredPairs() {
        return unscored.stream().mapToInt(Unscored::pairs).sum();
    }

    /** The base's values; empty where only differences exist. */
    public List<Double> ofBase() {
        return pairs.stream().map(Measurement::base).filter(Objects::nonNull).toList();
    }

    /** Mean over the pairs, or null where the metric has no value per model. */
    @Nullable
    Double mean(Function<Measurement, Double> side) {
        return pairs.isEmpty() || side.apply(pairs.get(0)) == null
                ? null
                : pairs.stream().mapToDouble(side::apply).average().orElseThrow();
    }
}
