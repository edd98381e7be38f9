package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Whether CLIP finds the hands of a picture closer to a sound hand than to a deformed one: the probability of the first of two opposite texts, averaged
 * over pairs and hands. The form is that of CLIP-IQA (Wang et al. 2023), on crops around the boxes of a hand detector. A weak voice: CLIP does
 * not count fingers. It stands beside {@code hands} and {@code body-artifacts}, never in their place.
 */
public final class HandIqaMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "hand-iqa",
            "1",
            "Do hands still look well formed from close by?",
            Family.ANATOMY,
            Direction.HIGHER,
            "probability",
            Range.closed(0, 1),
            "own texts in the form of Wang et al. 2023, arXiv 2207.12396, on crops of hands");

    private static final double GROWN = 1.3; // sides of a crop, in sides of the box
    private static final int LEAST = 24; // pixels a side; below, CLIP sees upscaled mush

    /** The good text first. */
    private static final List<List<String>> PAIRS = List.of(
            List.of("a well-formed human hand with five fingers", "a deformed human hand with too many fingers"),
            List.of("a close photo of a natural hand", "a close photo of a melted, mangled hand"),
            List.of("fingers in their natural places", "fused and missing fingers"));

    private final Function<Image, List<Detection>> hands;
    private final ImageEncoder images;
    private final Function<String, float[]> embedText;

    public HandIqaMetric(
            Function<Image, List<Detection>> hands, ImageEncoder images, Function<String, float[]> embedText) {
        this.hands = hands;
        this.images = images;
        this.embedText = embedText;
    }

    public static HandIqaMetric with(Detector hands, ImageEncoder images, Function<String, float[]> embedText) {
        return new HandIqaMetric(Bodies.finder(INFO.name(), hands, "hand"), images, embedText);
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (!Bodies.some(prompt.visible().people())
                && !Bodies.some(prompt.visible().hands())) {
            return NoScore.noPeople();
        }
        List<Score.Mark> marks = new ArrayList<>();
        double sum = 0;
        double worst = 1;
        for (Detection hand : hands.apply(image)) {
            Image crop = crop(image, hand);
            if (crop == null) {
                continue;
            }
            float[] vector = images.embed(crop);
            double p = PAIRS.stream()
                    .mapToDouble(pair -> ClipIqaMetric.probability(
                            vector, embedText.apply(pair.get(0)), embedText.apply(pair.get(1))))
                    .average()
                    .orElseThrow();
            sum += p;
            worst = Math.min(worst, p);
            marks.add(Bodies.box(String.format(Locale.ROOT, "%.0f %%", 100 * p), hand));
        }
        return marks.isEmpty()
                ? new Score.Unscored("no-hand", "no hand of " + LEAST + " pixels or more found")
                : new Score.Measured(
                        sum / marks.size(),
                        Numbers.counted(marks.size(), "hand", "hands")
                                + String.format(Locale.ROOT, ", the worst is sound with %.0f %%", 100 * worst),
                        marks);
    }

    /** A square around a box, grown, cut at the picture's borders; null where it is too small to see anything. */
    static Image crop(Image image, Detection box) {
        double half = GROWN * Math.max(box.x1() - box.x0(), box.y1() - box.y0()) / 2;
        double x = (box.x0() + box.x1()) / 2;
        double y = (box.y0() + box.y1()) / 2;
        int left = (int) Math.max(0, Math.round(x - half));
        int top = (int) Math.max(0, Math.round(y - half));
        int width = (int) Math.min(image.width(), Math.round(x + half)) - left;
        int height = (int) Math.min(image.height(), Math.round(y + half)) - top;
        if (width < LEAST || height < LEAST) {
            return null;
        }
        byte[] all = image.rgb();
        byte[] rgb = new byte[width * height * 3];
        for (int row = 0; row < height; row++) {
            System.arraycopy(all, ((top + row) * image.width() + left) * 3, rgb, row * width * 3, width * 3);
        }
        return Image.of(width, height, rgb);
    }
}
