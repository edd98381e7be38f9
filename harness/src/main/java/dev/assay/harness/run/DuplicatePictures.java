package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Picture;
import dev.assay.harness.verdict.Alike;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pictures that are the same picture where the base's are not: a model that paints one picture for every prompt, or for every seed. Told
 * without weights, by the correlation of small pictures (23 x 23 cells of their channels without their means), the best over shifts of up to
 * 2 % of the edge. So noise, blur, brightness, contrast and a small shift hide nothing; a picture of the same thing in another place is
 * another one. Of the bundled models, sound ones reach 0.98 between prompts and seeds; a picture and the same with noise of 20 grey levels,
 * of real pictures of 512 px, 0.998 and more.
 */
final class DuplicatePictures {
    /** From here on two pictures are one. */
    static final double SAME = 0.985;

    /** Below it the base's are two. */
    static final double DIFFERENT = 0.95;

    /** Cells of the fine picture; a shift is by whole ones. */
    private static final int FINE = 96;

    private static final int MARGIN = 2; // fine cells that a shift may take
    private static final int COARSE = 4; // fine cells of an edge of a coarse one
    private static final int CELLS = (FINE - 2 * MARGIN) / COARSE;
    private static final double PROMISING = 0.7; // a shift is tried only where pictures resemble each other without
    private static final int MAX_COMPARED = 400; // pictures that are compared with each other
    private static final int BLOCK = 20; // of many, that follow each other: seeds of one prompt, and prompts beside it
    private static final int MAX_COPIES = 100; // pixel by pixel, that are compared whatever their place

    /** Cells whose variance is at most that many times what independent noise of the pixels leaves of it show nothing. */
    private static final double NOISE = 1.5;

    private static final int ENOUGH =
            16; // pixels of a cell that tell noise from a texture, for pictures of 96 pixels and more
    private static final int FEW = 4; // that do where the picture is faint
    private static final double FAINT = 10; // grey levels, standard deviation

    /** A pair of the run: what the base and the candidate painted for one prompt and seed. */
    record Painted(String caseId, long seed, Picture base, Picture candidate) {
        Place place() {
            return new Place(caseId, seed);
        }
    }

    /**
     * A candidate's picture.
     *
     * @param twin that it is the same as; null for none
     * @param exact whether pixel by pixel
     */
    record Found(Painted painted, Painted twin, boolean exact) {}

    /**
     * @param found those of the candidate's pictures that could show a twin: of which the base has one that differs from another
     * @param looked pictures that were compared
     */
    record Result(List<Found> found, int looked) {
        Result {
            found = List.copyOf(found);
        }

        Alike alike() {
            List<Found> same = found.stream().filter(f -> f.twin() != null).toList();
            int exact = (int) same.stream().filter(Found::exact).count();
            Optional<Found> example =
                    same.stream().filter(f -> exact == 0 || f.exact()).findFirst();
            return new Alike(
                    found.stream()
                            .map(f -> Measurement.ofDifference(
                                    f.painted().caseId(), f.painted().seed(), f.twin() == null ? 0 : 1))
                            .toList(),
                    looked,
                    exact,
                    example.map(
                            f -> new Alike.Example(f.painted().place(), f.twin().place())));
        }
    }

    private final List<Small> base;
    private final List<Small> candidate;
    private final List<Painted> painted;

    private DuplicatePictures(List<Painted> painted) {
        this.painted = painted;
        this.base = painted.stream().map(p -> new Small(p.base())).toList();
        this.candidate = painted.stream().map(p -> new Small(p.candidate())).toList();
    }

    /** @param all pairs whose base picture is not blank; of more than 400 some are looked at, among them those that are the same pixel by pixel */
    static Result of(List<Painted> all) {
        List<Painted> some = all.size() <= MAX_COMPARED ? all : some(all);
        return new Result(new DuplicatePictures(some).find(), some.size());
    }

    /** Blocks from the first picture to the last, so that all seeds of a prompt are among them. */
    private static List<Painted> some(List<Painted> all) {
        Map<String, List<Painted>> byPixels = new LinkedHashMap<>();
        all.forEach(p -> byPixels.computeIfAbsent(p.candidate().sha256(), hash -> new ArrayList<>())
                .add(p));
        Set<Painted> some = byPixels.values().stream()
                .filter(same -> same.size() > 1)
                .flatMap(List::stream)
                .limit(MAX_COPIES)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        int blocks = MAX_COMPARED / BLOCK;
        for (int b = 0; b < blocks; b++) {
            int from = (int) ((long) b * (all.size() - BLOCK) / (blocks - 1));
            some.addAll(all.subList(from, from + BLOCK));
        }
        return List.copyOf(some);
    }

    private List<Found> find() {
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < painted.size(); i++) {
            Small one = candidate.get(i);
            int exact = first(i, j -> one.isSameAs(candidate.get(j)));
            int twin = exact >= 0 ? exact : first(i, j -> one.isLike(candidate.get(j), SAME));
            if (twin >= 0 || first(i, j -> true) >= 0) {
                found.add(new Found(painted.get(i), twin < 0 ? null : painted.get(twin), exact >= 0));
            }
        }
        return found;
    }

    /** The first pair whose candidate picture will do and whose base picture is another one than the base's of pair i; -1 for none. */
    private int first(int i, IntPredicate will) {
        return IntStream.range(0, painted.size())
                .filter(j -> j != i && will.test(j) && !base.get(i).isLike(base.get(j), DIFFERENT))
                .findFirst()
                .orElse(-1);
    }

    /** A picture in few numbers. */
    private static final class Small {
        private static final float[] NOTHING = new float[CELLS * CELLS * 3];

        private final Picture picture;
        private final float[] fine; // (FINE, FINE, 3)
        private final double
                noise; // sum of squares of the cells that independent noise of the pixels' variance would leave
        private final Map<Integer, float[]> shifted = new HashMap<>();

        Small(Picture picture) {
            this.picture = picture;
            Image image = picture.image();
            this.fine = fine(image);
            double pixelsOfCell = (double) image.width() * image.height() * COARSE * COARSE / (FINE * FINE);
            double variance = variance(image);
            boolean told = pixelsOfCell >= ENOUGH || (pixelsOfCell >= FEW && variance <= FAINT * FAINT);
            this.noise = told ? variance / pixelsOfCell * CELLS * CELLS * 3 : 0;
        }

        boolean isSameAs(Small other) {
            return picture.hasPixelsOf(other.picture);
        }

        /** Whether they correlate that much, as they are or shifted; two pictures that show nothing, one colour or noise alone, do. */
        boolean isLike(Small other, double bound) {
            double unshifted = correlation(at(0, 0), other.at(0, 0));
            if (unshifted < PROMISING || unshifted >= bound) {
                return unshifted >= bound;
            }
            for (int y = -MARGIN; y <= MARGIN; y++) {
                for (int x = -MARGIN; x <= MARGIN; x++) {
                    if (correlation(at(x, y), other.at(0, 0)) >= bound) {
                        return true;
                    }
                }
            }
            return false;
        }

        private float[] at(int x, int y) {
            return shifted.computeIfAbsent(100 * y + x, key -> coarse(MARGIN + x, MARGIN + y));
        }

        /** Means of the cells, less the mean of each channel, of length 1; where there is nothing but noise, {@link #NOTHING}. */
        private float[] coarse(int left, int top) {
            float[] cells = new float[CELLS * CELLS * 3];
            double[] mean = new double[3];
            for (int y = 0; y < CELLS * COARSE; y++) {
                for (int x = 0; x < CELLS * COARSE; x++) {
                    for (int c = 0; c < 3; c++) {
                        float v = fine[((top + y) * FINE + left + x) * 3 + c] / (COARSE * COARSE);
                        cells[(y / COARSE * CELLS + x / COARSE) * 3 + c] += v;
                        mean[c] += v / (CELLS * CELLS);
                    }
                }
            }
            double squares = 0;
            for (int i = 0; i < cells.length; i++) {
                cells[i] -= (float) mean[i % 3];
                squares += cells[i] * cells[i];
            }
            double length = squares <= NOISE * noise ? 0 : Math.sqrt(squares);
            if (length < 1e-3) {
                return NOTHING;
            }
            for (int i = 0; i < cells.length; i++) {
                cells[i] = (float) (cells[i] / length);
            }
            return cells;
        }

        private static double correlation(float[] a, float[] b) {
            if (a == NOTHING && b == NOTHING) {
                return 1;
            }
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += a[i] * b[i];
            }
            return sum;
        }

        /** Of the pixels, the mean over the channels. */
        private static double variance(Image image) {
            double all = 0;
            double pixels = (double) image.width() * image.height();
            for (int c = 0; c < 3; c++) {
                double sum = 0;
                double squares = 0;
                for (int y = 0; y < image.height(); y++) {
                    for (int x = 0; x < image.width(); x++) {
                        int v = image.value(x, y, c);
                        sum += v;
                        squares += (double) v * v;
                    }
                }
                all += squares / pixels - sum / pixels * (sum / pixels);
            }
            return all / 3;
        }

        private static float[] fine(Image image) {
            float[] cells = new float[FINE * FINE * 3];
            for (int y = 0; y < FINE; y++) {
                int top = y * image.height() / FINE;
                int bottom = Math.max(top + 1, (y + 1) * image.height() / FINE);
                for (int x = 0; x < FINE; x++) {
                    int left = x * image.width() / FINE;
                    int right = Math.max(left + 1, (x + 1) * image.width() / FINE);
                    for (int c = 0; c < 3; c++) {
                        int sum = 0;
                        for (int v = top; v < bottom; v++) {
                            for (int u = left; u < right; u++) {
                                sum += image.value(u, v, c);
                            }
                        }
                        cells[(y * FINE + x) * 3 + c] = (float) sum / ((bottom - top) * (right - left));
                    }
                }
            }
            return cells;
        }
    }
}
