package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A WD14 tagger as its author publishes it: {@code model.onnx}, input (1, S, S, 3), blue, green, red from 0 to 255, the picture in the middle
 * of a white square scaled by Pillow's bicubic; output (1, tags), a probability each; and {@code selected_tags.csv} beside it with the
 * columns {@code name} and {@code category}. After the demonstration of SmilingWolf/wd-tagger.
 */
public final class OnnxTagger implements Tagger {
    private static final int MAX_SIZE = 4096;
    private static final int MAX_BYTES = 16 << 20; // of the list of tags

    private final Path file;
    private final OnnxNetwork network;
    private final List<String> tags;
    private final int size;

    private OnnxTagger(Path file, OnnxNetwork network) {
        this.file = file;
        this.network = network;
        tags = tags(file.resolveSibling("selected_tags.csv"));
        Map<String, Shape> inputs = network.inputs();
        Shape shape = inputs.values().iterator().next();
        if (inputs.size() != 1
                || shape.dimension() != 4
                || shape.get(3) != 3
                || shape.get(1) != shape.get(2)
                || shape.get(1) < 1
                || shape.get(1) > MAX_SIZE) {
            throw new ModelFileException(
                    file, "expected a tagger with one input (1, size, size, 3), as WD14's are, found " + inputs);
        }
        size = (int) shape.get(1);
        probabilities(Image.of(1, 1, new byte[3])); // a list of tags for another network shows now
    }

    /**
     * Opens {@code model.onnx} and {@code selected_tags.csv} of a folder.
     *
     * @param threads of one picture, at least 1
     * @throws ModelFileException when a file is missing or they do not fit together
     */
    public static OnnxTagger open(Path folder, int threads) {
        Path file = folder.resolve("model.onnx");
        OnnxNetwork network = new OnnxNetwork(file, threads);
        try {
            return new OnnxTagger(file, network);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public List<String> tags() {
        return tags;
    }

    @Override
    public float[] probabilities(Image image) {
        OnnxNetwork.Output output = network.run(pixels(image), 1, size, size, 3);
        float[] found = output.values().array();
        if (found.length != tags.size()) {
            throw new ModelFileException(
                    file,
                    "expected a probability for each of the " + tags.size() + " tags of selected_tags.csv, found "
                            + output.shape() + "; is the list of another tagger?");
        }
        return found;
    }

    /** Shape (size, size, 3). */
    private float[] pixels(Image image) {
        int side = Math.max(image.width(), image.height());
        byte[] square = new byte[Math.multiplyExact(Math.multiplyExact(side, side), 3)];
        Arrays.fill(square, (byte) 255);
        int left = (side - image.width()) / 2;
        int top = (side - image.height()) / 2;
        byte[] rgb = image.rgb();
        for (int y = 0; y < image.height(); y++) {
            System.arraycopy(rgb, y * image.width() * 3, square, ((top + y) * side + left) * 3, image.width() * 3);
        }
        Image scaled = Resize.bicubic(Image.of(side, side, square), size, size);
        float[] out = new float[size * size * 3];
        for (int i = 0; i < out.length; i++) {
            int pixel = i / 3;
            out[i] = scaled.value(pixel % size, pixel / size, 2 - i % 3);
        }
        return out;
    }

    private static List<String> tags(Path csv) {
        if (!Files.isRegularFile(csv)) {
            throw new ModelFileException(csv, "expected the tagger's list of tags beside model.onnx, found none");
        }
        List<String> tags = new ArrayList<>();
        try (MappingIterator<Map<String, String>> rows = new CsvMapper()
                .readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(SmallFile.bytes(csv, MAX_BYTES))) {
            while (rows.hasNext()) {
                String name = rows.next().get("name");
                if (name == null) {
                    throw new ModelFileException(csv, "expected a column name in row " + (tags.size() + 2));
                }
                tags.add(name);
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof ModelFileException known) {
                throw known;
            }
            throw new ModelFileException(csv, "cannot be read: " + e.getMessage(), e);
        }
        return List.copyOf(tags);
    }

    @Override
    public void close() {
        network.close();
    }
}
