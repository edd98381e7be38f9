package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.AssayException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * How many different pictures a prompt gives over its seeds: the logarithm of the Vendi score (Friedman and Dieng 2023; of
 * order q: Pasarkar and Dieng 2024) of their CLIP embeddings, kernel cosine. 0 if all pictures are the same, ln n if n
 * pictures have nothing in common. The logarithm makes a difference a ratio of effective numbers.
 *
 * <p>Pictures of one prompt are alike to CLIP (mean cosine 0.93 on scenes of the microcosm), yet the score tells a collapse:
 * over 48 prompts of 4 seeds its mean was 0.25, 0.14 with each picture twice, 0.00 with one picture four times.
 *
 * <p>Only sets of the same size can be compared: base and candidate need the same seeds.
 */
public final class VendiMetric implements Metric.SetMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "vendi",
                    "1",
                    "Do the seeds of one prompt still give as many different pictures?",
                    Family.DIVERSITY,
                    Direction.HIGHER,
                    "log effective pictures",
                    Range.atLeast(0),
                    "Friedman and Dieng 2023, arXiv 2210.02410; Pasarkar and Dieng 2024, arXiv 2310.12952")
            .withParameters(Map.of("order", 1.0))
            .withMaxMargin(0.7);

    private final ImageEncoder images;
    private static final double MIN_ORDER = 0.1; // towards 0 all that are not equal count as different

    private final double order;

    /**
     * @param images picture to vector
     * @param order 0.1 or more; small orders heed rare pictures, infinity only the commonest kind
     */
    public VendiMetric(ImageEncoder images, double order) {
        if (!(order >= MIN_ORDER)) {
            throw new AssayException("vendi: expected an order of " + MIN_ORDER + " or more, found " + order);
        }
        this.images = images;
        this.order = order;
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
    public Score score(PromptCase prompt, List<Image> pictures) {
        if (pictures.size() < 2) {
            return NoScore.fewPictures(pictures.size());
        }
        double effective = vendi(
                EmbeddingMetric.cosines(pictures.stream().map(images::embed).toList()), order);
        return new Score.Measured(
                Math.log(effective),
                String.format(Locale.ROOT, "%.2f different pictures of %d", effective, pictures.size()));
    }

    /**
     * Vendi score of order q: the exponential of the Renyi entropy of the eigenvalues of kernel / n.
     *
     * @param kernel shape (n, n), symmetric, positive semidefinite, ones on the diagonal
     * @param q above 0; 1 gives the entropy of Shannon, infinity that of the largest eigenvalue
     * @return 1 to n
     */
    static double vendi(double[][] kernel, double q) {
        int n = kernel.length;
        double[] values = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(kernel).scalarMultiply(1.0 / n))
                .getEigenvalues();
        double max = 0;
        for (double v : values) {
            max = Math.max(max, v);
        }
        if (q == Double.POSITIVE_INFINITY) {
            return 1 / max;
        }
        double sum = 0;
        for (double v : values) {
            if (v > 1e-12) { // below lies the rounding of the decomposition
                // relative to the largest, so that a high order does not underflow
                sum += q == 1 ? -v * Math.log(v) : Math.pow(v / max, q);
            }
        }
        return Math.exp(q == 1 ? sum : (q * Math.log(max) + Math.log(sum)) / (1 - q));
    }
}
