package dev.assay.harness.nn.perceptual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On networks of DreamSim's form, 128 wide in place of 768, with weights from hashes. */
@SuppressWarnings("try") // scopes work by being open
class DreamSimTest {
    private static final String CONFIG = """
            {"peft_type": "LORA", "r": 4, "lora_alpha": 3, "lora_dropout": 0.3, "bias": "none", "target_modules": ["qkv"],
             "use_dora": false, "rank_pattern": {}, "modules_to_save": null}""";

    @TempDir
    private Path folder;

    /** As the package leaves it, but for the container of the weights. */
    private void writeFolder() throws IOException {
        Files.createDirectories(folder.resolve("checkpoints"));
        Path lora = Files.createDirectories(folder.resolve("ensemble_lora"));
        TestWeights.write(folder.resolve("checkpoints/dino_vitbase16_pretrain.pth"), TestWeights.vit("dino."));
        for (String branch : List.of("clip", "open_clip")) {
            Map<String, Tensor> weights = TestWeights.vit(branch + ".");
            weights.put("proj", TestWeights.projection(branch));
            TestWeights.write(folder.resolve(branch + "_vitb16_pretrain.pth.tar"), weights);
        }
        TestWeights.write(lora.resolve("adapter_model.safetensors"), TestWeights.dreamSimLora());
        Files.writeString(lora.resolve("adapter_config.json"), CONFIG);
    }

    private Path writeMerged() throws IOException {
        Map<String, Tensor> all = new TreeMap<>();
        Map<String, Tensor> lora = TestWeights.dreamSimLora();
        List<String> prefixes = List.of("dino.", "clip.", "open_clip.");
        for (int branch = 0; branch < 3; branch++) {
            String own = "extractor_list." + branch + ".";
            TestWeights.vit(prefixes.get(branch)).forEach((name, t) -> all.put(own + "model." + name, t));
            for (int i = 0; i < TestWeights.LAYERS; i++) {
                String layer = own + "model.blocks." + i + ".attn.qkv.";
                Tensor delta = lora.get("base_model.model." + layer + "lora_B.weight")
                        .matmul(lora.get("base_model.model." + layer + "lora_A.weight"))
                        .mul(new Scalar(0.75));
                all.put(layer + "weight", all.get(layer + "weight").add(delta));
            }
        }
        all.put("extractor_list.1.proj", TestWeights.projection("clip"));
        all.put("extractor_list.2.proj", TestWeights.projection("open_clip"));
        return TestWeights.write(folder.resolve("merged.safetensors"), all);
    }

    private static List<Image> pictures() {
        return List.of(
                Pictures.hashed("picture 0", 224, 224),
                Pictures.hashed("picture 1", 224, 224),
                Pictures.hashed("picture 2", 120, 96));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void distances_and_vectors_equal_those_of_the_dreamsim_package(boolean merged) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            writeFolder();
            JsonNode golden = Pictures.golden().path("dreamsim");
            try (DreamSim dreamSim = DreamSim.open(merged ? writeMerged() : folder, "cpu")) {
                double[][] found = dreamSim.distances(pictures());
                int pair = 0;
                for (int i = 0; i < 3; i++) {
                    assertThat(found[i][i]).isZero();
                    for (int j = 0; j < i; j++) {
                        double expected = golden.path("distances").path(pair++).asDouble();
                        assertThat(found[i][j]).isEqualTo(found[j][i]).isCloseTo(expected, within(1e-6));
                    }
                }
                assertThat(pair).isEqualTo(golden.path("distances").size());
                float[] vector = dreamSim.embed(pictures().get(2));
                assertThat(vector).hasSize(golden.path("embedding").size()).hasSize(256);
                for (int i = 0; i < vector.length; i++) {
                    assertThat((double) vector[i])
                            .as("value %d", i)
                            .isCloseTo(golden.path("embedding").path(i).asDouble(), within(1e-5));
                }
            }
        }
    }

    @Test
    void a_picture_alone_has_the_vector_that_it_has_among_others() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            writeFolder();
            float[] together;
            try (DreamSim dreamSim = DreamSim.open(folder, "cpu")) {
                dreamSim.distances(pictures());
                together = dreamSim.embed(pictures().get(1));
            }
            try (DreamSim dreamSim = DreamSim.open(folder, "cpu")) {
                assertThat(dreamSim.embed(pictures().get(1)))
                        .containsExactly(together, org.assertj.core.data.Offset.offset(1e-6f));
            }
        }
    }

    @Test
    void another_of_dreamsims_models_is_refused_by_name() throws IOException {
        Files.createDirectories(folder.resolve("dinov2_vitb14_single_lora"));
        assertThatThrownBy(() -> DreamSim.open(folder, "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found dinov2_vitb14_single_lora, another model of DreamSim's");
    }

    @Test
    void a_missing_file_is_named_with_its_place() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            writeFolder();
            Files.delete(folder.resolve("checkpoints/dino_vitbase16_pretrain.pth"));
            assertThatThrownBy(() -> DreamSim.open(folder, "cpu"))
                    .hasMessageContaining("there is no such file")
                    .hasMessageContaining("dino_vitbase16_pretrain.pth, here or in checkpoints");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_dora\": false | \"use_dora\": true | use_dora: expected false, found true",
                "\"r\": 4 | \"r\": 8 | expected factors of rank 8",
                "[\"qkv\"] | [\"qkv\", \"fc1\"] | lacks factors for 36 layers",
                "[\"qkv\"] | [\"proj\"] | expected a layer that the configuration names",
                "[\"qkv\"] | [] | target_modules: expected names of layers",
                "\"lora_alpha\": 3 | \"lora_alpha\": null | expected r and lora_alpha",
                "\"rank_pattern\": {} | \"rank_pattern\": {\"qkv\": 2} | rank_pattern: expected {}",
            })
    void a_lora_that_would_be_merged_otherwise_is_refused(String plain, String other, String message)
            throws IOException {
        try (PointerScope scope = new PointerScope()) {
            writeFolder();
            Files.writeString(folder.resolve("ensemble_lora/adapter_config.json"), CONFIG.replace(plain, other));
            assertThatThrownBy(() -> DreamSim.open(folder, "cpu"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining(message);
        }
    }
}
