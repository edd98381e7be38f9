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
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * How different the pictures of one prompt are over its seeds: the mean of 1 - cosine over all pairs of their DINOv2 vectors. DINOv2 never
 * saw a caption, so it tells poses, layouts and textures apart that one sentence describes alike, which CLIP's vectors do not. The mean over
 * pairs does not depend on the number of pictures, as long as they are drawn alike.
 */
public final class DinoDiversityMetric implements Metric.SetMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "dino-diversity",
                    "1",
                    "Do the seeds of one prompt still give pictures with different poses, layouts and textures?",
                    Family.DIVERSITY,
                    Direction.HIGHER,
                    "1 - cosine",
                    Range.closed(0, 2).mostly(0.2, 0.6),
                    "Oquab et al. 2023, arXiv 2304.07193")
            .withMaxMargin(0.5);

    private final ImageEncoder images;

    public DinoDiversityMetric(ImageEncoder images) {
        this.images = images;
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
        double distance = meanDistance(pictures.stream().map(images::embed).toList());
        return new Score.Measured(
                distance,
                String.format(Locale.ROOT, "1 - cosine %.3f on average of %d pictures", distance, pictures.size()));
    }

    /** Mean of 1 - cosine over all pairs; 0 where all vectors point the same way. */
    static double meanDistance(List<float[]> vectors) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < vectors.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += 1 - EmbeddingMetric.cosine(vectors.get(i), vectors.get(j));
                pairs++;
            }
        }
        return sum / pairs;
    }
}
