package dev.assay.harness.nn.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.IntStream;

/** The tiny random networks of golden_onnx.py and what Python makes of them. */
final class OnnxGolden {
    static final JsonNode JSON = json();

    private OnnxGolden() {}

    static Path folder() {
        try {
            return Path.of(OnnxGolden.class.getResource("/onnx/golden.json").toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Image picture(JsonNode row) {
        return Image.of(
                row.get("width").asInt(),
                row.get("height").asInt(),
                Base64.getDecoder().decode(row.get("rgb").asText()));
    }

    static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    private static JsonNode json() {
        try {
            return new ObjectMapper().readTree(folder().resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
