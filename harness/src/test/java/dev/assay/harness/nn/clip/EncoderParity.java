package dev.assay.harness.nn.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.vision.Dino;
import dev.assay.harness.nn.vision.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Encoders of full size with random weights against transformers and open_clip; the other half of {@code full_encoders.py}, which makes the
 * weights (gigabytes) and the expected vectors. No part of the build, and never skipped: {@code mvn -pl harness test -Dtest=EncoderParity
 * -Dassay.encoders=FOLDER}; without a folder of encoders it fails.
 */
class EncoderParity {
    private static final double TOLERANCE = 1e-5; // of the largest component

    @Test
    void vectors_of_full_size_encoders_are_those_of_transformers_and_open_clip() throws IOException {
        String place = System.getProperty("assay.encoders");
        assertThat(place)
                .as("-Dassay.encoders=FOLDER, made by full_encoders.py")
                .isNotNull();
        List<Path> models;
        try (Stream<Path> found = Files.list(Path.of(place))) {
            models = found.filter(f -> Files.exists(f.resolve("golden.json")))
                    .sorted()
                    .toList();
        }
        assertThat(models).as("encoders in " + place).isNotEmpty();
        List<String> failures = new ArrayList<>();
        for (Path model : models) {
            double worst = worst(model);
            String line = String.format(
                    Locale.ROOT, "%-22s largest difference %.2g of the largest component", model.getFileName(), worst);
            System.out.println(line);
            if (!(worst <= TOLERANCE)) {
                failures.add(line);
            }
        }
        assertThat(failures).isEmpty();
    }

    private static double worst(Path model) throws IOException {
        JsonNode golden =
                new ObjectMapper().readTree(model.resolve("golden.json").toFile());
        double worst = 0;
        int compared = 0;
        try (SafetensorsFile expected = SafetensorsFile.open(model.resolve("golden.safetensors"));
                Opened opened = open(model)) {
            for (JsonNode size : golden.path("sizes")) {
                Image picture = picture(size.get(0).asInt(), size.get(1).asInt());
                String name = "image_" + picture.width() + "x" + picture.height();
                worst = Math.max(worst, difference(opened.images().embed(picture), floats(expected, name)));
                compared++;
            }
            for (int i = 0; i < golden.path("prompts").size(); i++) {
                float[] text = ((ClipEncoder) opened.images())
                        .embed(golden.path("prompts").get(i).asText());
                worst = Math.max(worst, difference(text, floats(expected, "text_" + i)));
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(3);
        return worst;
    }

    private record Opened(ImageEncoder images) implements AutoCloseable {
        @Override
        public void close() {
            try {
                ((AutoCloseable) images).close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Opened open(Path model) {
        String name = model.getFileName().toString();
        if (name.startsWith("dinov2")) {
            Path own = model.resolve("dinov2_vitb14_pretrain.pth");
            return new Opened(Dino.open(Files.exists(own) ? own : model, "cpu", VectorFolder.NONE));
        }
        if (name.startsWith("siglip")) {
            return new Opened(TorchSiglip.open(model, "cpu", VectorFolder.NONE));
        }
        Path hps = model.resolve("HPS_v2.1_compressed.pt");
        return new Opened(
                Files.exists(hps)
                        ? TorchClip.open(
                                hps,
                                ClipOptions.on("cpu")
                                        .with(OpenClipConfig.vitH14())
                                        .with(Preprocessing.clip(new Preprocessing.Framing.Pad(), 224)))
                        : TorchClip.open(model, ClipOptions.on("cpu")));
    }

    private static double difference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
        }
        return difference / largest;
    }

    private static float[] floats(SafetensorsFile file, String name) {
        float[] values = new float[Math.toIntExact(file.tensors().get(name).elements())];
        file.bytes(name).asFloatBuffer().get(values);
        return values;
    }

    /** The picture of {@code full_encoders.py}. */
    static Image picture(int width, int height) {
        int columns = (width + 31) / 32;
        byte[][] blocks = new byte[columns * ((height + 31) / 32)][];
        byte[] rgb = new byte[width * height * 3];
        long state = 7;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int block = y / 32 * columns + x / 32;
                if (blocks[block] == null) {
                    blocks[block] = new byte[3];
                    for (int c = 0; c < 3; c++) {
                        state = (1103515245L * state + 12345) % (1L << 31);
                        blocks[block][c] = (byte) (state >> 16);
                    }
                }
                System.arraycopy(blocks[block], 0, rgb, (y * width + x) * 3, 3);
            }
        }
        return Image.of(width, height, rgb);
    }
}
