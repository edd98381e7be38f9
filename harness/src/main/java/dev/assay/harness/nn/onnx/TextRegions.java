package dev.assay.harness.nn.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * From a map of probabilities that a pixel belongs to text to the lines of it, after Differentiable Binarization (Liao et al. 2020, arXiv
 * 1911.08947) with the constants of PP-OCR: what is above 0.3, widened by one pixel, is taken in connected pieces; the smallest rectangle around
 * each that is text with 0.5 on average is grown by 1.6 times its area over its perimeter. Holes in a piece are no pieces of their own.
 */
final class TextRegions {
    private static final double PIXEL = 0.3;
    private static final double REGION = 0.5;
    private static final double GROWTH = 1.6;
    private static final int LEAST_SIDE = 3; // of a rectangle in the map
    private static final int MOST = 1000; // pieces that are looked at
    private static final int ARC = 64; // points of a circle
    private static final int SAME_LINE = 10; // pixels between the tops of boxes that are read from left to right

    private TextRegions() {}

    /** A point in pixels. */
    record Point(double x, double y) {
        double distance(Point other) {
            return Math.hypot(x - other.x, y - other.y);
        }
    }

    /** A line of text: its corners in the order in which it is read, top left, top right, bottom right, bottom left. */
    record Quad(Point a, Point b, Point c, Point d) {
        List<Point> corners() {
            return List.of(a, b, c, d);
        }

        double least(boolean across) {
            return corners().stream().mapToDouble(p -> across ? p.x : p.y).min().orElseThrow();
        }

        double most(boolean across) {
            return corners().stream().mapToDouble(p -> across ? p.x : p.y).max().orElseThrow();
        }
    }

    /**
     * @param map probabilities, row by row
     * @param width of the map; {@code toWidth} and {@code toHeight} are those of the picture
     * @return in the order in which they are read, in whole pixels of the picture
     */
    static List<Quad> find(float[] map, int width, int height, int toWidth, int toHeight) {
        List<Quad> found = new ArrayList<>();
        boolean[] mask = widened(map, width, height);
        for (int start = 0, pieces = 0; start < mask.length && pieces < MOST; start++) {
            if (mask[start]) {
                pieces++;
                Quad region = region(piece(mask, width, height, start), map, width, height);
                Quad line = region == null ? null : inPicture(region, width, height, toWidth, toHeight);
                if (line != null) {
                    found.add(line);
                }
            }
        }
        return inReadingOrder(found);
    }

    /** A pixel is on where it, or the one to the left, above or both, is above the threshold. */
    private static boolean[] widened(float[] map, int width, int height) {
        boolean[] mask = new boolean[map.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                mask[at] = map[at] > PIXEL
                        || (x > 0 && map[at - 1] > PIXEL)
                        || (y > 0 && map[at - width] > PIXEL)
                        || (x > 0 && y > 0 && map[at - width - 1] > PIXEL);
            }
        }
        return mask;
    }

    /** Takes the piece that holds a pixel out of the mask: the first and last pixel of each of its rows. */
    private static List<Point> piece(boolean[] mask, int width, int height, int start) {
        int[] first = new int[height];
        int[] last = new int[height];
        Arrays.fill(first, width);
        Arrays.fill(last, -1);
        int[] open = new int[64];
        int size = 1;
        open[0] = start;
        mask[start] = false;
        while (size > 0) {
            int at = open[--size];
            int y = at / width;
            int x = at % width;
            first[y] = Math.min(first[y], x);
            last[y] = Math.max(last[y], x);
            for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
                for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
                    int next = ny * width + nx;
                    if (mask[next]) {
                        mask[next] = false;
                        open = size == open.length ? Arrays.copyOf(open, 2 * size) : open;
                        open[size++] = next;
                    }
                }
            }
        }
        List<Point> ends = new ArrayList<>();
        for (int y = 0; y < height; y++) {
            if (last[y] >= 0) {
                ends.add(new Point(first[y], y));
                ends.add(new Point(last[y], y));
            }
        }
        return ends;
    }

    /** Null where the piece is too small or no text. */
    private static Quad region(List<Point> piece, float[] map, int width, int height) {
        Rectangle small = Rectangle.around(piece);
        if (small.least() < LEAST_SIDE || mean(map, width, height, small.corners()) < REGION) {
            return null;
        }
        Quad box = small.corners();
        double perimeter = box.a().distance(box.b())
                + box.b().distance(box.c())
                + box.c().distance(box.d())
                + box.d().distance(box.a());
        double distance = small.width() * small.height() * GROWTH / perimeter;
        List<Point> grown = new ArrayList<>();
        for (Point corner : box.corners()) {
            for (int k = 0; k < ARC; k++) {
                double angle = 2 * Math.PI * k / ARC;
                grown.add(new Point(
                        Math.rint((int) corner.x() + distance * Math.cos(angle)),
                        Math.rint((int) corner.y() + distance * Math.sin(angle))));
            }
        }
        Rectangle large = Rectangle.around(grown);
        return large.least() < LEAST_SIDE + 2 ? null : large.corners();
    }

    /** Null where less than four pixels are left of a side. */
    private static Quad inPicture(Quad region, int width, int height, int toWidth, int toHeight) {
        List<Point> points = region.corners().stream()
                .map(p -> new Point(
                        within(Math.rint(p.x() / width * toWidth), toWidth - 1),
                        within(Math.rint(p.y() / height * toHeight), toHeight - 1)))
                .sorted(Comparator.comparingDouble(Point::x))
                .toList();
        List<Point> left = points.subList(0, 2).stream()
                .sorted(Comparator.comparingDouble(Point::y))
                .toList();
        List<Point> right = points.subList(2, 4).stream()
                .sorted(Comparator.comparingDouble(Point::y))
                .toList();
        Quad quad = new Quad(left.get(0), right.get(0), right.get(1), left.get(1));
        return (int) quad.a().distance(quad.b()) <= LEAST_SIDE || (int) quad.a().distance(quad.d()) <= LEAST_SIDE
                ? null
                : quad;
    }

    private static double within(double value, int most) {
        return Math.max(0, Math.min(most, value));
    }

    private static List<Quad> inReadingOrder(List<Quad> quads) {
        List<Quad> sorted = new ArrayList<>(quads);
        sorted.sort(Comparator.comparingDouble((Quad q) -> q.a().y()).thenComparingDouble(q -> q.a().x()));
        for (int i = 0; i + 1 < sorted.size(); i++) {
            for (int j = i; j >= 0; j--) {
                Quad upper = sorted.get(j);
                Quad lower = sorted.get(j + 1);
                if (Math.abs(lower.a().y() - upper.a().y()) >= SAME_LINE
                        || lower.a().x() >= upper.a().x()) {
                    break;
                }
                sorted.set(j, lower);
                sorted.set(j + 1, upper);
            }
        }
        return sorted;
    }

    /** Of the map over a convex shape whose corners are cut to whole pixels, its border included. */
    static double mean(float[] map, int width, int height, Quad quad) {
        double sum = 0;
        long count = 0;
        int[][] corners = quad.corners().stream()
                .map(p -> new int[] {(int) within(p.x(), width - 1), (int) within(p.y(), height - 1)})
                .toArray(int[][]::new);
        int top = (int) within(quad.least(false), height - 1);
        int bottom = (int) within(quad.most(false), height - 1);
        for (int y = top; y <= bottom; y++) {
            double left = Double.POSITIVE_INFINITY;
            double right = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < corners.length; k++) {
                int[] p = corners[k];
                int[] q = corners[(k + 1) % corners.length];
                if (y < Math.min(p[1], q[1]) || y > Math.max(p[1], q[1])) {
                    continue;
                }
                double at = p[1] == q[1] ? p[0] : p[0] + (double) (y - p[1]) * (q[0] - p[0]) / (q[1] - p[1]);
                left = Math.min(left, p[1] == q[1] ? Math.min(p[0], q[0]) : at);
                right = Math.max(right, p[1] == q[1] ? Math.max(p[0], q[0]) : at);
            }
            for (int x = (int) Math.rint(left); x <= Math.rint(right); x++) {
                sum += map[y * width + x];
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }
}
