package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.nn.onnx.OnnxClip;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MicrocosmClipTest {
    private static final Path FOLDER = MicrocosmPictures.MICROCOSM.resolve("clip");
    private static final JsonNode GOLDEN = MicrocosmPictures.golden(FOLDER);

    /** float32 of two builds of onnxruntime; embeddings are unit vectors. */
    private static final double TOLERANCE = 2e-5;

    @Test
    void embeddings_and_cosines_are_those_of_transformers() {
        JsonNode images = GOLDEN.get("images");
        JsonNode captions = GOLDEN.get("captions");
        assertThat(images.size()).isGreaterThan(3);
        assertThat(captions.size()).isGreaterThan(3);
        try (OnnxClip clip = OnnxClip.open(FOLDER, 1)) {
            for (int i = 0; i < images.size(); i++) {
                float[] picture = clip.embed(
                        MicrocosmPictures.read(FOLDER.resolve(images.get(i).asText())));
                same(picture, GOLDEN.get("image_embeds").get(i));
                for (int t = 0; t < captions.size(); t++) {
                    float[] text = clip.embed(captions.get(t).asText());
                    same(text, GOLDEN.get("text_embeds").get(t));
                    double cosine = 0;
                    for (int k = 0; k < text.length; k++) {
                        cosine += (double) picture[k] * text[k];
                    }
                    assertThat(cosine)
                            .isCloseTo(GOLDEN.get("cosines").get(i).get(t).asDouble(), within(TOLERANCE));
                }
            }
        }
    }

    private static void same(float[] found, JsonNode raw) {
        assertThat(found).hasSize(raw.size());
        double squares = 0;
        for (JsonNode v : raw) {
            squares += v.asDouble() * v.asDouble();
        }
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(raw.get(i).asDouble() / Math.sqrt(squares), within(TOLERANCE));
        }
    }
}
