package dev.assay.harness.nn.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CLIP as open_clip writes it, against open_clip; golden files of {@code golden_open_clip.py}. */
@SuppressWarnings("try") // scopes work by being open
class OpenClipTest {
    @TempDir
    Path folder;

    /** @param name {@code open_clip} in safetensors, or {@code open_clip_quick} in a pickle */
    private Path model(String name) throws IOException {
        for (String file :
                new String[] {"open_clip_model.safetensors", "open_clip_model.pt", "open_clip_config.json"}) {
            if (Files.exists(Golden.path(name).resolve(file))) {
                Files.copy(Golden.path(name).resolve(file), folder.resolve(file));
            }
        }
        for (String file : new String[] {"vocab.json", "merges.txt", "special_tokens_map.json"}) {
            Files.copy(Golden.path("sd/tokenizer").resolve(file), folder.resolve(file));
        }
        return name.equals("open_clip") ? folder : folder.resolve("open_clip_model.pt");
    }

    /** The picture of {@code golden_open_clip.py}. */
    static Image picture(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        long state = 7;
        for (int i = 0; i < rgb.length; i++) {
            state = (1103515245L * state + 12345) % (1L << 31);
            rgb[i] = (byte) (state >> 16);
        }
        return Image.of(width, height, rgb);
    }

    static Tensor normalised(Tensor golden) {
        return golden.div(golden.norm());
    }

    @ParameterizedTest
    @ValueSource(strings = {"open_clip", "open_clip_quick"})
    void pictures_of_any_shape_and_texts_come_to_the_vectors_of_open_clip(String name) throws IOException {
        try (PointerScope scope = new PointerScope();
                TorchClip clip = TorchClip.open(model(name), ClipOptions.on("cpu"))) {
            StateDict golden = Golden.tensors(name + "_golden");
            for (int[] size : new int[][] {{48, 41}, {41, 48}, {35, 32}}) {
                Golden.assertClose(
                        "picture " + size[0] + " x " + size[1],
                        torch.tensor(clip.embed(picture(size[0], size[1]))),
                        normalised(golden.get("shortest_" + size[0] + "x" + size[1])
                                .select(0, 0)),
                        1e-5);
            }
            long[] ids = {638, 5, 17, 300, 22, 639, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            Golden.assertClose(
                    "text", torch.tensor(clip.project(ids)), golden.get("text").select(0, 0), 1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shortest, 48, 41",
        "shortest, 41, 48",
        "shortest, 35, 32",
        "longest, 48, 41",
        "longest, 41, 48",
        "squash, 48, 41"
    })
    void pixels_are_those_of_open_clip(String mode, int width, int height) {
        Preprocessing.Framing framing = switch (mode) {
            case "shortest" -> new Preprocessing.Framing.Crop(32, true);
            case "longest" -> new Preprocessing.Framing.Pad();
            default -> new Preprocessing.Framing.Squash();
        };
        try (PointerScope scope = new PointerScope()) {
            Tensor expected = Golden.tensors("open_clip_golden").get(mode + "_" + width + "x" + height + "_pixels");
            float[] pixels = Preprocessing.clip(framing, 32).pixels(picture(width, height));
            Golden.assertClose("pixels", torch.tensor(pixels), expected.flatten(), 1e-6);
        }
    }

    @Test
    void a_role_may_bring_its_own_preprocessing() throws IOException {
        ClipOptions padded = ClipOptions.on("cpu").with(Preprocessing.clip(new Preprocessing.Framing.Pad(), 32));
        try (PointerScope scope = new PointerScope();
                TorchClip clip = TorchClip.open(model("open_clip_quick"), padded)) {
            Golden.assertClose(
                    "padded",
                    torch.tensor(clip.embed(picture(48, 41))),
                    normalised(Golden.tensors("open_clip_quick_golden")
                            .get("longest_48x41")
                            .select(0, 0)),
                    1e-5);
        }
    }

    @Test
    void a_batch_of_eight_gives_the_vectors_of_single_pictures() throws IOException {
        List<Image> images = java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> picture(40 + i, 36))
                .toList();
        try (TorchClip together = TorchClip.open(model("open_clip"), ClipOptions.on("cpu"));
                TorchClip alone = TorchClip.open(folder, ClipOptions.on("cpu"))) {
            together.prefetch(images);
            for (Image image : images) {
                assertThat(together.embed(image))
                        .containsExactly(alone.embed(image), org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
    }

    @Test
    void token_ids_are_those_of_open_clip() throws IOException {
        JsonNode golden = new ObjectMapper()
                .readTree(Path.of("src/test/resources/golden/open_clip_tokens.json")
                        .toFile());
        try (ClipTokenizer tokenizer = ClipTokenizer.openClip(77)) {
            assertThat(golden.path("prompts")).hasSize(5);
            for (JsonNode prompt : golden.path("prompts")) {
                long[] expected = new ObjectMapper().convertValue(prompt.path("ids"), long[].class);
                assertThat(tokenizer.encode(prompt.path("text").asText()))
                        .as(prompt.path("text").asText())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void weights_without_a_configuration_are_refused_unless_the_role_knows_it() throws IOException {
        Path weights = model("open_clip_quick");
        Files.delete(folder.resolve("open_clip_config.json"));
        assertThatThrownBy(() -> TorchClip.open(weights, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("put its open_clip_config.json beside it");
        assertThatThrownBy(() -> TorchClip.open(weights, ClipOptions.on("cpu").with(OpenClipConfig.vitH14())))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected [1280, 3, 14, 14], found [40, 3, 8, 8]");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"patch_size\": 8', '\"patch_size\": 8, \"attentional_pool\": true', attentional_pool is not supported",
        "'\"heads\": 4', '\"hf_model_name\": \"roberta-base\"', hf_model_name is not supported",
        "'\"head_width\": 20', '\"head_width\": 7', expected a divisor of width 40",
        "'\"shortest\"', '\"fill\"', 'expected shortest, longest or squash, found fill'"
    })
    void what_is_not_known_is_refused_by_name(String there, String instead, String message) throws IOException {
        Path config = model("open_clip").resolve("open_clip_config.json");
        Files.writeString(config, Files.readString(config).replaceFirst(there.replace("\"", "\\s*\""), instead));
        assertThatThrownBy(() -> TorchClip.open(folder, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void another_network_is_refused() throws IOException {
        Files.copy(Golden.path("dinov2/model.safetensors"), folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> TorchClip.open(folder, ClipOptions.on("cpu")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found neither among");
    }
}
