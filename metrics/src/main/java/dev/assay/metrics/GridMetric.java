package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.GridPattern.Shape;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.verdict.Compare;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.PairedDifference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A pattern locked to the pixel grid that all prompts share: stripes, lattices and checkerboards with the periods of
 * decoders, patches and tiles. In one picture such a pattern drowns in the content; over a suite the content averages
 * out. Epoch folding, as astronomers find pulsars (Leahy et al. 1983), of high-pass residuals.
 *
 * <p>Per prompt, the mean residual of the candidate minus that of the base is cut into tiles of p x p pixels. Half of the
 * tiles (those of one colour of a chessboard) of the <i>other</i> prompts choose the period and give the pattern; the other
 * half of <i>this</i> prompt's tiles says how strongly it shows the pattern. So no number is measured on what it was
 * searched on: without a shared pattern its expectation is 0, and prompts are nearly uncorrelated, as the interval over
 * prompts assumes. (Were the same tiles used for both, each pair of prompts would be counted twice and the interval be too
 * narrow by the square root of 2.)
 *
 * <p>The outermost pixels are left out: they have no neighbours on one side, so that a line there is broad and no line, and
 * only a period as long as the picture would explain the gap. A tile lacks them, and the
 * others stand in.
 *
 * <p>The value is the root mean square of the pattern over all pixels: lines one pixel wide with amplitude A and period p
 * give about A / sqrt(p). Negative where the candidate shows less of a pattern than the base.
 */
public final class GridMetric implements Metric.SuiteMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "grid",
                    "2",
                    "Are the pictures still free of a pattern that repeats along the pixel grid?",
                    Family.ARTIFACT,
                    Direction.LOWER,
                    "grey levels",
                    Range.closed(-255, 255),
                    "epoch folding, Leahy et al. 1983, doi:10.1086/160766, over a high-pass residual")
            .withMaxMargin(8);

    private static final int[] PERIODS = {4, 8, 16, 32, 64, 128}; // of decoders (8), patches (16), tokens (32), tiles

    private static final int FEWEST_PROMPTS = 2;
    private static final int SHARE = 8; // of the heap, one part for residuals that are kept

    /** Per degree of freedom; Akaike's 2 would let a pattern of lines be called a lattice in one suite of twenty. */
    private static final double PENALTY = 3;

    /** Share of the greatest gain that is as good. */
    private static final double AS_MUCH = 0.95;

    /** How many times as much a longer period must explain: twice is expected where every other line is missing. */
    private static final double MORE = 1.5;

    /** Standard deviations of chance by which it must. */
    private static final double SURE = 4;

    /** Share of a pattern's lines that run one way if all do: the rest is noise. */
    private static final double ONE_WAY = 0.9;

    /** Pairs of places to put in order until the fifth of nine values is the median. */
    private static final int[] MEDIAN = {
        1, 2, 4, 5, 7, 8, 0, 1, 3, 4, 6, 7, 1, 2, 4, 5, 7, 8, 0, 3, 5, 8, 4, 7, 3, 6, 1, 4, 2, 5, 4, 7, 4, 2, 6, 4, 4, 2
    };

    /** How a tile is folded. */
    private enum Fold {
        X(Shape.X),
        Y(Shape.Y),
        XY(Shape.XY),
        CELL(Shape.CHECKERED);

        private final Shape shape;

        Fold(Shape shape) {
            this.shape = shape;
        }

        /** Values of a folded tile. */
        int length(int period) {
            return switch (this) {
                case X, Y -> period;
                case XY -> 2 * period;
                case CELL -> period * period;
            };
        }
    }

    private record Candidate(Fold fold, int period) {
        /**
         * Named by the pattern's own shape: a cell of free values also explains lines, and their crossings better than
         * lines do.
         *
         * @param pattern folded and centred
         */
        GridPattern named(double[] pattern) {
            return new GridPattern(period, fold == Fold.CELL ? shape(period, pattern) : fold.shape);
        }

        /** What a folded pattern says of a pixel of a tile. */
        double at(double[] pattern, int x, int y) {
            return switch (fold) {
                case X -> pattern[x];
                case Y -> pattern[y];
                case XY -> pattern[x] + pattern[period + y];
                case CELL -> pattern[y * period + x];
            };
        }
    }

    /** What a cell is made of, if more than half of it is columns and rows. */
    private static Shape shape(int period, double[] cell) {
        double[] columns = new double[period];
        double[] rows = new double[period];
        for (int i = 0; i < cell.length; i++) {
            columns[i % period] += cell[i] / period;
            rows[i / period] += cell[i] / period;
        }
        double x = period * squares(columns);
        double y = period * squares(rows);
        if (x + y <= squares(cell) / 2) {
            return Shape.CHECKERED;
        }
        return x >= ONE_WAY * (x + y) ? Shape.X : y >= ONE_WAY * (x + y) ? Shape.Y : Shape.XY;
    }

    /** Mean residuals of a prompt, shape (height, width): candidate minus base, and of the base alone. */
    private static final class Residuals {
        private final Field difference;
        private final Field base;

        Residuals(Field base, Field candidate) {
            this.base = base;
            difference = candidate.plus(base, -1);
        }

        long bytes() {
            return 4L * Float.BYTES * base.lines.length; // two fields of two residuals
        }
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Accumulation begin() {
        return new Suite(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** The residuals of a suite, summed; those of one prompt are made again for its score where not all are kept. */
    static final class Suite implements Accumulation {
        private final long maxBytes; // of residuals that are kept
        private final Deque<Residuals> kept = new ArrayDeque<>(); // of the first prompts, in order
        private final List<PairedDifference> values = new ArrayList<>();
        private int shown; // prompts with pictures
        private String mixed; // why the sizes do not go together
        private List<Candidate> candidates = List.of();
        private int width; // of the pictures
        private int height;
        private Field differences;
        private Field bases;

        Suite(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        @Override
        public void add(PromptImages prompt) {
            if (prompt.candidate().isEmpty()) {
                return;
            }
            if (shown++ == 0) {
                Image first = prompt.candidate().get(0);
                width = first.width();
                height = first.height();
                candidates = candidates(width, height);
            }
            Residuals own = mixed == null ? residuals(prompt) : null;
            if (own != null && !candidates.isEmpty()) {
                differences = shown == 1 ? own.difference : differences.plus(own.difference, 1);
                bases = shown == 1 ? own.base : bases.plus(own.base, 1);
                if (kept.size() == shown - 1 && (kept.size() + 1) * own.bytes() <= maxBytes) {
                    kept.add(own);
                }
            }
        }

        /** Null where a picture has another size. */
        private Residuals residuals(PromptImages prompt) {
            Field base = residual(prompt, prompt.base());
            Field candidate = base == null ? null : residual(prompt, prompt.candidate());
            return candidate == null ? null : new Residuals(base, candidate);
        }

        /** The mean residuals of pictures, each decoded once; null where one has another size, which {@code mixed} then says. */
        private Field residual(PromptImages prompt, List<Image> images) {
            Field mean = new Field(width, height);
            for (Image image : images) {
                if (image.width() != width || image.height() != height) {
                    mixed = "pictures of one size are needed, found " + width + " x " + height
                            + " and, for " + prompt.prompt().id() + ", " + image.width() + " x " + image.height()
                            + "; a pattern of pixels can only be folded at one size";
                    return null;
                }
                if (!candidates.isEmpty()) { // else they are too small for residuals
                    mean.add(image, images.size());
                }
            }
            return mean;
        }

        /** Why no prompt has a score; null where they have. */
        private Score.Unscored unscored() {
            if (shown < FEWEST_PROMPTS) {
                return new Score.Unscored(
                        "few-prompts", "a pattern shared by prompts needs at least 2 with pictures, found " + shown);
            }
            if (mixed != null) {
                return NoScore.sizesDiffer(mixed);
            }
            return candidates.isEmpty()
                    ? new Score.Unscored(
                            "too-small", "pictures of " + width + " x " + height + " are too small for a grid")
                    : null;
        }

        @Override
        public Score score(PromptImages prompt) {
            if (unscored() != null) {
                return unscored();
            }
            if (prompt.candidate().isEmpty()) {
                return new Score.Unscored("no-pair", "no pair of pictures to compare");
            }
            Residuals own = kept.isEmpty() ? residuals(prompt) : kept.remove();
            Field others = differences.plus(own.difference, -1);
            Candidate best = best(others, candidates, 0);
            double[] pattern = centred(mean(tiles(others, best, 0)));
            double norm = norm(pattern);
            // Is the pattern the candidate's own, or one of the base that it lacks?
            double atBase = dot(mean(tiles(bases.plus(own.base, -1), best, 0)), pattern);
            double atCandidate = atBase + norm * norm;
            double sign = Math.abs(atCandidate) >= Math.abs(atBase) ? 1 : -1;
            double amplitude = norm == 0
                    ? 0
                    : sign * dot(mean(tiles(own.difference, best, 1)), pattern) / norm / Math.sqrt(cells(best));
            values.add(new PairedDifference(prompt.prompt().id(), amplitude));
            return new Score.Measured(
                    amplitude,
                    format(
                            "%s: %.2f grey levels (its form is that of the other prompts)",
                            best.named(pattern).words(), amplitude));
        }

        @Override
        public String summary() {
            if (unscored() != null) {
                return unscored().reason();
            }
            Candidate best = best(differences, candidates, -1);
            Comparison c = compared();
            double[][] tiles = tiles(differences, best, -1);
            String strongest =
                    format("%s, %.2f grey levels, F %.1f", named(best, tiles).words(), c.estimate(), fStatistic(tiles));
            if (c.lower() > 0) {
                return strongest;
            }
            return c.upper() < 0
                    ? "less than in the base: " + strongest
                    : "no pattern shared by " + shown + " prompts; the strongest is " + strongest;
        }

        @Override
        public GridPattern pattern() {
            if (unscored() != null || compared().lower() <= 0) {
                return null;
            }
            Candidate best = best(differences, candidates, -1);
            return named(best, tiles(differences, best, -1));
        }

        private Comparison compared() {
            return Compare.paired(values, 0, 0.90);
        }

        private static GridPattern named(Candidate best, double[][] tiles) {
            return best.named(centred(mean(tiles)));
        }
    }

    /** The simplest first: by period, then by the values of a folded tile. */
    private static List<Candidate> candidates(int width, int height) {
        List<Candidate> all = new ArrayList<>();
        for (int period : PERIODS) {
            if (2 * period <= Math.min(width, height)) {
                for (Fold fold : Fold.values()) {
                    all.add(new Candidate(fold, period));
                }
            }
        }
        return all;
    }

    /**
     * The simplest candidate that explains as much for its size as any: a multiple of a period explains all that the period
     * does, and a little of the content besides.
     */
    private static Candidate best(Field field, List<Candidate> candidates, int colour) {
        List<Double> gains =
                candidates.stream().map(c -> gain(field, c, colour)).toList();
        double most = Collections.max(gains);
        double enough = most > 0 ? AS_MUCH * most : most;
        Candidate simplest = IntStream.range(0, gains.size())
                .filter(i -> gains.get(i) >= enough)
                .mapToObj(candidates::get)
                .findFirst()
                .orElseThrow();
        return whole(field, simplest, candidates, colour);
    }

    /**
     * The same fold with a longer period, where the candidate's is only a part of it: lines every 64 pixels are lines every 32 of which every
     * other is missing. Both are asked on the same pixels, since tiles of a long period leave more of a picture out.
     */
    private static Candidate whole(Field field, Candidate part, List<Candidate> candidates, int colour) {
        Candidate whole = part;
        for (Candidate c : candidates) {
            if (c.fold == whole.fold && c.period > whole.period && c.period % whole.period == 0) {
                double[][] tiles = tiles(field, c, colour);
                double[][] folded = folded(tiles, c, whole.period);
                double found = excess(tiles) / cells(c);
                double known = excess(folded) / cells(new Candidate(c.fold, whole.period));
                double chance = ofMean(tiles) * Math.sqrt(2.0 * (tiles[0].length - 1)) / cells(c);
                if (found > MORE * Math.max(known, 0) && found - Math.max(known, 0) > SURE * chance) {
                    whole = c;
                }
            }
        }
        return whole;
    }

    /** Tiles with a shorter period, of the same pixels. */
    private static double[][] folded(double[][] tiles, Candidate candidate, int period) {
        int p = candidate.period;
        double[][] folded = new double[tiles.length][candidate.fold.length(period)];
        for (int t = 0; t < tiles.length; t++) {
            int[] counts = new int[folded[t].length];
            for (int i = 0; i < tiles[t].length; i++) {
                int phase = switch (candidate.fold) {
                    case X, Y -> i % period;
                    case XY -> i / p * period + i % p % period;
                    case CELL -> i / p % period * period + i % p % period;
                };
                if (!Double.isNaN(tiles[t][i])) {
                    folded[t][phase] += tiles[t][i];
                    counts[phase]++;
                }
            }
            for (int i = 0; i < counts.length; i++) {
                folded[t][i] = counts[i] == 0 ? Double.NaN : folded[t][i] / counts[i];
            }
        }
        return folded;
    }

    /** Sum of squares of the pattern, less what the tiles' noise would give without one. */
    private static double excess(double[][] tiles) {
        return squares(centred(mean(tiles))) - ofMean(tiles) * (tiles[0].length - 1);
    }

    /** Variance that the mean of a phase has by chance. */
    private static double ofMean(double[][] tiles) {
        double repeats = IntStream.range(0, tiles[0].length)
                .map(j -> known(tiles, j))
                .average()
                .orElseThrow();
        return within(tiles) / Math.max(1, repeats);
    }

    private static double gain(Field field, Candidate c, int colour) {
        double[][] tiles = tiles(field, c, colour);
        Spread spread = Spread.of(field, c, colour, mean(tiles));
        return gain(spread.all, spread.explained, ofMean(tiles) / cells(c), spread.pixels, tiles[0].length - 1);
    }

    /**
     * Twice the gain in log likelihood of a pattern, less a penalty for its size, after Akaike 1974; the penalty grows
     * where neighbouring pixels are alike (edges of things). F itself cannot rank: with a
     * strong pattern it grows with every further way of counting the same pixels.
     *
     * @param variance of the pixels
     * @param explained part of it that the pattern explains
     * @param noise part of it that one degree of freedom explains without a pattern
     * @param freedom degrees of freedom of the pattern
     */
    static double gain(double variance, double explained, double noise, int pixels, int freedom) {
        double rest = Math.max(variance - explained, 1e-12 * variance);
        if (rest == 0) {
            return -PENALTY * freedom; // nothing to explain: the smallest pattern
        }
        double inflation = Math.max(1, pixels * noise / rest);
        return pixels * Math.log(variance / rest) - PENALTY * freedom * inflation;
    }

    /** The pattern's values count for the root mean square per pixel: x and y profiles add up in every pixel. */
    private static int cells(Candidate c) {
        return c.fold == Fold.XY ? c.period : c.fold.length(c.period);
    }

    /**
     * Folded tiles, shape (tiles, fold length).
     *
     * @param colour of the chessboard of tiles, 0 or 1; -1 takes all
     */
    private static double[][] tiles(Field field, Candidate candidate, int colour) {
        int p = candidate.period;
        List<double[]> tiles = new ArrayList<>();
        for (int ty = 0; ty < field.height / p; ty++) {
            for (int tx = 0; tx < field.width / p; tx++) {
                if (colour < 0 || (tx + ty) % 2 == colour) {
                    tiles.add(tile(field, candidate, tx * p, ty * p));
                }
            }
        }
        return tiles.toArray(double[][]::new);
    }

    /**
     * Of the pixels of the same tiles.
     *
     * @param all their variance
     * @param explained the variance of what the pattern says of them
     */
    private record Spread(double all, double explained, int pixels) {
        static Spread of(Field field, Candidate candidate, int colour, double[] pattern) {
            int p = candidate.period;
            float[] values = field.of(candidate.fold);
            double[] sums = new double[4]; // of values, their squares; likewise of the pattern
            int n = 0;
            for (int y = 0; y < field.height / p * p; y++) {
                for (int x = 0; x < field.width / p * p; x++) {
                    if (field.inside(x, y) && (colour < 0 || (x / p + y / p) % 2 == colour)) {
                        double v = values[y * field.width + x];
                        double said = candidate.at(pattern, x % p, y % p);
                        sums[0] += v;
                        sums[1] += v * v;
                        sums[2] += said;
                        sums[3] += said * said;
                        n++;
                    }
                }
            }
            return new Spread(variance(sums[0], sums[1], n), variance(sums[2], sums[3], n), n);
        }

        private static double variance(double sum, double squares, int n) {
            return Math.max(0, squares / n - sum / n * (sum / n));
        }
    }

    /** Means of the known pixels of each phase; NaN where there is none. */
    private static double[] tile(Field field, Candidate candidate, int left, int top) {
        int p = candidate.period;
        double[] sums = new double[candidate.fold.length(p)];
        int[] counts = new int[sums.length];
        float[] values = field.of(candidate.fold);
        for (int y = 0; y < p; y++) {
            for (int x = 0; x < p; x++) {
                if (!field.inside(left + x, top + y)) {
                    continue;
                }
                double v = values[(top + y) * field.width + left + x];
                int phase = candidate.fold == Fold.CELL ? y * p + x : candidate.fold == Fold.Y ? y : x;
                sums[phase] += v;
                counts[phase]++;
                if (candidate.fold == Fold.XY) {
                    sums[p + y] += v;
                    counts[p + y]++;
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = counts[i] == 0 ? Double.NaN : sums[i] / counts[i];
        }
        return sums;
    }

    /**
     * One-way analysis of variance of the epoch fold: variance between the phases over variance within them. 1 is
     * expected without a pattern.
     *
     * @param tiles shape (repeats, phases), at least 2 of each
     */
    static double fStatistic(double[][] tiles) {
        double[] centred = centred(mean(tiles));
        double between = 0;
        for (int j = 0; j < centred.length; j++) {
            between += known(tiles, j) * centred[j] * centred[j] / (centred.length - 1);
        }
        return between == 0 ? 0 : between / Math.max(within(tiles), 1e-12 * between);
    }

    /** Variance of the repeats of a phase. */
    private static double within(double[][] tiles) {
        double[] mean = mean(tiles);
        double within = 0;
        int freedom = 0;
        for (int j = 0; j < mean.length; j++) {
            for (double[] tile : tiles) {
                double apart = Double.isNaN(tile[j]) ? 0 : tile[j] - mean[j];
                within += apart * apart;
            }
            freedom += Math.max(0, known(tiles, j) - 1);
        }
        return freedom == 0 ? 0 : within / freedom;
    }

    /** Tiles that have a value of this phase. */
    private static int known(double[][] tiles, int phase) {
        int known = 0;
        for (double[] tile : tiles) {
            known += Double.isNaN(tile[phase]) ? 0 : 1;
        }
        return known;
    }

    /** Of each phase; of one that no tile has, the mean of all. */
    private static double[] mean(double[][] tiles) {
        double[] mean = new double[tiles[0].length];
        double sum = 0;
        int phases = 0;
        for (int j = 0; j < mean.length; j++) {
            int known = known(tiles, j);
            for (double[] tile : tiles) {
                mean[j] += Double.isNaN(tile[j]) ? 0 : tile[j] / known;
            }
            sum += mean[j];
            phases += known == 0 ? 0 : 1;
        }
        for (int j = 0; j < mean.length; j++) {
            mean[j] = known(tiles, j) == 0 && phases > 0 ? sum / phases : mean[j];
        }
        return mean;
    }

    private static double[] centred(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(v -> v - mean).toArray();
    }

    private static double squares(double[] values) {
        return dot(values, values);
    }

    private static double norm(double[] values) {
        return Math.sqrt(squares(values));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * Luma minus the median of its 3 x 3 neighbourhood, edges repeated outwards. Keeps lines of one pixel, drops edges of
     * things.
     *
     * @param luma shape (height, width)
     */
    static double[] lineResidual(double[] luma, int width, int height) {
        double[] out = new double[luma.length];
        double[] window = new double[9];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int k = 0;
                for (int dy = -1; dy <= 1; dy++) {
                    int row = clamp(y + dy, height) * width;
                    for (int dx = -1; dx <= 1; dx++) {
                        window[k++] = luma[row + clamp(x + dx, width)];
                    }
                }
                out[y * width + x] = luma[y * width + x] - median(window);
            }
        }
        return out;
    }

    /** Of 9 values, which are reordered; the fewest known exchanges (Smith 1996), for speed. */
    private static double median(double[] v) {
        for (int i = 0; i < MEDIAN.length; i += 2) {
            double a = v[MEDIAN[i]];
            double b = v[MEDIAN[i + 1]];
            v[MEDIAN[i]] = Math.min(a, b);
            v[MEDIAN[i + 1]] = Math.max(a, b);
        }
        return v[4];
    }

    /**
     * Luma minus the median of its 4 neighbours (the mean of the middle two), edges repeated outwards. Keeps
     * checkerboards, to which the 3 x 3 median is blind: 5 of its 9 pixels have the colour of the middle one.
     *
     * @param luma shape (height, width)
     */
    static double[] checkResidual(double[] luma, int width, int height) {
        double[] out = new double[luma.length];
        for (int y = 0; y < height; y++) {
            int up = clamp(y - 1, height) * width;
            int down = clamp(y + 1, height) * width;
            for (int x = 0; x < width; x++) {
                double a = luma[up + x];
                double b = luma[down + x];
                double c = luma[y * width + clamp(x - 1, width)];
                double d = luma[y * width + clamp(x + 1, width)];
                double least = Math.min(Math.min(a, b), Math.min(c, d));
                double most = Math.max(Math.max(a, b), Math.max(c, d));
                out[y * width + x] = luma[y * width + x] - (a + b + c + d - least - most) / 2;
            }
        }
        return out;
    }

    private static int clamp(int index, int length) {
        return Math.max(0, Math.min(length - 1, index));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** Both residuals, shape (height, width); float to spare memory: sums of a suite stay far from its precision. */
    private static final class Field {
        private final int width;
        private final int height;
        private final float[] lines;
        private final float[] checks;

        Field(int width, int height) {
            this.width = width;
            this.height = height;
            lines = new float[width * height];
            checks = new float[width * height];
        }

        /** Not on the border, where residuals lack neighbours. */
        boolean inside(int x, int y) {
            return x > 0 && y > 0 && x < width - 1 && y < height - 1;
        }

        float[] of(Fold fold) {
            return fold == Fold.CELL ? checks : lines;
        }

        /** One of so many pictures whose mean this becomes. */
        void add(Image image, int of) {
            double[] luma = image.luma();
            double[] line = lineResidual(luma, width, height);
            double[] check = checkResidual(luma, width, height);
            for (int i = 0; i < line.length; i++) {
                lines[i] += (float) (line[i] / of);
                checks[i] += (float) (check[i] / of);
            }
        }

        Field plus(Field other, int factor) {
            Field sum = new Field(width, height);
            for (int i = 0; i < lines.length; i++) {
                sum.lines[i] = lines[i] + factor * other.lines[i];
                sum.checks[i] = checks[i] + factor * other.checks[i];
            }
            return sum;
        }
    }
}
