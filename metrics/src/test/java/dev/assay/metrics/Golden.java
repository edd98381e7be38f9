package dev.assay.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;

/** The values of golden_metrics.py, and small cases. */
final class Golden {
    static final JsonNode JSON = file("metrics");

    private Golden() {}

    static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    static double[][] matrix(JsonNode rows) {
        return IntStream.range(0, rows.size())
                .mapToObj(i -> doubles(rows.get(i)))
                .toArray(double[][]::new);
    }

    static Image flat(int edge, int red, int green, int blue) {
        byte[] rgb = new byte[edge * edge * 3];
        for (int i = 0; i < edge * edge; i++) {
            rgb[3 * i] = (byte) red;
            rgb[3 * i + 1] = (byte) green;
            rgb[3 * i + 2] = (byte) blue;
        }
        return Image.of(edge, edge, rgb);
    }

    static PromptCase prompt(String id) {
        return prompt(id, Visible.UNSTATED);
    }

    static PromptCase prompt(String id, Visible visible) {
        return new PromptCase(id, "a " + id, "", List.of(1L), List.of(), visible);
    }

    /** A golden file by its name without ending. */
    static JsonNode file(String name) {
        try (var in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
