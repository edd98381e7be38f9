package dev.assay.harness.image;

/**
 * Resizing as Pillow does it, byte for byte, and CLIP's framing. After Pillow's {@code Resample.c}: a kernel, widened when shrinking;
 * 22-bit fixed point; the horizontal pass first, rounded to 8 bits before the vertical one.
 */
public final class Resize {
    private static final int BITS = 22; // fraction bits of the fixed-point weights

    private Resize() {}

    /** Kernels, by Pillow's words. */
    public enum Filter {
        /** A triangle. */
        BILINEAR(1),
        /** Keys' cubic with a = -0.5. */
        BICUBIC(2);

        private final double support; // the kernel is zero from here on, in source pixels

        Filter(double support) {
            this.support = support;
        }

        private double kernel(double x) {
            double d = Math.abs(x);
            if (d >= support) {
                return 0;
            }
            if (this == BILINEAR) {
                return 1 - d;
            }
            double a = -0.5;
            return d < 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : (((d - 5) * d + 8) * d - 4) * a;
        }
    }

    /**
     * Scales to {@code width} x {@code height}; equals {@code Image.resize((width, height), filter)} of Pillow up to 12, with which
     * the scoring models were made. Pillow 13 takes the vertical pass first where that is much cheaper.
     */
    public static Image to(Image image, int width, int height, Filter filter) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("expected at least 1 x 1 pixels, found " + width + " x " + height);
        }
        byte[] wide = pass(image.rgb(), image.height(), image.width(), width, 3, filter);
        return Image.of(width, height, pass(wide, 1, image.height(), height, width * 3, filter));
    }

    /** {@link #to} with the bicubic kernel. */
    public static Image bicubic(Image image, int width, int height) {
        return to(image, width, height, Filter.BICUBIC);
    }

    /** Scales so that the shorter edge has {@code size} pixels; the longer gets {@code (int) (size * longer / shorter)}. */
    public static Image shortestEdge(Image image, int size, Filter filter) {
        long width = image.width();
        long height = image.height();
        return width <= height
                ? to(image, size, Math.toIntExact(size * height / width), filter)
                : to(image, Math.toIntExact(size * width / height), size, filter);
    }

    /** Scales so that the longer edge has {@code size} pixels, and puts the picture in the middle of a black square. */
    public static Image longestEdgePadded(Image image, int size, Filter filter) {
        double scale = size / (double) Math.max(image.width(), image.height());
        int width = Math.max(1, (int) Math.rint(image.width() * scale)); // Python's round: to even
        int height = Math.max(1, (int) Math.rint(image.height() * scale));
        byte[] rgb = to(image, width, height, filter).rgb();
        byte[] padded = new byte[size * size * 3];
        int left = (size - width) / 2;
        int top = (size - height) / 2;
        for (int y = 0; y < height; y++) {
            System.arraycopy(rgb, y * width * 3, padded, ((top + y) * size + left) * 3, width * 3);
        }
        return Image.of(size, size, padded);
    }

    /** The middle square as transformers cuts it: of an odd margin the larger half is cut off at the right and bottom. */
    public static Image centerCrop(Image image, int size) {
        return crop(image, size, (image.width() - size) / 2, (image.height() - size) / 2);
    }

    /** The middle square as torchvision cuts it, and so open_clip: half an odd margin is rounded to even. */
    public static Image centerCropToEven(Image image, int size) {
        return crop(image, size, (int) Math.rint((image.width() - size) / 2.0), (int)
                Math.rint((image.height() - size) / 2.0));
    }

    private static Image crop(Image image, int size, int left, int top) {
        if (size < 1 || image.width() < size || image.height() < size) {
            throw new IllegalArgumentException("cannot crop " + size + " x " + size + " pixels from " + image);
        }
        byte[] rgb = image.rgb();
        byte[] cropped = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            System.arraycopy(rgb, ((top + y) * image.width() + left) * 3, cropped, y * size * 3, size * 3);
        }
        return Image.of(size, size, cropped);
    }

    /** Resamples the middle axis: (outer, from, inner) to (outer, to, inner). */
    private static byte[] pass(byte[] in, int outer, int from, int to, int inner, Filter filter) {
        if (from == to) {
            return in;
        }
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double support = filter.support * widening;
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(outer, to), inner)];
        for (int x = 0; x < to; x++) {
            double center = (x + 0.5) * scale;
            int first = Math.max(0, (int) (center - support + 0.5));
            int end = Math.min(from, (int) (center + support + 0.5));
            int[] weights = weights(first, end, center, 1 / widening, filter);
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

    /** Of the source pixels {@code first} (inclusive) to {@code end} (exclusive); sum 1 before rounding. */
    private static int[] weights(int first, int end, double center, double narrowing, Filter filter) {
        double[] exact = new double[end - first];
        double sum = 0;
        for (int k = 0; k < exact.length; k++) {
            exact[k] = filter.kernel((k + first - center + 0.5) * narrowing);
            sum += exact[k];
        }
        int[] fixed = new int[exact.length];
        for (int k = 0; k < fixed.length; k++) {
            double weight = exact[k] / sum * (1 << BITS);
            fixed[k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return fixed;
    }
}
