package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.image.PictureFolder;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.AssayException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a picture copies one that the candidate was trained on: 1 if the cosine of their SSCD vectors is above the threshold. Somepalli et
 * al. 2023 (arXiv 2212.03860) take 0.5 for generated pictures; SSCD's authors name 0.75 for pictures that were edited by hand.
 */
public final class CopiesMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "copies",
                    "1",
                    "Are the pictures new, and no copies of those that the candidate was trained on?",
                    Family.DIVERSITY,
                    Direction.LOWER,
                    "share of copies",
                    Range.rate(),
                    "Pizzi et al. 2022, arXiv 2202.10261; Somepalli et al. 2023, arXiv 2212.03860")
            .withParameters(Map.of("threshold", 0.5));

    private final ImageEncoder encoder;
    private final List<Path> training;
    private static final double MAX_THRESHOLD = 0.9; // above it only the same file is a copy

    private final double threshold;
    private final List<float[]> vectors = new ArrayList<>(); // of the training pictures, when first asked for

    /**
     * @param encoder L2-normalised SSCD vectors
     * @param threshold cosine above which two pictures are one, above 0, at most 0.9
     */
    public CopiesMetric(ImageEncoder encoder, PictureFolder training, double threshold) {
        if (!(threshold > 0 && threshold <= MAX_THRESHOLD)) {
            throw new AssayException(
                    "copies: expected a threshold above 0 and at most " + MAX_THRESHOLD + ", found " + threshold);
        }
        this.encoder = encoder;
        this.training = training.files();
        this.threshold = threshold;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (vectors.isEmpty()) {
            training.forEach(file -> vectors.add(encoder.embed(PictureFile.read(file))));
        }
        float[] own = encoder.embed(image);
        int nearest = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vectors.size(); i++) {
            double cosine = EmbeddingMetric.cosine(own, vectors.get(i));
            if (cosine > most) {
                most = cosine;
                nearest = i;
            }
        }
        return new Score.Measured(
                most > threshold ? 1 : 0,
                String.format(
                        Locale.ROOT,
                        "nearest of %d training pictures: %s, cosine %.3f",
                        training.size(),
                        training.get(nearest).getFileName(),
                        most));
    }
}
