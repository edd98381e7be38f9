package dev.assay.harness.nn.weights;

import static dev.assay.harness.nn.weights.TinyWeights.floats;
import static dev.assay.harness.nn.weights.TinyWeights.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.nn.weights.TinyWeights.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // scopes free tensors by closing
class LoraMergeTest {
    private static final String QUERY = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
    private static final String KOHYA_QUERY = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";

    @TempDir
    Path folder;

    private final Map<String, StateDict> base =
            Map.of("unet", TinyWeights.base("unet"), "text_encoder", TinyWeights.base("text_encoder"));

    @Test
    void merges_equal_the_golden_ones() throws IOException {
        Map<String, Tensor> golden = TinyWeights.tensors("merged.safetensors");
        JsonNode cases =
                new ObjectMapper().readTree(resource("merged.json").toFile()).get("cases");
        int compared = 0;
        for (int n = 0; n < cases.size(); n++) {
            List<LoraMerge.Part> loras = new ArrayList<>();
            cases.get(n)
                    .forEach(l -> loras.add(part(
                            resource(l.get("file").asText()), l.get("strength").asDouble())));
            LoraMerge merge = LoraMerge.of(loras, base);
            for (String component : base.keySet()) {
                StateDict merged = merge.apply(component, base.get(component));
                assertThat(merged.names())
                        .containsExactlyInAnyOrderElementsOf(base.get(component).names());
                for (String name : merged.names()) {
                    Tensor expected = golden.get(n + "/" + component + "/" + name);
                    if (expected == null) {
                        assertThat(floats(merged.get(name)))
                                .as(name)
                                .isEqualTo(floats(base.get(component).get(name)));
                    } else {
                        assertThat(error(merged.get(name), expected))
                                .as("case %s %s", n, name)
                                .isLessThan(1e-6);
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isEqualTo(golden.size());
    }

    @Test
    void merged_weights_act_like_the_base_plus_the_low_rank_path() {
        Map<String, Tensor> file = TinyWeights.tensors("kohya.safetensors");
        StateDict merged = merge(resource("kohya.safetensors"), 0.7).apply("unet", base.get("unet"));
        Tensor x = torch.randn(5, 8);
        Tensor path = x.matmul(file.get(KOHYA_QUERY + ".lora_down.weight").t())
                .matmul(file.get(KOHYA_QUERY + ".lora_up.weight").t());
        Tensor apart = x.matmul(base.get("unet").get(QUERY + ".weight").t()).add(path, new Scalar(0.7 * 1.0 / 2));
        assertThat(error(x.matmul(merged.get(QUERY + ".weight").t()), apart)).isLessThan(1e-5);

        String conv = "down_blocks.0.resnets.0.conv1.weight";
        String key = "lora_unet_down_blocks_0_resnets_0_conv1.lora_";
        Tensor picture = torch.randn(1, 8, 6, 6);
        Tensor convPath =
                torch.conv2d(torch.conv2d(picture, file.get(key + "down.weight")), file.get(key + "up.weight"));
        Tensor convApart = torch.conv2d(picture, base.get("unet").get(conv)).add(convPath, new Scalar(0.7 * 1.5 / 3));
        assertThat(error(torch.conv2d(picture, merged.get(conv)), convApart)).isLessThan(1e-5);
    }

    @Test
    void text_encoders_have_a_strength_of_their_own() {
        LoraMerge.Part apart = new LoraMerge.Part(LoraFile.read(resource("kohya.safetensors")), 0.7, 0.3);
        LoraMerge both = LoraMerge.of(List.of(apart), base);
        int changed = 0;
        for (String component : base.keySet()) {
            double strength = component.equals("unet") ? 0.7 : 0.3;
            StateDict expected = merge(resource("kohya.safetensors"), strength).apply(component, base.get(component));
            StateDict merged = both.apply(component, base.get(component));
            for (String name : expected.names()) {
                assertThat(floats(merged.get(name))).as(name).isEqualTo(floats(expected.get(name)));
            }
            changed += merged == base.get(component) ? 0 : 1;
        }
        assertThat(changed).isEqualTo(2);

        LoraMerge.Part unetAlone = new LoraMerge.Part(LoraFile.read(resource("kohya.safetensors")), 0.7, 0);
        assertThat(LoraMerge.of(List.of(unetAlone), base).apply("text_encoder", base.get("text_encoder")))
                .isSameAs(base.get("text_encoder"));
    }

    @Test
    void strength_0_gives_the_same_tensors() {
        StateDict merged = merge(resource("kohya.safetensors"), 0).apply("unet", base.get("unet"));
        assertThat(merged).isSameAs(base.get("unet"));
    }

    @Test
    void the_base_stays_as_it_was_and_merged_tensors_outlive_the_scope() {
        float[] before = floats(base.get("unet").get(QUERY + ".weight"));
        StateDict merged;
        try (PointerScope scope = new PointerScope()) {
            merged = merge(resource("kohya.safetensors"), 1).apply("unet", base.get("unet"));
        }
        System.gc();
        assertThat(floats(base.get("unet").get(QUERY + ".weight"))).isEqualTo(before);
        assertThat(floats(merged.get(QUERY + ".weight"))).isNotEqualTo(before).hasSize(64);
    }

    @Test
    void half_precision_weights_are_merged_in_float32_and_cast_once() {
        Map<String, Tensor> half = new LinkedHashMap<>();
        base.get("unet")
                .names()
                .forEach(n ->
                        half.put(n, base.get("unet").get(n).mul(new Scalar(100)).to(ScalarType.Half)));
        String name = QUERY + ".weight";
        // Ten changes, each below half a step of float16 at these weights: added one by one in float16 all would
        // vanish.
        Values tiny = Values.of(0.05f, 8L, 1L);
        Path file = TinyWeights.write(
                folder.resolve("tiny.safetensors"),
                Map.of(
                        KOHYA_QUERY + ".lora_up.weight",
                        tiny,
                        KOHYA_QUERY + ".lora_down.weight",
                        Values.of(0.02f, 1L, 8L)));
        List<LoraMerge.Part> ten = java.util.Collections.nCopies(10, part(file, 1));
        Tensor merged = LoraMerge.of(ten, base)
                .apply("unet", StateDict.of(half).to(ScalarType.Half, "cpu"))
                .get(name);
        assertThat(merged.dtype().toScalarType().intern()).isEqualTo(ScalarType.Half);
        Tensor expected =
                half.get(name).to(ScalarType.Float).add(new Scalar(0.01)).to(ScalarType.Half);
        assertThat(floats(merged)).isEqualTo(floats(expected)).isNotEqualTo(floats(half.get(name)));
    }

    @Test
    void text_encoders_with_the_text_model_prefix_are_found_too() {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        StateDict text = base.get("text_encoder");
        text.names().forEach(n -> prefixed.put("text_model." + n, text.get(n)));
        String name = "encoder.layers.0.mlp.fc1.weight";
        List<LoraMerge.Part> loras = List.of(part(resource("kohya.safetensors"), 1));
        StateDict named = StateDict.of(prefixed);
        assertThat(floats(LoraMerge.of(loras, Map.of("unet", base.get("unet"), "text_encoder", named))
                        .apply("text_encoder", named)
                        .get("text_model." + name)))
                .isEqualTo(floats(
                        LoraMerge.of(loras, base).apply("text_encoder", text).get(name)));
    }

    @Test
    void other_components_come_back_as_they_are() {
        LoraMerge merge = merge(resource("kohya.safetensors"), 1);
        assertThat(merge.apply("vae", base.get("unet"))).isSameAs(base.get("unet"));
        assertThat(LoraMerge.of(List.of(), base).apply("unet", base.get("unet")))
                .isSameAs(base.get("unet"));
    }

    @Test
    void good_files_pass_the_check_by_names_and_shapes() {
        for (String name : List.of("kohya", "ldm", "peft", "old", "diff")) {
            assertThatCode(() -> check(resource(name + ".safetensors"))).doesNotThrowAnyException();
        }
    }

    @Test
    void unmatched_lora_keys_are_an_error() {
        Map<String, Values> keys = query(8, 2, 8);
        for (int i = 0; i < 20; i++) {
            pair(keys, "lora_te2_text_model_encoder_layers_" + i + "_mlp_fc1", 8, 2, 8);
        }
        Path file = TinyWeights.write(folder.resolve("sdxl.safetensors"), keys);
        assertThatThrownBy(() -> check(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sdxl.safetensors")
                .hasMessageContaining("20 of 21 modules")
                .hasMessageContaining("lora_te2_text_model_encoder_layers_0_mlp_fc1 names no layer of this model");
    }

    @Test
    void a_layer_that_the_unet_does_not_have_is_an_error_also_at_strength_0() {
        Map<String, Values> keys = query(8, 2, 8);
        pair(keys, "lora_unet_down_blocks_7_attentions_0_proj_in", 8, 2, 8);
        Path file = TinyWeights.write(folder.resolve("other.safetensors"), keys);
        assertThatThrownBy(() -> merge(file, 0))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("1 of 2 modules")
                .hasMessageContaining("down_blocks_7");
    }

    @Test
    void a_lora_for_a_transformer_is_an_error() {
        for (String key : List.of(
                "lora_unet_double_blocks_0_img_attn_qkv",
                "transformer.single_transformer_blocks.0.attn.to_q",
                "lora_transformer_" + KOHYA_QUERY.substring("lora_unet_".length()),
                "lora_unet_joint_blocks_0_x_block_attn_qkv")) {
            Map<String, Values> keys = new LinkedHashMap<>();
            pair(keys, key, 8, 2, 8);
            Path file = TinyWeights.write(folder.resolve("f.safetensors"), keys);
            assertThatThrownBy(() -> check(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("1 of 1 modules")
                    .hasMessageContaining(key);
        }
    }

    @Test
    void a_layer_of_another_shape_is_an_error_that_says_both_shapes() {
        for (Map<String, Values> keys : List.of(query(8, 2, 12), query(6, 2, 8))) {
            Path file = TinyWeights.write(folder.resolve("wide.safetensors"), keys);
            assertThatThrownBy(() -> check(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining(KOHYA_QUERY)
                    .hasMessageContaining("[8, 8]")
                    .hasMessageContaining(
                            keys.get(KOHYA_QUERY + ".lora_up.weight").shape().get(0) + ", "
                                    + keys.get(KOHYA_QUERY + ".lora_down.weight")
                                            .shape()
                                            .get(1) + "]");
        }
    }

    @Test
    void half_a_pair_is_an_error() {
        for (String missing : List.of(".lora_up.weight", ".lora_down.weight")) {
            Map<String, Values> keys = query(8, 2, 8);
            keys.remove(KOHYA_QUERY + missing);
            Path file = TinyWeights.write(folder.resolve("half.safetensors"), keys);
            assertThatThrownBy(() -> check(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("modules are incomplete")
                    .hasMessageContaining(KOHYA_QUERY);
        }
    }

    @Test
    void alpha_without_weights_and_unknown_suffixes_are_unmatched_keys() {
        Map<String, Values> keys = query(8, 2, 8);
        keys.put("lora_unet_conv_in.alpha", Values.of(1));
        keys.put(KOHYA_QUERY + ".something", Values.of(1, 2L));
        Path file = TinyWeights.write(folder.resolve("odd.safetensors"), keys);
        assertThatThrownBy(() -> check(file))
                .hasMessageContaining("2 of 4 keys")
                .hasMessageContaining("lora_unet_conv_in.alpha")
                .hasMessageContaining(".something");
    }

    @Test
    void one_layer_under_two_names_is_an_error() {
        Map<String, Values> keys = query(8, 2, 8);
        pair(keys, "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q", 8, 2, 8);
        Path file = TinyWeights.write(folder.resolve("twice.safetensors"), keys);
        assertThatThrownBy(() -> check(file)).hasMessageContaining("both change");
    }

    @Test
    void tensors_that_no_merge_reads_are_named() {
        Map<String, List<String>> refused = Map.of(
                ".oft_R.weight", List.of("OFT", "up and down"),
                ".boft_R", List.of("BOFT", "boft_r"),
                ".reshape_weight", List.of("LoRA", "reshape_weight"),
                ".bm.weight", List.of("GLoRA", "glora_bm"),
                ".set_weight", List.of("LoRA", "set_weight"));
        refused.forEach((suffix, words) -> {
            Map<String, Values> keys = query(8, 2, 8);
            keys.put(KOHYA_QUERY + suffix, Values.of(1, 8L, 1L));
            Path file = TinyWeights.write(folder.resolve("other.safetensors"), keys);
            assertThatThrownBy(() -> check(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("other.safetensors")
                    .hasMessageContaining(words.get(0))
                    .hasMessageContaining(words.get(1));
        });
    }

    @Test
    void values_that_are_not_finite_are_an_error_that_names_the_tensor() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Map<String, Values> keys = query(8, 2, 8);
            Values up = keys.get(KOHYA_QUERY + ".lora_up.weight");
            up.values()[3] = bad;
            LoraMerge merge = merge(TinyWeights.write(folder.resolve("nan.safetensors"), keys), 1);
            assertThatThrownBy(() -> merge.apply("unet", base.get("unet")))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("nan.safetensors")
                    .hasMessageContaining(KOHYA_QUERY + ".lora_up.weight");
        }
    }

    @Test
    void a_configuration_that_is_no_json_is_an_error_where_the_lora_counts() {
        LoraFile file = LoraFile.read(TinyWeights.write(folder.resolve("peft.safetensors"), query(8, 2, 8)));
        ModelHeader header = file.header();
        LoraFile bad = LoraFile.of(new ModelHeader(
                header.path(),
                header.container(),
                header.bytes(),
                header.tensors(),
                Map.of("lora_adapter_metadata", "{"),
                header.files()));
        assertThat(LoraMerge.of(List.of(new LoraMerge.Part(bad, 0)), base).apply("unet", base.get("unet")))
                .isSameAs(base.get("unet"));
        assertThatThrownBy(() -> LoraMerge.of(List.of(new LoraMerge.Part(bad, 1)), base))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("lora_adapter_metadata is not JSON");
    }

    @Test
    void an_empty_file_is_an_error() {
        Path file = TinyWeights.write(folder.resolve("empty.safetensors"), Map.of());
        assertThatThrownBy(() -> check(file)).hasMessageContaining("is no LoRA");
    }

    private void check(Path file) {
        merge(file, 1);
    }

    private LoraMerge merge(Path file, double strength) {
        return LoraMerge.of(List.of(part(file, strength)), base);
    }

    private static LoraMerge.Part part(Path file, double strength) {
        return new LoraMerge.Part(LoraFile.read(file), strength);
    }

    private static Map<String, Values> query(long out, long rank, long in) {
        Map<String, Values> keys = new LinkedHashMap<>();
        pair(keys, KOHYA_QUERY, out, rank, in);
        return keys;
    }

    private static void pair(Map<String, Values> keys, String layer, long out, long rank, long in) {
        keys.put(layer + ".lora_up.weight", Values.of(0.1f, out, rank));
        keys.put(layer + ".lora_down.weight", Values.of(0.1f, rank, in));
    }

    /** Largest difference, relative to the largest expected value. */
    private static double error(Tensor found, Tensor expected) {
        Tensor wide = expected.to(ScalarType.Double);
        assertThat(found.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
        return found.to(ScalarType.Double).sub(wide).abs().max().item_double()
                / wide.abs().max().item_double();
    }
}
