package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.TextRegions.Quad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * PP-OCR, as PaddleOCR publishes it and RapidOCR converts it to ONNX: one network finds lines of text, a second, which may be missing, tells those that
 * are upside down, a third reads them. After RapidOCR 1.4 with its defaults, a line at a time. Du et al. 2020, arXiv 2009.09941.
 *
 * <p>Which letters it knows its third network says, in the metadata {@code character}: one a line. The published one reads Chinese, Latin without most
 * accents, digits and punctuation.
 */
public final class PaddleOcr implements TextReader {
    private static final int SHORTER = 736; // a picture is scaled up until its shorter side has so many pixels
    private static final int LONGER = 2000; // and down to this first
    private static final int MOST = 4096; // pixels a side of what a network sees
    private static final int MULTIPLE = 32;
    private static final int LINE = 48; // height of a line for the second and third network
    private static final int USUAL_LINE = 320; // width that the third network sees at least
    private static final int DIRECTION_WIDTH = 192;
    private static final double TURNED = 0.9;
    private static final double SURE = 0.5;
    private static final double UPRIGHT =
            1.5; // a piece that is so much higher than wide holds a line that runs upwards

    private final OnnxNetwork finder;
    private final Optional<OnnxNetwork> director;
    private final OnnxNetwork reader;
    private final List<String> letters;
    private final PerImage<List<Line>> known = new PerImage<>();

    private PaddleOcr(OnnxNetwork finder, Optional<OnnxNetwork> director, OnnxNetwork reader, List<Path> files) {
        this.finder = finder;
        this.director = director;
        this.reader = reader;
        Path file = files.get(1);
        String alphabet = OnnxMetadata.of(file).get("character");
        if (alphabet == null) {
            throw new ModelFileException(
                    file, "expected its letters in the metadata (character, one a line), found none");
        }
        letters = List.of(alphabet.replaceFirst("\\n$", "").split("\\n", -1));
        requireShape(files.get(0), finder.run(new float[3 * 32 * 32], 1, 3, 32, 32), "text by pixel", 1, 1, 32, 32);
        OnnxNetwork.Output line = reader.run(new float[3 * LINE * USUAL_LINE], 1, 3, LINE, USUAL_LINE);
        requireShape(
                file,
                line,
                "a letter by place",
                1,
                line.shape().dimension() < 2 ? 0 : line.shape().get(1),
                letters.size() + 2);
        director.ifPresent(d -> requireShape(
                files.get(2),
                d.run(new float[3 * LINE * DIRECTION_WIDTH], 1, 3, LINE, DIRECTION_WIDTH),
                "two directions",
                1,
                2));
    }

    private static void requireShape(Path file, OnnxNetwork.Output output, String what, long... shape) {
        if (!output.shape().equals(new Shape(shape))) {
            throw new ModelFileException(
                    file,
                    "expected an output of shape " + new Shape(shape) + " (" + what + "), found " + output.shape());
        }
    }

    /**
     * @param files the finder of lines, the reader of lines, and perhaps the one that tells direction
     * @param threads of one call, at least 1
     * @throws ModelFileException when a file is missing or is not the network it should be
     */
    public static PaddleOcr open(List<Path> files, int threads) {
        List<OnnxNetwork> open = new ArrayList<>();
        try {
            files.forEach(f -> open.add(new OnnxNetwork(f, threads)));
            return new PaddleOcr(
                    open.get(0), open.size() > 2 ? Optional.of(open.get(2)) : Optional.empty(), open.get(1), files);
        } catch (RuntimeException e) {
            open.forEach(OnnxNetwork::close);
            throw e;
        }
    }

    @Override
    public boolean knows(int codePoint) {
        return codePoint == ' ' || letters.contains(Character.toString(codePoint));
    }

    @Override
    public List<Line> read(Image image) {
        return known.get(image, this::look);
    }

    private List<Line> look(Image picture) {
        Image image = limited(picture);
        double scaleX = (double) picture.width() / image.width();
        double scaleY = (double) picture.height() / image.height();
        List<Line> lines = new ArrayList<>();
        for (Quad quad : regions(image)) {
            Text text = line(image, quad);
            if (text.confidence() >= SURE && !text.words().isBlank()) {
                lines.add(new Line(
                        text.words(),
                        text.confidence(),
                        quad.least(true) * scaleX,
                        quad.least(false) * scaleY,
                        quad.most(true) * scaleX,
                        quad.most(false) * scaleY));
            }
        }
        return List.copyOf(lines);
    }

    private static Image limited(Image image) {
        double scale = (double) LONGER / Math.max(image.width(), image.height());
        return scale >= 1
                ? image
                : OpenCvResize.linear(image, multiple(image.width() * scale), multiple(image.height() * scale));
    }

    private static int multiple(double side) {
        return Math.max(MULTIPLE, (int) Math.rint((int) side / (double) MULTIPLE) * MULTIPLE);
    }

    /** Where lines are, in pixels of the picture. */
    List<Quad> regions(Image image) {
        int shorter = Math.min(image.width(), image.height());
        int longer = Math.max(image.width(), image.height());
        double scale = Math.min(Math.max(1, (double) SHORTER / shorter), (double) MOST / longer);
        int width = multiple(image.width() * scale);
        int height = multiple(image.height() * scale);
        float[] map = finder.run(pixels(OpenCvResize.linear(image, width, height), width), 1, 3, height, width)
                .values()
                .array();
        return TextRegions.find(map, width, height, image.width(), image.height());
    }

    private record Text(String words, double confidence) {}

    private Text line(Image image, Quad quad) {
        Image piece = Straightened.of(image, quad);
        if (piece.height() >= UPRIGHT * piece.width()) {
            piece = Straightened.quarterTurned(piece);
        }
        if (isUpsideDown(piece)) {
            piece = Straightened.halfTurned(piece);
        }
        double ratio = (double) piece.width() / piece.height();
        int width = (int) Math.min(MOST, LINE * Math.max((double) USUAL_LINE / LINE, ratio));
        Image line = OpenCvResize.linear(piece, Math.min(width, (int) Math.ceil(LINE * ratio)), LINE);
        OnnxNetwork.Output output = reader.run(pixels(line, width), 1, 3, LINE, width);
        return decode(output.values().array(), (int) output.shape().get(1));
    }

    private boolean isUpsideDown(Image piece) {
        if (director.isEmpty()) {
            return false;
        }
        int width = (int) Math.min(DIRECTION_WIDTH, Math.ceil((double) LINE * piece.width() / piece.height()));
        float[] directions = director.get()
                .run(pixels(OpenCvResize.linear(piece, width, LINE), DIRECTION_WIDTH), 1, 3, LINE, DIRECTION_WIDTH)
                .values()
                .array();
        return directions[1] > directions[0] && directions[1] > TURNED;
    }

    /** Shape (3, height, width), blue first, -1 to 1; 0 to the right of the picture. */
    private static float[] pixels(Image image, int width) {
        float[] out = new float[3 * image.height() * width];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++) {
                    out[(c * image.height() + y) * width + x] = (image.value(x, y, 2 - c) / 255f - 0.5f) / 0.5f;
                }
            }
        }
        return out;
    }

    /** Connectionist temporal classification, the best letter of each place: class 0 is none, the last a space; repetitions are one letter. */
    private Text decode(float[] values, int places) {
        int classes = letters.size() + 2;
        StringBuilder words = new StringBuilder();
        double sum = 0;
        int count = 0;
        int last = -1;
        for (int p = 0; p < places; p++) {
            int best = 0;
            for (int k = 1; k < classes; k++) {
                if (values[p * classes + k] > values[p * classes + best]) {
                    best = k;
                }
            }
            if (best != 0 && best != last) {
                words.append(best == classes - 1 ? " " : letters.get(best - 1));
                sum += values[p * classes + best];
                count++;
            }
            last = best;
        }
        return new Text(words.toString(), count == 0 ? 0 : sum / count);
    }

    @Override
    public void close() {
        finder.close();
        director.ifPresent(OnnxNetwork::close);
        reader.close();
    }
}
