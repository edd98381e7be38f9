package dev.assay.harness.image;

/** Pixel-exact twin of Pillow's bicubic resize: antialiased, horizontal pass first, 8-bit rounding between the passes. */
public final class Resize {
    private static final int BITS = 22; // fixed point of Pillow's 8-bit kernels

    private Resize() {}

    /** Scales the shorter edge to {@code edge} pixels, keeping the aspect: the longer becomes int(edge * long / short). */
    public static Image shortestEdge(Image image, int edge) {
        int w = image.width();
        int h = image.height();
        return w <= h
                ? bicubic(image, edge, (int) ((long) edge * h / w))
                : bicubic(image, (int) ((long) edge * w / h), edge);
    }

    /** The middle square; an odd margin loses its extra pixel at the bottom and right. */
    public static Image centerCrop(Image image, int edge) {
        if (image.width() < edge || image.height() < edge) {
            throw new IllegalArgumentException("cannot crop " + edge + " x " + edge + " from " + image);
        }
        int left = (image.width() - edge) / 2;
        int top = (image.height() - edge) / 2;
        byte[] in = image.rgb();
        byte[] out = new byte[edge * edge * 3];
        for (int y = 0; y < edge; y++) {
            System.arraycopy(in, ((top + y) * image.width() + left) * 3, out, y * edge * 3, edge * 3);
        }
        return Image.of(edge, edge, out);
    }

    /** Bicubic with a = -0.5. */
    public static Image bicubic(Image image, int width, int height) {
        byte[] wide = pass(image.rgb(), image.height(), image.width(), width, 3);
        byte[] both = pass(wide, 1, image.height(), height, width * 3);
        return Image.of(width, height, both);
    }

    /** Resamples axis 1 of (outer, from, inner) to (outer, to, inner). */
    private static byte[] pass(byte[] in, int outer, int from, int to, int inner) {
        if (from == to) {
            return in;
        }
        double scale = (double) from / to;
        double stretch = Math.max(scale, 1);
        double support = 2 * stretch;
        byte[] out = new byte[outer * to * inner];
        for (int x = 0; x < to; x++) {
            double centre = (x + 0.5) * scale;
            int first = Math.max(0, (int) (centre - support + 0.5));
            int end = Math.min(from, (int) (centre + support + 0.5));
            int[] weights = weights(first, end, centre, stretch);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    int sum = 1 << (BITS - 1);
                    for (int k = first; k < end; k++) {
                        sum += weights[k - first] * (in[(o * from + k) * inner + i] & 0xff);
                    }
                    out[(o * to + x) * inner + i] = (byte) Math.max(0, Math.min(255, sum >> BITS));
                }
            }
        }
        return out;
    }

    private static int[] weights(int first, int end, double centre, double stretch) {
        double[] exact = new double[end - first];
        double total = 0;
        for (int k = 0; k < exact.length; k++) {
            exact[k] = kernel((k + first - centre + 0.5) / stretch);
            total += exact[k];
        }
        int[] fixed = new int[exact.length];
        for (int k = 0; k < fixed.length; k++) {
            double w = exact[k] / total * (1 << BITS);
            fixed[k] = (int) (w < 0 ? w - 0.5 : w + 0.5);
        }
        return fixed;
    }

    private static double kernel(double x) {
        double a = -0.5;
        double d = Math.abs(x);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
}
