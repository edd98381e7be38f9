package dev.assay.harness.nn.perceptual;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.nn.HashedWeights;
import java.io.IOException;
import java.nio.file.Path;

/** Pictures and numbers of {@code golden_perceptual.py}. */
final class Pictures {
    private Pictures() {}

    static JsonNode golden() {
        try {
            return new ObjectMapper()
                    .readTree(
                            Path.of("src/test/resources/golden/perceptual.json").toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Blocks of 8 pixels with noise of 32 levels on top. */
    static Image hashed(String name, int width, int height) {
        int columns = width / 8 + 1;
        long[] blocks = HashedWeights.bits(name + " blocks", (height / 8 + 1) * columns * 3);
        long[] noise = HashedWeights.bits(name + " noise", height * width * 3);
        byte[] rgb = new byte[height * width * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    int i = (y * width + x) * 3 + c;
                    rgb[i] = (byte) (Long.remainderUnsigned(blocks[(y / 8 * columns + x / 8) * 3 + c], 224)
                            + Long.remainderUnsigned(noise[i], 32));
                }
            }
        }
        return Image.of(width, height, rgb);
    }
}
