package dev.assay.harness.nn.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder as people have it, with a tiny CLIP in it. */
class TorchClipTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/networks");

    @TempDir
    Path folder;

    private Path clip() throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(GOLDEN.resolve("clip_quick").resolve(name), folder.resolve(name));
        }
        for (String name :
                new String[] {"vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json"}) {
            Files.copy(GOLDEN.resolve("sd/tokenizer").resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("preprocessor_config.json"), """
                {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "resample": 3,
                 "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
                """);
        return folder;
    }

    private static Image noise(long seed) {
        byte[] rgb = new byte[48 * 40 * 3];
        new Random(seed).nextBytes(rgb);
        return Image.of(48, 40, rgb);
    }

    @Test
    void vectors_have_length_one_and_depend_on_what_is_embedded() throws IOException {
        try (TorchClip clip = TorchClip.open(clip(), ClipOptions.on("cpu"))) {
            float[] picture = clip.embed(noise(1));
            assertThat(picture).hasSize(24);
            assertThat(dot(picture, picture)).isBetween(1 - 1e-6, 1 + 1e-6);
            assertThat(clip.embed(noise(1))).isEqualTo(picture);
            assertThat(clip.embed(noise(2))).isNotEqualTo(picture);
            assertThat(clip.logitScale()).isPositive();
        }
    }

    @Test
    @SuppressWarnings("try") // the scope works by being open
    void pictures_and_texts_come_to_the_vectors_of_transformers() throws IOException {
        try (PointerScope scope = new PointerScope();
                TorchClip clip = TorchClip.open(clip(), ClipOptions.on("cpu"))) {
            StateDict golden = Golden.tensors("clip_quick_golden");
            float[] pixels = floats(golden.get("pixels").select(0, 0));
            float[] ids = floats(golden.get("ids"));
            long[] tokens = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
                tokens[i] = (long) ids[i];
            }
            Golden.assertClose(
                    "picture",
                    torch.tensor(clip.project(pixels)),
                    golden.get("image").select(0, 0),
                    1e-5);
            Golden.assertClose(
                    "text",
                    torch.tensor(clip.project(tokens)),
                    golden.get("text").select(0, 0),
                    1e-5);
        }
    }

    private static float[] floats(Tensor t) {
        Tensor flat = t.contiguous().flatten();
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    @Test
    void a_missing_file_is_named() throws IOException {
        clip();
        Files.delete(folder.resolve("preprocessor_config.json"));
        assertThatThrownBy(() -> TorchClip.open(folder, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found no preprocessor_config.json");
    }

    @Test
    void another_model_is_refused_by_its_type() throws IOException {
        clip();
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"siglip\"}");
        assertThatThrownBy(() -> TorchClip.open(folder, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected clip, found siglip");
    }

    @Test
    void a_crop_that_is_not_the_models_is_refused() throws IOException {
        clip();
        Path preprocessor = folder.resolve("preprocessor_config.json");
        Files.writeString(preprocessor, Files.readString(preprocessor).replace("32", "48"));
        assertThatThrownBy(() -> TorchClip.open(folder, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected the model's 32, found 48");
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
