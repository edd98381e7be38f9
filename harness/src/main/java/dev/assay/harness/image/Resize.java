package dev.assay.harness.image;

/**
 * Resizing as Pillow does it, byte for byte, and CLIP's framing. After Pillow's {@code Resample.c}: Keys' bicubic kernel with
 * a = -0.5, widened when shrinking; 22-bit fixed point; the horizontal pass first, rounded to 8 bits before the vertical one.
 */
public final class Resize {
    private static final int BITS = 22; // fraction bits of the fixed-point weights
    private static final double SUPPORT = 2; // the kernel is zero from here on, in source pixels

    private Resize() {}

    /**
     * Scales to {@code width} x {@code height}; equals {@code Image.resize((width, height), Image.BICUBIC)} of Pillow up to 12,
     * with which the scoring models were made. Pillow 13 takes the vertical pass first where that is much cheaper.
     */
    public static Image bicubic(Image image, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("expected at least 1 x 1 pixels, found " + width + " x " + height);
        }
        byte[] wide = pass(image.rgb(), image.height(), image.width(), width, 3);
        return Image.of(width, height, pass(wide, 1, image.height(), height, width * 3));
    }

    /** Scales so that the shorter edge has {@code size} pixels; the longer gets {@code (int) (size * longer / shorter)}. */
    public static Image shortestEdge(Image image, int size) {
        long width = image.width();
        long height = image.height();
        return width <= height
                ? bicubic(image, size, Math.toIntExact(size * height / width))
                : bicubic(image, Math.toIntExact(size * width / height), size);
    }

    /** The middle square; of an odd margin the larger half is cut off at the right and bottom. */
    public static Image centerCrop(Image image, int size) {
        if (size < 1 || image.width() < size || image.height() < size) {
            throw new IllegalArgumentException("cannot crop " + size + " x " + size + " pixels from " + image);
        }
        int left = (image.width() - size) / 2;
        int top = (image.height() - size) / 2;
        byte[] rgb = image.rgb();
        byte[] cropped = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            System.arraycopy(rgb, ((top + y) * image.width() + left) * 3, cropped, y * size * 3, size * 3);
        }
        return Image.of(size, size, cropped);
    }

    /** Resamples the middle axis: (outer, from, inner) to (outer, to, inner). */
    private static byte[] pass(byte[] in, int outer, int from, int to, int inner) {
        if (from == to) {
            return in;
        }
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double support = SUPPORT * widening;
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(outer, to), inner)];
        for (int x = 0; x < to; x++) {
            double center = (x + 0.5) * scale;
            int first = Math.max(0, (int) (center - support + 0.5));
            int end = Math.min(from, (int) (center + support + 0.5));
            int[] weights = weights(first, end, center, 1 / widening);
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
    private static int[] weights(int first, int end, double center, double narrowing) {
        double[] exact = new double[end - first];
        double sum = 0;
        for (int k = 0; k < exact.length; k++) {
            exact[k] = kernel((k + first - center + 0.5) * narrowing);
            sum += exact[k];
        }
        int[] fixed = new int[exact.length];
        for (int k = 0; k < fixed.length; k++) {
            double weight = exact[k] / sum * (1 << BITS);
            fixed[k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return fixed;
    }

    private static double kernel(double x) {
        double a = -0.5;
        double d = Math.abs(x);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < SUPPORT ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
}
