package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DwPoseTest {
    private static final Path FOLDER = Path.of("src/test/resources/onnx");
    private static final int[][] LOOKED_AT = {{0, 0}, {40, 100}, {143, 191}, {250, 300}, {287, 383}};
    private static final double[] MEAN = {123.675, 116.28, 103.53};
    private static final double[] DEVIATION = {58.395, 57.12, 57.375};

    @Test
    void the_crop_is_that_of_opencv() throws Exception {
        for (JsonNode c : golden().get("cases")) {
            DwPose.Crop crop = DwPose.Crop.around(box(c), 288, 384);
            float[] pixels = DwPose.pixels(picture(c), crop, 288, 384);
            for (int i = 0; i < LOOKED_AT.length; i++) {
                for (int channel = 0; channel < 3; channel++) {
                    double value =
                            pixels[(channel * 384 + LOOKED_AT[i][1]) * 288 + LOOKED_AT[i][0]] * DEVIATION[channel]
                                    + MEAN[channel];
                    // OpenCV rounds coordinates or weights, depending on its version
                    assertThat(value)
                            .isCloseTo(c.get("crop").get(i).get(channel).asDouble(), within(2.001));
                }
            }
            for (int channel = 0; channel < 3; channel++) {
                double sum = 0;
                for (int i = 0; i < 288 * 384; i++) {
                    sum += pixels[channel * 288 * 384 + i] * DEVIATION[channel] + MEAN[channel];
                }
                assertThat(sum / (288 * 384))
                        .isCloseTo(c.get("cropMeans").get(channel).asDouble(), within(0.05));
            }
        }
    }

    /** One bin is half a pixel of the crop; where the greatest bins lie side by side, rounding may choose the other. */
    @Test
    void joints_are_those_of_an_independent_implementation() throws Exception {
        assertThat(golden().get("cases").size()).isEqualTo(4);
        int other = 0;
        try (DwPose network = DwPose.open(FOLDER.resolve("pose.onnx"), 1)) {
            for (JsonNode c : golden().get("cases")) {
                Pose found = network.pose(picture(c), box(c));
                DwPose.Crop crop = DwPose.Crop.around(box(c), 288, 384);
                double bin = crop.width() / 288 / 2;
                for (int slot = 0; slot < Pose.SLOTS; slot++) {
                    Pose.Keypoint k = found.at(slot);
                    assertThat(k.confidence())
                            .isCloseTo(c.get("confidence").get(slot).asDouble(), within(0.01));
                    boolean same = Math.abs(k.x() - c.get("x").get(slot).asDouble()) < bin / 2
                            && Math.abs(k.y() - c.get("y").get(slot).asDouble()) < bin / 2;
                    other += same ? 0 : 1;
                }
            }
        }
        assertThat(other).as("of 532 joints in another bin").isLessThanOrEqualTo(5);
    }

    @Test
    void a_network_of_another_kind_is_told_what_is_expected() {
        assertThatThrownBy(() -> DwPose.open(FOLDER.resolve("visual.onnx"), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected an output simcc_x of shape (1, 133, 32)");
        assertThatThrownBy(() -> DwPose.open(FOLDER.resolve("textual.onnx"), 1))
                .hasMessageContaining("expected a pose network with one input of shape (1, 3, height, width)");
        assertThatThrownBy(() -> DwPose.open(FOLDER.resolve("nothing.onnx"), 1))
                .hasMessageContaining("expected an ONNX file, found none");
    }

    private static Detection box(JsonNode c) {
        JsonNode b = c.get("box");
        return new Detection(
                "person",
                b.get(0).asDouble(),
                b.get(1).asDouble(),
                b.get(2).asDouble(),
                b.get(3).asDouble(),
                1);
    }

    /** Soft waves, as the golden script draws them. */
    private static Image picture(JsonNode c) {
        int width = c.get("size").get(0).asInt();
        int height = c.get("size").get(1).asInt();
        byte[] rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int k = 0; k < 3; k++) {
                    double wave = Math.sin(x / (7.0 + 3 * k) + k) * Math.cos(y / (9.0 + 2 * k));
                    rgb[(y * width + x) * 3 + k] = (byte) Math.floor(127 + 100 * wave + 0.5);
                }
            }
        }
        return Image.of(width, height, rgb);
    }

    private static JsonNode golden() throws Exception {
        return new ObjectMapper().readTree(FOLDER.resolve("pose.json").toFile());
    }
}
