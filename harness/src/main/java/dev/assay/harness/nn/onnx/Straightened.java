package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.TextRegions.Quad;

/** A piece of a picture with four corners made a rectangle, as OpenCV's {@code warpPerspective} does it: bicubic, the border repeated. */
final class Straightened {
    private static final double A = -0.75; // of Keys' cubic, as OpenCV has it
    private static final int STEPS = 32; // places between two pixels

    private Straightened() {}

    /** As wide and high as the longer of the opposite sides, at least one pixel. */
    static Image of(Image image, Quad quad) {
        int width =
                (int) Math.max(1, Math.max(quad.a().distance(quad.b()), quad.c().distance(quad.d())));
        int height =
                (int) Math.max(1, Math.max(quad.a().distance(quad.d()), quad.b().distance(quad.c())));
        double[] m = fromSquare(quad);
        byte[] rgb = image.rgb();
        byte[] out = new byte[width * height * 3];
        for (int v = 0; v < height; v++) {
            for (int u = 0; u < width; u++) {
                double s = (double) u / width;
                double t = (double) v / height;
                double w = m[6] * s + m[7] * t + 1;
                double x = Math.rint((m[0] * s + m[1] * t + m[2]) / w * STEPS) / STEPS;
                double y = Math.rint((m[3] * s + m[4] * t + m[5]) / w * STEPS) / STEPS;
                sample(rgb, image.width(), image.height(), x, y, out, (v * width + u) * 3);
            }
        }
        return Image.of(width, height, out);
    }

    /** Turned by a quarter against the clock. */
    static Image quarterTurned(Image image) {
        byte[] out = new byte[image.width() * image.height() * 3];
        int width = image.height();
        for (int y = 0; y < image.width(); y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    out[(y * width + x) * 3 + c] = (byte) image.value(image.width() - 1 - y, x, c);
                }
            }
        }
        return Image.of(width, image.width(), out);
    }

    /** Upside down. */
    static Image halfTurned(Image image) {
        return quarterTurned(quarterTurned(image));
    }

    /** The projective map from the unit square to the corners (Heckbert 1989). */
    private static double[] fromSquare(Quad q) {
        double dx1 = q.b().x() - q.c().x();
        double dx2 = q.d().x() - q.c().x();
        double sx = q.a().x() - q.b().x() + q.c().x() - q.d().x();
        double dy1 = q.b().y() - q.c().y();
        double dy2 = q.d().y() - q.c().y();
        double sy = q.a().y() - q.b().y() + q.c().y() - q.d().y();
        double det = dx1 * dy2 - dx2 * dy1;
        double g = det == 0 ? 0 : (sx * dy2 - dx2 * sy) / det;
        double h = det == 0 ? 0 : (dx1 * sy - sx * dy1) / det;
        return new double[] {
            q.b().x() - q.a().x() + g * q.b().x(),
            q.d().x() - q.a().x() + h * q.d().x(),
            q.a().x(),
            q.b().y() - q.a().y() + g * q.b().y(),
            q.d().y() - q.a().y() + h * q.d().y(),
            q.a().y(),
            g,
            h
        };
    }

    private static void sample(byte[] rgb, int width, int height, double x, double y, byte[] out, int at) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double[] across = weights(x - left);
        double[] down = weights(y - top);
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int dy = 0; dy < 4; dy++) {
                int row = Math.max(0, Math.min(height - 1, top + dy - 1)) * width;
                for (int dx = 0; dx < 4; dx++) {
                    int column = Math.max(0, Math.min(width - 1, left + dx - 1));
                    sum += down[dy] * across[dx] * (rgb[(row + column) * 3 + c] & 0xff);
                }
            }
            out[at + c] = (byte) Math.max(0, Math.min(255, Math.round(sum)));
        }
    }

    private static double[] weights(double share) {
        double[] w = new double[4];
        for (int k = 0; k < 4; k++) {
            double d = Math.abs(share + 1 - k);
            w[k] = d <= 1 ? ((A + 2) * d - (A + 3)) * d * d + 1 : ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
        }
        return w;
    }
}
