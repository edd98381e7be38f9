package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Locale;
import java.util.Optional;

/** Whether a picture shows nothing: black, white, or one flat colour, as overflown or untrained weights give. */
public final class BlankFrameMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "blank-frame",
            "1",
            "Does every picture still show something, and no black, white or empty frame?",
            Family.ARTIFACT,
            Direction.LOWER,
            "blank frames",
            Range.rate(),
            "own definition; black and white levels of ITU-R BT.601");

    /** Studio black and white: what stays outside looks black or white on a screen. */
    private static final double BLACK = 16;

    private static final double WHITE = 235;

    /**
     * Standard deviation, in grey levels, below which a channel is flat. The decoder of an empty latent leaves a faint
     * texture near 1; a thing of 3 x 3 pixels on a flat ground of 64 x 64 at a contrast of 100 gives 4.7.
     *
     * <p>Colours are not counted: poster art and line drawings have few. Channels are looked at one by one and not as
     * luma: red on an equally bright green is no blank frame.
     */
    private static final double FLAT = 2;

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        return blank(image)
                .<Score>map(what -> new Score.Measured(1, what))
                .orElseGet(() -> new Score.Measured(0, "the picture shows something"));
    }

    /** Blank frames are kept away from all other metrics: black pictures would even count as diverse or flawless. */
    public static boolean isBlank(Image image) {
        return blank(image).isPresent();
    }

    private static Optional<String> blank(Image image) {
        double darkest = 255;
        double brightest = 0;
        for (double y : image.luma()) {
            darkest = Math.min(darkest, y);
            brightest = Math.max(brightest, y);
        }
        if (brightest <= BLACK) {
            return Optional.of("black: no pixel is brighter than " + format(brightest));
        }
        if (darkest >= WHITE) {
            return Optional.of("white: no pixel is darker than " + format(darkest));
        }
        double spread = 0;
        for (int channel = 0; channel < 3; channel++) {
            spread = Math.max(spread, spread(image, channel));
        }
        return spread < FLAT
                ? Optional.of("flat: a standard deviation of " + format(spread) + " grey levels")
                : Optional.empty();
    }

    private static double spread(Image image, int channel) {
        double sum = 0;
        double squares = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                double v = image.value(x, y, channel);
                sum += v;
                squares += v * v;
            }
        }
        double n = (double) image.width() * image.height();
        return Math.sqrt(Math.max(0, squares / n - sum / n * (sum / n)));
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
