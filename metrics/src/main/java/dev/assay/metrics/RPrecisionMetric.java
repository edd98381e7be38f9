package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How often a picture is closer to its own prompt than to any other prompt of the suite. Where a style moves all cosines alike, as many
 * LoRAs do, the clip score falls and this does not. After Park et al. 2021, with the suite's prompts in place of random captions, so a
 * value says something only beside another one of the same suite.
 */
public final class RPrecisionMetric implements Metric.SuiteMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "r-precision",
            "1",
            "Can one still tell from a picture which of the suite's prompts it was made for?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "of pictures",
            Range.closed(0, 1),
            "Park et al. 2021, Benchmark for Compositional Text-to-Image Synthesis");

    private final ImageEncoder images;
    private final Function<String, float[]> embedText;

    public RPrecisionMetric(ImageEncoder images, Function<String, float[]> embedText) {
        this.images = images;
        this.embedText = embedText;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public void prepare(Collection<Image> pictures) {
        images.prefetch(pictures);
    }

    @Override
    public Accumulation begin() {
        return new Suite();
    }

    private final class Suite implements Accumulation {
        private final Map<String, float[]> texts = new TreeMap<>();
        private int known; // prompts
        private double base;
        private double candidate;

        @Override
        public void add(PromptImages prompt) {
            if (prompt.prompt().promptKnown()) {
                known++;
                texts.computeIfAbsent(prompt.prompt().prompt(), embedText);
            }
        }

        /** Why no prompt has a score; null where they have. */
        private Score.Unscored unscored() {
            if (known == 0) {
                return NoScore.noPrompts();
            }
            return texts.size() < 2
                    ? new Score.Unscored("one-prompt", "one prompt only; a picture cannot be closer to another")
                    : null;
        }

        @Override
        public Score score(PromptImages p) {
            if (unscored() != null) {
                return unscored();
            }
            if (!p.prompt().promptKnown()) {
                return NoScore.noPrompt();
            }
            double b = precision(p.base(), p.prompt().prompt());
            double c = precision(p.candidate(), p.prompt().prompt());
            base += b / known;
            candidate += c / known;
            return new Score.Measured(
                    c - b,
                    String.format(
                            Locale.ROOT,
                            "%.0f %% of the pictures closest to their own prompt, base %.0f %%",
                            100 * c,
                            100 * b));
        }

        @Override
        public String summary() {
            return unscored() != null
                    ? unscored().reason()
                    : String.format(
                            Locale.ROOT,
                            "own prompt found for %.0f %% of the pictures, base %.0f %%, among %d prompts",
                            100 * candidate,
                            100 * base,
                            texts.size());
        }

        private double precision(List<Image> pictures, String own) {
            return pictures.stream()
                    .map(images::embed)
                    .mapToInt(image -> isClosest(image, own, texts) ? 1 : 0)
                    .average()
                    .orElseThrow();
        }
    }

    /** Whether no prompt has a larger cosine than the picture's own. */
    static boolean isClosest(float[] image, String own, Map<String, float[]> prompts) {
        double mine = EmbeddingMetric.cosine(image, prompts.get(own));
        return prompts.values().stream().allMatch(p -> EmbeddingMetric.cosine(image, p) <= mine);
    }
}
