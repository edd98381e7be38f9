package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.Arrays;

/**
 * Where a picture lies in a detector's square input: {@code width} x {@code height} pixels from ({@code left}, {@code top}).
 *
 * @param scaleX input pixels per picture pixel across; {@code scaleY} down
 */
record Letterbox(double scaleX, double scaleY, int width, int height, int left, int top) {
    private static final int GREY = 114;

    /** In the middle, as YOLOv5 and YOLOv8 have it; identity where the picture has the square's size. */
    static Letterbox centred(int width, int height, int size) {
        double scale = scale(width, height, size);
        int w = Math.max(1, (int) Math.round(width * scale));
        int h = Math.max(1, (int) Math.round(height * scale));
        return new Letterbox(scale, scale, w, h, (size - w) / 2, (size - h) / 2);
    }

    /** At the top left, sides cut to whole pixels, as YOLOX has it. */
    static Letterbox topLeft(int width, int height, int size) {
        double scale = scale(width, height, size);
        return new Letterbox(
                scale, scale, Math.max(1, (int) (width * scale)), Math.max(1, (int) (height * scale)), 0, 0);
    }

    /** Over the whole square, whatever the picture's sides, as RT-DETR has it. */
    static Letterbox stretched(int width, int height, int size) {
        return new Letterbox((double) size / width, (double) size / height, size, size, 0, 0);
    }

    private static double scale(int width, int height, int size) {
        return Math.min((double) size / width, (double) size / height);
    }

    /** A box of the input by its centre and sides, in pixels of the picture and cut off at its border. */
    Detection detection(String label, double x, double y, double width, double height, double score, Image picture) {
        return new Detection(
                label,
                x(x - width / 2, picture.width()),
                y(y - height / 2, picture.height()),
                x(x + width / 2, picture.width()),
                y(y + height / 2, picture.height()),
                score);
    }

    double x(double inSquare, int limit) {
        return Math.max(0, Math.min(limit, (inSquare - left) / scaleX));
    }

    double y(double inSquare, int limit) {
        return Math.max(0, Math.min(limit, (inSquare - top) / scaleY));
    }

    /** The input with a grey border, as all YOLOs were trained. */
    float[] pixels(Image scaled, int size, boolean blueFirst, float full) {
        return pixels(scaled, size, blueFirst, full, GREY);
    }

    /**
     * The input: shape (3, size, size), the picture already scaled to this box's size.
     *
     * @param border grey level of the rest
     * @param blueFirst channels in the order blue, green, red, as OpenCV reads files, instead of red, green, blue
     * @param full what 255 becomes: 1 or 255
     */
    float[] pixels(Image scaled, int size, boolean blueFirst, float full, int border) {
        float[] out = new float[3 * size * size];
        Arrays.fill(out, border / 255f * full);
        for (int c = 0; c < 3; c++) {
            int channel = blueFirst ? 2 - c : c;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    out[(c * size + top + y) * size + left + x] = scaled.value(x, y, channel) / 255f * full;
                }
            }
        }
        return out;
    }
}
