package dev.assay.harness.image;

/**
 * Resizing as OpenCV's {@code resize} does it by default, byte for byte: linear interpolation between the four nearest pixels, also when
 * shrinking, with weights of 11 bits. Detectors of the YOLO kind were trained on such pictures.
 */
public final class OpenCvResize {
    private OpenCvResize() {}

    /** Scales to {@code width} x {@code height}, each at least 1. */
    public static Image linear(Image image, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("expected at least 1 x 1 pixels, found " + width + " x " + height);
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        byte[] in = image.rgb();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        Taps across = new Taps(image.width(), width, true);
        Taps down = new Taps(image.height(), height, false);
        int[] upper = new int[width * 3]; // rows of the source, scaled across
        int[] lower = new int[width * 3];
        for (int y = 0; y < height; y++) {
            across.scale(in, down.first[y] * image.width() * 3, upper);
            across.scale(in, down.second[y] * image.width() * 3, lower);
            for (int i = 0; i < upper.length; i++) {
                int top = (down.firstWeight[y] * (upper[i] >> 4)) >> 16;
                int bottom = (down.secondWeight[y] * (lower[i] >> 4)) >> 16;
                out[y * upper.length + i] = (byte) ((top + bottom + 2) >> 2);
            }
        }
        return Image.of(width, height, out);
    }

    /** Per target pixel two source pixels and their weights, which sum to 2048. */
    private static final class Taps {
        private static final float ONE = 2048;

        final int[] first;
        final int[] second;
        final int[] firstWeight;
        final int[] secondWeight;

        Taps(int from, int to, boolean across) {
            first = new int[to];
            second = new int[to];
            firstWeight = new int[to];
            secondWeight = new int[to];
            double scale = 1 / ((double) to / from); // so rounded by OpenCV
            for (int i = 0; i < to; i++) {
                float at = (float) ((i + 0.5) * scale - 0.5);
                int whole = (int) Math.floor(at);
                boolean inside = whole >= 0 && whole < from - 1;
                float share = inside || !across ? at - whole : 0; // down, OpenCV keeps the weights at the border
                first[i] = Math.max(0, Math.min(from - 1, whole));
                second[i] = Math.max(0, Math.min(from - 1, whole + 1));
                firstWeight[i] = (int) Math.rint((1 - share) * ONE);
                secondWeight[i] = (int) Math.rint(share * ONE);
            }
        }

        void scale(byte[] in, int row, int[] out) {
            for (int x = 0; x < first.length; x++) {
                for (int c = 0; c < 3; c++) {
                    out[3 * x + c] = firstWeight[x] * (in[row + 3 * first[x] + c] & 0xff)
                            + secondWeight[x] * (in[row + 3 * second[x] + c] & 0xff);
                }
            }
        }
    }
}
