package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * How different the pictures of one prompt look over its seeds: the mean distance of all pairs, as OneIG-Bench has it with DreamSim (2025, arXiv
 * 2506.07977). 0 if all pictures are the same. Where OneIG takes a black picture for one that is missing, which raises the mean, such pictures
 * are left out here.
 */
public final class PerceptualDiversityMetric implements Metric.SetMetric {
    public static final MetricInfo LPIPS = new MetricInfo(
                    "lpips-diversity",
                    "1",
                    "Do the pictures of one prompt's seeds still differ in place and texture?",
                    Family.DIVERSITY,
                    Direction.HIGHER,
                    "LPIPS",
                    Range.atLeast(0).mostly(0, 1),
                    "Zhang et al. 2018, arXiv 1801.03924; mean of all pairs")
            .withMaxMargin(0.5);

    public static final MetricInfo DREAMSIM = new MetricInfo(
                    "dreamsim-diversity",
                    "1",
                    "Do the seeds of one prompt still look different to people?",
                    Family.DIVERSITY,
                    Direction.HIGHER,
                    "DreamSim",
                    Range.closed(0, 2).mostly(0, 1),
                    "Fu et al. 2023, arXiv 2306.09344; mean of all pairs as in OneIG-Bench 2025, arXiv 2506.07977")
            .withMaxMargin(0.5);

    private final MetricInfo info;
    private final Function<List<Image>, double[][]> distances;

    private PerceptualDiversityMetric(MetricInfo info, Function<List<Image>, double[][]> distances) {
        this.info = info;
        this.distances = distances;
    }

    /** @param distances of all pairs, shape (n, n), symmetric */
    public static PerceptualDiversityMetric lpips(Function<List<Image>, double[][]> distances) {
        return new PerceptualDiversityMetric(LPIPS, distances);
    }

    /** @param distances of all pairs, shape (n, n), symmetric */
    public static PerceptualDiversityMetric dreamSim(Function<List<Image>, double[][]> distances) {
        return new PerceptualDiversityMetric(DREAMSIM, distances);
    }

    @Override
    public MetricInfo info() {
        return info;
    }

    @Override
    public Score score(PromptCase prompt, List<Image> images) {
        if (images.size() < 2) {
            return NoScore.fewPictures(images.size());
        }
        for (Image image : images) {
            if (!image.hasSizeOf(images.get(0))) {
                return NoScore.sizesDiffer("the pictures differ in size: " + images.get(0) + ", " + image);
            }
        }
        Pairs pairs = pairs(distances.apply(images));
        return new Score.Measured(
                pairs.mean(),
                String.format(
                        Locale.ROOT,
                        "%.3f %s between two of %d pictures, from %.3f to %.3f",
                        pairs.mean(),
                        info.unit(),
                        images.size(),
                        pairs.least(),
                        pairs.most()));
    }

    /** Of all pairs of different pictures. */
    record Pairs(double mean, double least, double most) {}

    /** @param distances shape (n, n), symmetric; n at least 2 */
    static Pairs pairs(double[][] distances) {
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        int n = distances.length;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                sum += distances[i][j];
                least = Math.min(least, distances[i][j]);
                most = Math.max(most, distances[i][j]);
            }
        }
        return new Pairs(2 * sum / (n * (n - 1.0)), least, most);
    }
}
