package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How different the pictures of one prompt are in layout and colour over its seeds, without any weights: the mean of 1 - correlation over all
 * pairs of small pictures of 16 x 16 cells in CIELAB, less the mean colour of all of them. 0 where one picture comes out for every seed, about 1
 * where nothing is shared, a little above where what one shows is the other's negative.
 *
 * <p>What a style does to all seeds alike (light, contrast, a tint, noise, blur) hardly moves it; a frame or vignette on every picture is something that
 * they share. Two pictures of one pose, cropped a little otherwise, are alike; the same pose in other colours is half another picture.
 */
public final class LayoutDiversityMetric implements Metric.SetMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "layout-diversity",
                    "1",
                    "Do the seeds of one prompt still give pictures with different layouts and colours?",
                    Family.DIVERSITY,
                    Direction.HIGHER,
                    "1 - correlation",
                    Range.closed(0, 2).mostly(0.3, 1.2),
                    "mean of all pairs as in OneIG-Bench 2025, arXiv 2506.07977, over small pictures in CIE 1976 L*a*b*")
            .withMaxMargin(0.5);

    private static final int CELLS = 16; // of an edge

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, List<Image> pictures) {
        if (pictures.size() < 2) {
            return NoScore.fewPictures(pictures.size());
        }
        double[][] small = pictures.stream().map(LayoutDiversityMetric::small).toArray(double[][]::new);
        double distance = meanDistance(small);
        return new Score.Measured(
                distance,
                String.format(
                        Locale.ROOT, "1 - correlation %.2f on average of %d pictures", distance, pictures.size()));
    }

    /** The picture in 16 x 16 cells, whatever its shape: L*, a*, b* of each, row by row. */
    private static double[] small(Image picture) {
        Image cells = Resize.to(picture, CELLS, CELLS, Resize.Filter.BILINEAR);
        double[] small = new double[CELLS * CELLS * 3];
        for (int i = 0; i < CELLS * CELLS; i++) {
            int x = i % CELLS;
            int y = i / CELLS;
            double[] lab =
                    ColourNames.lab(new int[] {cells.value(x, y, 0), cells.value(x, y, 1), cells.value(x, y, 2)});
            System.arraycopy(lab, 0, small, 3 * i, 3);
        }
        return small;
    }

    /**
     * Mean of 1 - correlation over all pairs, around the mean colour of all cells of all pictures.
     *
     * @param small shape (n, cells * 3); n at least 2
     * @return 0 to 2; pictures that are that colour throughout are alike, and have nothing in common with others
     */
    static double meanDistance(double[][] small) {
        double[] mean = new double[3];
        for (double[] picture : small) {
            for (int i = 0; i < picture.length; i++) {
                mean[i % 3] += picture[i] / (small.length * (picture.length / 3.0));
            }
        }
        List<double[]> units = new ArrayList<>();
        for (double[] picture : small) {
            units.add(unit(picture, mean));
        }
        double sum = 0;
        for (int i = 0; i < units.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += distance(units.get(i), units.get(j));
            }
        }
        return 2 * sum / (units.size() * (units.size() - 1.0));
    }

    /** Of length 1; zeros where nothing is left but rounding. */
    private static double[] unit(double[] picture, double[] mean) {
        double[] unit = new double[picture.length];
        double squares = 0;
        for (int i = 0; i < unit.length; i++) {
            unit[i] = picture[i] - mean[i % 3];
            squares += unit[i] * unit[i];
        }
        double length = squares < 1e-9 ? Double.POSITIVE_INFINITY : Math.sqrt(squares);
        for (int i = 0; i < unit.length; i++) {
            unit[i] /= length;
        }
        return unit;
    }

    private static double distance(double[] a, double[] b) {
        double product = 0;
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squares += a[i] * a[i] + b[i] * b[i];
        }
        return squares == 0 ? 0 : Math.max(0, Math.min(2, 1 - product));
    }
}
