package dev.assay.harness.nn.blip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the BLIP of transformers; golden files of {@code golden_image_reward.py}. */
@SuppressWarnings("try") // scopes work by being open
class ImageRewardTest {
    private static final Path GOLDEN = Golden.path("../image_reward");

    @TempDir
    Path folder;

    private void copy(String... files) throws IOException {
        for (String file : files) {
            Files.copy(GOLDEN.resolve(file), folder.resolve(file));
        }
    }

    /** The picture of {@code golden_image_reward.py}. */
    private static Image picture(JsonNode golden) {
        int width = golden.path("width").asInt();
        int height = golden.path("height").asInt();
        long state = golden.path("state").asLong();
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i++) {
            state = (1103515245L * state + 12345) % (1L << 31);
            rgb[i] = (byte) (state >> 16);
        }
        return Image.of(width, height, rgb);
    }

    private static void check(ImageReward model) {
        JsonNode rewards = Golden.json("../image_reward/golden.json").path("rewards");
        assertThat(rewards).hasSize(6);
        for (JsonNode golden : rewards) {
            double expected = golden.path("reward").asDouble();
            String prompt = golden.path("prompt").asText();
            Image picture = picture(golden);
            assertThat(model.reward(prompt, picture))
                    .as(golden.toString())
                    .isCloseTo(expected, within(1e-5 * Math.abs(expected)))
                    .isEqualTo(model.reward(prompt, picture)); // from memory
        }
    }

    @Test
    void rewards_equal_those_of_transformers_from_the_file_that_people_have() {
        try (ImageReward model = ImageReward.open(GOLDEN, "cpu")) {
            check(model);
        }
    }

    @Test
    void the_same_tensors_may_come_as_safetensors_in_float32() throws IOException {
        copy("med_config.json", "vocab.txt");
        Files.write(folder.resolve("ImageReward.safetensors"), safetensors());
        try (ImageReward model = ImageReward.open(folder.resolve("ImageReward.safetensors"), "cpu")) {
            check(model);
        }
    }

    private static byte[] safetensors() throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (WeightFile file = WeightFile.open(GOLDEN.resolve("ImageReward.pt"));
                PointerScope scope = new PointerScope()) {
            StateDict weights = file.weights();
            for (String name : weights.names()) {
                Tensor tensor = weights.get(name);
                float[] values = new float[(int) tensor.numel()];
                new FloatPointer(tensor.data_ptr_float()).get(values);
                ByteBuffer bytes =
                        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                ObjectNode entry = header.putObject(name).put("dtype", "F32");
                weights.shape(name).forEach(entry.withArray("shape")::add);
                entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.capacity());
                data.write(bytes.array());
            }
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data.toByteArray())
                .array();
    }

    @Test
    void the_words_behind_the_last_token_are_not_read() {
        try (ImageReward model = ImageReward.open(GOLDEN, "cpu")) {
            Image picture = Image.of(20, 20, new byte[1200]);
            String full = "a ".repeat(33);
            assertThat(model.cuts(full)).isFalse();
            assertThat(model.cuts(full + "fox")).isTrue();
            assertThat(model.reward(full + "fox", picture)).isEqualTo(model.reward(full, picture));
            assertThat(model.reward("a fox", picture)).isNotEqualTo(model.reward("a cat", picture));
        }
    }

    @Test
    void a_place_says_by_name_what_it_lacks() throws IOException {
        assertThat(ImageReward.missing(folder))
                .containsExactly(
                        "ImageReward.pt or ImageReward.safetensors (of THUDM/ImageReward)",
                        "med_config.json (of THUDM/ImageReward)",
                        "vocab.txt or tokenizer.json (of bert-base-uncased)");
        copy("ImageReward.pt");
        assertThat(ImageReward.missing(folder.resolve("ImageReward.pt")))
                .containsExactly(
                        "med_config.json (of THUDM/ImageReward)", "vocab.txt or tokenizer.json (of bert-base-uncased)");
        assertThatThrownBy(() -> ImageReward.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("missing: med_config.json");
        assertThat(ImageReward.missing(GOLDEN)).isEmpty();
    }

    @Test
    void words_of_another_bert_are_refused() throws IOException {
        copy("ImageReward.pt", "med_config.json");
        List<String> words = Files.readAllLines(GOLDEN.resolve("vocab.txt"));
        Files.write(folder.resolve("vocab.txt"), words.subList(0, words.size() - 1));
        assertThatThrownBy(() -> ImageReward.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected the words of bert-base-uncased (vocab.txt or tokenizer.json), "
                        + (words.size() + 2) + " with BLIP's two, found " + (words.size() + 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_size | 36 | of another shape than the config says",
                "hidden_size | 0 | hidden_size as a whole number",
                "num_hidden_layers | 1 | left over: encoder.layer.1.",
                "num_hidden_layers | 3 | missing: encoder.layer.2.",
                "num_attention_heads | 5 | num_attention_heads that divide hidden_size 32",
                "add_cross_attention | false | add_cross_attention true",
                "position_embedding_type | \"relative_key\" | position_embedding_type absolute",
                "model_type | \"roberta\" | model_type bert",
                "hidden_act | \"relu\" | hidden_act: expected one of"
            })
    void a_configuration_that_does_not_fit_is_refused(String key, String value, String problem) throws IOException {
        copy("ImageReward.pt", "vocab.txt");
        ObjectMapper json = new ObjectMapper();
        ObjectNode config =
                (ObjectNode) json.readTree(GOLDEN.resolve("med_config.json").toFile());
        config.set(key, json.readTree(value));
        json.writeValue(folder.resolve("med_config.json").toFile(), config);
        assertThatThrownBy(() -> ImageReward.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null"})
    void a_damaged_configuration_is_refused(String text) throws IOException {
        copy("ImageReward.pt", "vocab.txt");
        Files.writeString(folder.resolve("med_config.json"), text);
        assertThatThrownBy(() -> ImageReward.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("med_config.json");
    }

    @Test
    void another_model_is_refused_by_its_tensors() throws IOException {
        copy("med_config.json", "vocab.txt");
        Files.copy(Golden.path("text_gelu/model.safetensors"), folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> ImageReward.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected ImageReward with blip.visual_encoder.patch_embed.proj.weight");
    }
}
