package dev.assay.harness.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * From picture to network, as transformers' CLIPImageProcessor does with Pillow: bicubic to the shortest edge, centre crop,
 * to [0, 1], normalised.
 *
 * @param shortestEdge in pixels
 * @param crop edge of the square that the network sees, in pixels
 * @param mean per channel, of values in [0, 1]
 * @param std per channel
 */
public record ClipPreprocessing(int shortestEdge, int crop, List<Double> mean, List<Double> std) {
    private static final int BICUBIC = 3; // Pillow's number

    /** Reads {@code preprocessor_config.json}. */
    public static ClipPreprocessing read(Path file) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new ModelFileException(file, "expected the JSON of a CLIPImageProcessor: " + e.getMessage(), e);
        }
        if (json.path("resample").asInt(BICUBIC) != BICUBIC) {
            throw new ModelFileException(
                    file, "expected bicubic resampling (resample 3), found " + json.get("resample"));
        }
        JsonNode size = json.path("size");
        JsonNode crop = json.path("crop_size");
        int edge = size.isInt() ? size.asInt() : size.path("shortest_edge").asInt();
        int square = crop.isInt() ? crop.asInt() : crop.path("height").asInt();
        if (edge < 1 || square < 1 || square > edge) {
            throw new ModelFileException(
                    file, "expected size.shortest_edge of at least crop_size.height, found " + size + " and " + crop);
        }
        return new ClipPreprocessing(edge, square, three(file, json, "image_mean"), three(file, json, "image_std"));
    }

    /** Shape (1, 3, crop, crop). */
    public float[] pixels(Image image) {
        Image square = Resize.centerCrop(Resize.shortestEdge(image, shortestEdge), crop);
        float[] out = new float[3 * crop * crop];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < crop; y++) {
                for (int x = 0; x < crop; x++) {
                    out[(c * crop + y) * crop + x] =
                            (float) ((square.value(x, y, c) / 255.0 - mean.get(c)) / std.get(c));
                }
            }
        }
        return out;
    }

    private static List<Double> three(Path file, JsonNode json, String key) {
        JsonNode values = json.path(key);
        if (values.size() != 3) {
            throw new ModelFileException(file, "expected three numbers in " + key + ", found " + values);
        }
        return List.of(
                values.get(0).asDouble(),
                values.get(1).asDouble(),
                values.get(2).asDouble());
    }
}
