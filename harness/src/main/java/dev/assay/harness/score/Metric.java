package dev.assay.harness.score;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Cost;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.AssayException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns pictures into scores; stateless, so that order does not matter. Blank frames never reach a metric but blank-frame itself. */
public sealed interface Metric {
    MetricInfo info();

    /**
     * Looks at the cases before the first picture of them is made.
     *
     * @throws AssayException when a case asks for what the metric can never tell, so that a score of it would mean nothing
     */
    default void check(List<PromptCase> cases) {}

    /** Told once which pictures will be scored, so that a network can take them in batches. */
    default void prepare(Collection<Image> images) {}

    /** How often a metric of 0 and 1 is right, where that was measured; null where nobody knows. */
    default @Nullable Calibration calibration() {
        return null;
    }

    /**
     * How often each judgement is right of which a value is a mean share, where that was measured: NON_INFERIOR corrects the difference for
     * it, since who errs sees less of a loss. Null where nobody knows, and where a value is no such share.
     */
    default @Nullable Calibration errorRates() {
        return null;
    }

    /** Scores one picture; compared as candidate minus base, per prompt and seed. */
    non-sealed interface ImageMetric extends Metric {
        Score score(PromptCase prompt, Image image);
    }

    /** Scores a candidate picture against the base picture of the same prompt and seed. */
    non-sealed interface PairMetric extends Metric {
        Score score(PromptCase prompt, Image base, Image candidate);
    }

    /** Scores what a candidate picture cost against the base picture of the same prompt and seed. */
    non-sealed interface CostMetric extends Metric {
        Score score(PromptCase prompt, Cost base, Cost candidate);
    }

    /** Scores the pictures of one prompt over its seeds; compared as candidate minus base, per prompt. */
    non-sealed interface SetMetric extends Metric {
        Score score(PromptCase prompt, List<Image> images);
    }

    /** Scores all pictures together and gives one difference, candidate minus base, per prompt. */
    non-sealed interface SuiteMetric extends Metric {
        /** What a suite is taken in with, prompt by prompt, twice: what all share is known before the first is scored. */
        Accumulation begin();

        /** All prompts, one after the other. */
        default Finding score(List<PromptImages> prompts) {
            Accumulation suite = begin();
            prompts.forEach(suite::add);
            List<Score> differences = prompts.stream().map(suite::score).toList();
            return new Finding(differences, suite.summary(), suite.pattern());
        }
    }

    /** What is remembered of a suite: never the pictures, at most a vector of each. */
    interface Accumulation {
        /** Every prompt, once and in order. */
        void add(PromptImages prompt);

        /** After all were added: every prompt again, in the same order. Its value is candidate minus base. */
        Score score(PromptImages prompt);

        /** After all were scored: one sentence for people. */
        String summary();

        /** Likewise: what pattern on the pixel grid all candidate pictures share, more than the base's; null for none. */
        default @Nullable GridPattern pattern() {
            return null;
        }
    }

    /**
     * The pictures of one prompt, paired: {@code base.get(i)} and {@code candidate.get(i)} have the same seed. The lists may decode a picture
     * each time when it is asked for.
     */
    record PromptImages(PromptCase prompt, List<Image> base, List<Image> candidate) {
        public PromptImages {
            base = Collections.unmodifiableList(base);
            candidate = Collections.unmodifiableList(candidate);
            if (base.size() != candidate.size()) {
                throw new IllegalArgumentException(prompt.id() + ": expected as many candidate as base pictures, found "
                        + candidate.size() + " and " + base.size());
            }
        }
    }

    /**
     * What a {@link SuiteMetric} found.
     *
     * @param differences in the order of the prompts given; {@code Measured.value} is candidate minus base
     * @param summary one sentence for people, e.g. {@code period 8 px across x, 3.1 grey levels}
     * @param pattern see {@link Accumulation#pattern}
     */
    record Finding(
            List<Score> differences,
            String summary,
            @Nullable GridPattern pattern) {
        public Finding {
            differences = List.copyOf(differences);
        }
    }
}
