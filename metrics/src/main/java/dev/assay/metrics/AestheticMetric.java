package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How much LAION's predictor likes a picture. It was trained on photographs and paintings and scores generated pictures down, so a value
 * says something only beside that of the base.
 */
public final class AestheticMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "aesthetic",
                    "1",
                    "Are the pictures still as pleasing to a predictor that learned from people's ratings?",
                    Family.AESTHETIC,
                    Direction.HIGHER,
                    "points",
                    Range.open().mostly(1, 10),
                    "github.com/christophschuhmann/improved-aesthetic-predictor")
            .withMaxMargin(2);

    private AestheticMetric() {}

    /**
     * @param images L2-normalised CLIP ViT-L/14 vector
     * @param head from that vector to points
     */
    public static EmbeddingMetric with(ImageEncoder images, ToDoubleFunction<float[]> head) {
        return EmbeddingMetric.ofPicture(INFO, images, vector -> {
            double points = head.applyAsDouble(vector);
            return new Score.Measured(points, String.format(Locale.ROOT, "%.2f points", points));
        });
    }
}
