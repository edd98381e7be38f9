package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;

/**
 * A turned square piece of a picture, for a network that wants its subject upright and in the middle.
 *
 * @param middleX in pixels of the picture
 * @param side in pixels of the picture
 * @param angle by which the square is turned, in radians, clockwise as one sees it
 */
record TurnedSquare(double middleX, double middleY, double side, double angle) {
    /** The turn that brings the way from one point to another upright, from -pi to pi. */
    static double upright(double[] from, double[] to) {
        return normalised(Math.PI / 2 - Math.atan2(-(to[1] - from[1]), to[0] - from[0]));
    }

    /** The turn that brings the way from one point to another to the right. */
    static double level(double[] from, double[] to) {
        return normalised(-Math.atan2(-(to[1] - from[1]), to[0] - from[0]));
    }

    private static double normalised(double angle) {
        return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
    }

    /** Picture x of a place in the piece, both in pixels of it; {@code size} is its side there. */
    double x(double u, double v, int size) {
        double k = side / size;
        return middleX + k * ((u - size / 2.0) * Math.cos(angle) - (v - size / 2.0) * Math.sin(angle));
    }

    double y(double u, double v, int size) {
        double k = side / size;
        return middleY + k * ((u - size / 2.0) * Math.sin(angle) + (v - size / 2.0) * Math.cos(angle));
    }

    /** The piece, {@code size} pixels a side: as Pillow transforms, bilinear, black outside the picture. */
    Image of(Image image, int size) {
        byte[] rgb = image.rgb();
        byte[] out = new byte[size * size * 3];
        for (int v = 0; v < size; v++) {
            for (int u = 0; u < size; u++) {
                double x = x(u + 0.5, v + 0.5, size);
                double y = y(u + 0.5, v + 0.5, size);
                if (x >= 0 && y >= 0 && x < image.width() && y < image.height()) {
                    sample(rgb, image.width(), image.height(), x - 0.5, y - 0.5, out, (v * size + u) * 3);
                }
            }
        }
        return Image.of(size, size, out);
    }

    private static void sample(byte[] rgb, int width, int height, double x, double y, byte[] out, int at) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        int x0 = Math.max(0, left);
        int x1 = Math.min(width - 1, left + 1);
        int y0 = Math.max(0, top);
        int y1 = Math.min(height - 1, top + 1);
        for (int c = 0; c < 3; c++) {
            double upper = mix(rgb, (y0 * width + x0) * 3 + c, (y0 * width + x1) * 3 + c, x - left);
            double lower = mix(rgb, (y1 * width + x0) * 3 + c, (y1 * width + x1) * 3 + c, x - left);
            out[at + c] = (byte) (int) (upper + (lower - upper) * (y - top)); // Pillow cuts off, too
        }
    }

    private static double mix(byte[] rgb, int a, int b, double share) {
        return (rgb[a] & 0xff) + ((rgb[b] & 0xff) - (rgb[a] & 0xff)) * share;
    }
}
