package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The colour of a thing in a box. As GenEval does it: the crop, what is around the thing painted grey (#999), and CLIP's choice among ten
 * words in three phrases. GenEval has the thing's outline; of a box we keep the ellipse in it. Without CLIP: the median of the middle third
 * of the box, and the nearest of eleven colours in CIELAB; right for flat colours, wrong for whatever is patterned, hollow or lit oddly.
 */
final class ColourNames {
    /** GenEval's ten, and grey; sRGB as people mean them. Brown is saddle brown: CSS's is a dark red. */
    private static final Map<String, int[]> COLOURS = new TreeMap<>(Map.ofEntries(
            Map.entry("red", new int[] {220, 30, 30}),
            Map.entry("orange", new int[] {245, 140, 20}),
            Map.entry("yellow", new int[] {245, 215, 40}),
            Map.entry("green", new int[] {30, 150, 50}),
            Map.entry("blue", new int[] {40, 80, 215}),
            Map.entry("purple", new int[] {135, 45, 170}),
            Map.entry("pink", new int[] {250, 165, 195}),
            Map.entry("brown", new int[] {120, 70, 30}),
            Map.entry("black", new int[] {15, 15, 15}),
            Map.entry("white", new int[] {245, 245, 245}),
            Map.entry("grey", new int[] {130, 130, 130})));

    private static final List<String> PHRASES =
            List.of("a photo of a %1$s %2$s", "a photo of a %1$s-colored %2$s", "a photo of a %1$s object");
    private static final int AROUND = 0x99;

    private ColourNames() {}

    static List<String> all() {
        return List.copyOf(COLOURS.keySet());
    }

    /** The word used here, e.g. {@code grey} for {@code gray}. */
    static String word(String colour) {
        String word = colour.strip().toLowerCase(Locale.ROOT);
        return word.equals("gray") ? "grey" : word;
    }

    /** Nearest in CIELAB to the median of the middle third of the box. */
    static String byPixels(Image image, Detection box) {
        double width = box.x1() - box.x0();
        double height = box.y1() - box.y0();
        int left = clamp((int) (box.x0() + width / 3), image.width());
        int right = Math.max(left + 1, clamp((int) Math.ceil(box.x1() - width / 3), image.width()));
        int top = clamp((int) (box.y0() + height / 3), image.height());
        int bottom = Math.max(top + 1, clamp((int) Math.ceil(box.y1() - height / 3), image.height()));
        int[] median = new int[3];
        for (int c = 0; c < 3; c++) {
            int[] values = new int[(right - left) * (bottom - top)];
            for (int i = 0; i < values.length; i++) {
                values[i] = image.value(left + i % (right - left), top + i / (right - left), c);
            }
            Arrays.sort(values);
            median[c] = values[values.length / 2];
        }
        return nearest(median);
    }

    static String nearest(int[] rgb) {
        double[] lab = lab(rgb);
        String best = "";
        double least = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, int[]> colour : COLOURS.entrySet()) {
            double[] other = lab(colour.getValue());
            double squares = 0;
            for (int i = 0; i < 3; i++) {
                squares += (lab[i] - other[i]) * (lab[i] - other[i]);
            }
            if (squares < least) {
                least = squares;
                best = colour.getKey();
            }
        }
        return best;
    }

    /** CIE 1976 L*a*b* of an sRGB colour, white point D65. */
    static double[] lab(int[] rgb) {
        double[] linear = new double[3];
        for (int i = 0; i < 3; i++) {
            double v = rgb[i] / 255.0;
            linear[i] = v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
        }
        double x = f((0.4124564 * linear[0] + 0.3575761 * linear[1] + 0.1804375 * linear[2]) / 0.95047);
        double y = f(0.2126729 * linear[0] + 0.7151522 * linear[1] + 0.0721750 * linear[2]);
        double z = f((0.0193339 * linear[0] + 0.1191920 * linear[1] + 0.9503041 * linear[2]) / 1.08883);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double f(double t) {
        double d = 6.0 / 29;
        return t > d * d * d ? Math.cbrt(t) : t / (3 * d * d) + 4.0 / 29;
    }

    /** CLIP's choice: the colour whose phrases, averaged, lie closest to the crop. */
    static String byClip(
            Image image, Detection box, Function<Image, float[]> embedImage, Function<String, float[]> embedText) {
        float[] crop = embedImage.apply(crop(image, box));
        String best = "";
        double most = Double.NEGATIVE_INFINITY;
        for (String colour : COLOURS.keySet()) {
            double cosine = EmbeddingMetric.cosine(crop, mean(colour, box.label(), embedText));
            if (cosine > most) {
                most = cosine;
                best = colour;
            }
        }
        return best;
    }

    /** Of the unit vectors of the phrases; its length does not matter. */
    private static float[] mean(String colour, String name, Function<String, float[]> embedText) {
        List<float[]> vectors = new ArrayList<>();
        PHRASES.forEach(p -> vectors.add(embedText.apply(String.format(Locale.ROOT, p, colour, name))));
        float[] sum = new float[vectors.get(0).length];
        for (float[] vector : vectors) {
            double squares = 0;
            for (float v : vector) {
                squares += (double) v * v;
            }
            for (int i = 0; i < sum.length; i++) {
                sum[i] += (float) (vector[i] / Math.sqrt(squares));
            }
        }
        return sum;
    }

    /** The box, grey outside of the ellipse in it. */
    static Image crop(Image image, Detection box) {
        int left = clamp((int) box.x0(), image.width());
        int top = clamp((int) box.y0(), image.height());
        int width = Math.max(1, Math.min(image.width(), (int) Math.ceil(box.x1())) - left);
        int height = Math.max(1, Math.min(image.height(), (int) Math.ceil(box.y1())) - top);
        byte[] out = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double dx = (2 * x + 1.0) / width - 1;
                double dy = (2 * y + 1.0) / height - 1;
                for (int c = 0; c < 3; c++) {
                    out[(y * width + x) * 3 + c] =
                            (byte) (dx * dx + dy * dy <= 1 ? image.value(left + x, top + y, c) : AROUND);
                }
            }
        }
        return Image.of(width, height, out);
    }

    private static int clamp(int value, int limit) {
        return Math.max(0, Math.min(limit - 1, value));
    }
}
