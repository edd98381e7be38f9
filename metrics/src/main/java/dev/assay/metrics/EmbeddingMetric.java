package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Scores a picture by its encoder's vector: alone, or beside the vector of its prompt. */
public final class EmbeddingMetric implements Metric.ImageMetric {
    private final MetricInfo info;
    private final ImageEncoder images;
    private final BiFunction<PromptCase, Image, Score> score;

    private EmbeddingMetric(MetricInfo info, ImageEncoder images, BiFunction<PromptCase, Image, Score> score) {
        this.info = info;
        this.images = images;
        this.score = score;
    }

    static EmbeddingMetric ofPicture(MetricInfo info, ImageEncoder images, Function<float[], Score> score) {
        return new EmbeddingMetric(info, images, (prompt, image) -> score.apply(images.embed(image)));
    }

    /**
     * A picture whose prompt is unknown has no score.
     *
     * @param texts of the same space as the images
     * @param value from the cosine of picture and prompt
     * @param evidence from the value
     */
    static EmbeddingMetric ofPrompt(
            MetricInfo info,
            ImageEncoder images,
            Function<String, float[]> texts,
            DoubleUnaryOperator value,
            DoubleFunction<String> evidence) {
        return new EmbeddingMetric(info, images, (prompt, image) -> {
            if (!prompt.promptKnown()) {
                return NoScore.noPrompt();
            }
            double measured = value.applyAsDouble(cosine(images.embed(image), texts.apply(prompt.prompt())));
            return new Score.Measured(measured, evidence.apply(measured));
        });
    }

    @Override
    public MetricInfo info() {
        return info;
    }

    @Override
    public void prepare(Collection<Image> pictures) {
        images.prefetch(pictures);
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        return score.apply(prompt, image);
    }

    /** In [-1, 1]; neither vector needs to be normalised. */
    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    /** Of all pairs, shape (n, n); ones on the diagonal. */
    static double[][] cosines(List<float[]> embeddings) {
        int n = embeddings.size();
        double[][] kernel = new double[n][n];
        for (int i = 0; i < n; i++) {
            kernel[i][i] = 1;
            for (int j = 0; j < i; j++) {
                kernel[i][j] = kernel[j][i] = cosine(embeddings.get(i), embeddings.get(j));
            }
        }
        return kernel;
    }
}
