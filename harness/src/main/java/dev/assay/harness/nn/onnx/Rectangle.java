package dev.assay.harness.nn.onnx;

import dev.assay.harness.nn.onnx.TextRegions.Point;
import dev.assay.harness.nn.onnx.TextRegions.Quad;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** The smallest turned rectangle around points, as OpenCV's {@code minAreaRect} has it: one of its sides lies on a side of the convex hull. */
record Rectangle(double width, double height, Quad corners) {
    double least() {
        return Math.min(width, height);
    }

    /** @param points at least one */
    static Rectangle around(List<Point> points) {
        List<Point> hull = hull(points);
        Rectangle best = null;
        for (int i = 0; i < hull.size(); i++) {
            Point from = hull.get(i);
            Point to = hull.get((i + 1) % hull.size());
            double length = from.distance(to);
            Rectangle along = along(
                    hull,
                    length == 0 ? 1 : (to.x() - from.x()) / length,
                    length == 0 ? 0 : (to.y() - from.y()) / length);
            if (best == null || along.width * along.height < best.width * best.height) {
                best = along;
            }
        }
        return best;
    }

    /** The rectangle with a side in this direction. */
    private static Rectangle along(List<Point> hull, double x, double y) {
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (Point p : hull) {
            double[] at = {p.x() * x + p.y() * y, p.y() * x - p.x() * y};
            for (int k = 0; k < 2; k++) {
                low[k] = Math.min(low[k], at[k]);
                high[k] = Math.max(high[k], at[k]);
            }
        }
        List<Point> corners = new ArrayList<>();
        for (double[] at :
                new double[][] {{low[0], low[1]}, {high[0], low[1]}, {high[0], high[1]}, {low[0], high[1]}}) {
            corners.add(new Point(at[0] * x - at[1] * y, at[0] * y + at[1] * x));
        }
        return new Rectangle(
                high[0] - low[0],
                high[1] - low[1],
                new Quad(corners.get(0), corners.get(1), corners.get(2), corners.get(3)));
    }

    /** Andrew's monotone chain; corners that lie on a side are left out. */
    private static List<Point> hull(List<Point> points) {
        List<Point> sorted = points.stream()
                .distinct()
                .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(Point::y))
                .toList();
        if (sorted.size() < 3) {
            return sorted;
        }
        List<Point> hull = new ArrayList<>(half(sorted));
        hull.remove(hull.size() - 1);
        List<Point> reversed = new ArrayList<>(sorted);
        Collections.reverse(reversed);
        List<Point> upper = half(reversed);
        hull.addAll(upper.subList(0, upper.size() - 1));
        return hull;
    }

    private static List<Point> half(List<Point> sorted) {
        List<Point> chain = new ArrayList<>();
        for (Point p : sorted) {
            while (chain.size() > 1 && turn(chain.get(chain.size() - 2), chain.get(chain.size() - 1), p) <= 0) {
                chain.remove(chain.size() - 1);
            }
            chain.add(p);
        }
        return chain;
    }

    private static double turn(Point a, Point b, Point c) {
        return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
    }
}
