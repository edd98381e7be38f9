package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoraFitTest {
    private static final String UP = ".lora_up.weight";
    private static final String DOWN = ".lora_down.weight";
    private static final Map<String, List<Long>> SD15 = PublishedKeys.of("sd15");
    private static final Map<String, List<Long>> SDXL = PublishedKeys.of("sdxl");
    private static final Map<String, List<Long>> FLUX = PublishedKeys.of("flux_dev");
    private static final Map<String, List<Long>> QWEN = PublishedKeys.of("qwen");
    private static final Map<String, List<Long>> FLUX_BFL = PublishedKeys.originalFlux();
    private static final Map<String, List<Long>> SD15_LDM = PublishedKeys.originalUnet(SD15);
    private static final Map<String, List<Long>> SDXL_LDM = PublishedKeys.originalUnet(SDXL);

    /** Every layout of a base, every layout of names and every prefix of a LoRA on it. */
    static Stream<Arguments> families() {
        Map<String, List<Map<String, List<Long>>>> layouts = new LinkedHashMap<>();
        layouts.put("SD 1.5", List.of(SD15, SD15_LDM));
        layouts.put("SDXL", List.of(SDXL, SDXL_LDM));
        layouts.put("Flux", List.of(FLUX, FLUX_BFL));
        layouts.put("Qwen-Image", List.of(QWEN));
        List<Arguments> all = new ArrayList<>();
        layouts.forEach((family, models) -> {
            for (Map<String, List<Long>> base : models) {
                for (String basePrefix : List.of("", "model.diffusion_model.", "diffusion_model.")) {
                    for (Map<String, List<Long>> named : models) {
                        all.add(Arguments.of(
                                family + ", " + names(base) + " below \"" + basePrefix + "\", LoRA with "
                                        + names(named),
                                PublishedKeys.prefixed(basePrefix, base),
                                named));
                    }
                }
            }
        });
        return all.stream();
    }

    private static String names(Map<String, List<Long>> model) {
        return "names like " + model.keySet().iterator().next();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    void a_lora_on_every_layer_matches_as_a_whole_under_every_prefix(
            String what, Map<String, List<Long>> base, Map<String, List<Long>> named) {
        BaseModules modules = BaseModules.of(base);
        long layers = named.entrySet().stream()
                .filter(e -> e.getKey().endsWith(".weight") && e.getValue().size() >= 2)
                .count();
        for (String prefix : List.of("lora_unet_", "oft_unet_", "lycoris_", "lora_transformer_")) {
            isWhole(PublishedKeys.lora(named, prefix, true, UP, DOWN), modules, layers);
        }
        for (String prefix : List.of(
                "", "unet.", "transformer.", "diffusion_model.", "base_model.model.", "model.diffusion_model.")) {
            isWhole(PublishedKeys.lora(named, prefix, false, ".lora_B.weight", ".lora_A.weight"), modules, layers);
        }
    }

    private static void isWhole(Map<String, List<Long>> lora, BaseModules base, long layers) {
        LoraFit fit = LoraFit.of(LoraGrammar.parse(lora), base);
        assertThat(fit.unmatched()).isEmpty();
        assertThat(fit.misfits()).isEmpty();
        assertThat(fit.twice()).isEmpty();
        assertThat(fit.unanswered()).isEmpty();
        assertThat((long) fit.matched()).isEqualTo(layers).isGreaterThan(100);
        assertThat(fit.keysMatched()).isEqualTo(lora.size());
        assertThat(fit.whole()).isTrue();
    }

    @Test
    void a_lora_for_another_family_matches_nothing() {
        Map<String, List<Long>> sdxl = PublishedKeys.lora(SDXL_LDM, "lora_unet_", true, UP, DOWN);
        Map<String, List<Long>> sdxlDiffusers =
                PublishedKeys.lora(SDXL, "unet.", false, ".lora_B.weight", ".lora_A.weight");
        Map<String, List<Long>> flux = PublishedKeys.lora(FLUX_BFL, "lora_unet_", true, UP, DOWN);
        Map<String, List<Long>> qwen =
                PublishedKeys.lora(QWEN, "transformer.", false, ".lora_B.weight", ".lora_A.weight");
        for (Map<String, List<Long>> lora : List.of(sdxl, sdxlDiffusers)) {
            isNothing(lora, FLUX_BFL);
            isNothing(lora, FLUX);
        }
        isNothing(flux, SDXL_LDM);
        isNothing(flux, SD15_LDM);
        isNothing(qwen, SDXL_LDM);
    }

    private static void isNothing(Map<String, List<Long>> lora, Map<String, List<Long>> base) {
        LoraGrammar grammar = LoraGrammar.parse(lora);
        LoraFit fit = LoraFit.of(grammar, BaseModules.of(base));
        assertThat(fit.matched()).isZero();
        assertThat(fit.keysMatched()).isZero();
        assertThat(fit.total()).isEqualTo(grammar.modules().size());
        assertThat(fit.whole()).isFalse();
    }

    @Test
    void layers_that_two_families_share_are_told_from_those_of_another_shape() {
        LoraFit fit = LoraFit.of(
                LoraGrammar.parse(PublishedKeys.lora(SD15, "lora_unet_", true, UP, DOWN)), BaseModules.of(SDXL_LDM));
        assertThat(fit.matched()).isPositive();
        assertThat(fit.misfits())
                .anySatisfy(m -> assertThat(m.words())
                        .contains("attn2")
                        .contains("[640, 768]")
                        .contains("[640, 2048]"));
        assertThat(fit.unmatched()).isNotEmpty();
        LoraFit qwen = LoraFit.of(
                LoraGrammar.parse(PublishedKeys.lora(QWEN, "", false, ".lora_B.weight", ".lora_A.weight")),
                BaseModules.of(FLUX));
        assertThat(qwen.matched()).as("attention of the first 19 blocks").isLessThan(qwen.total() / 5);
    }

    @Test
    void diffusers_names_lead_to_rows_of_fused_layers() {
        BaseModules base = BaseModules.of(FLUX_BFL);
        assertThat(layer(base, "transformer.transformer_blocks.7.attn.to_k").words())
                .isEqualTo("double_blocks.7.img_attn.qkv.weight, rows 3072 to 6143");
        assertThat(layer(base, "transformer.transformer_blocks.7.attn.add_v_proj")
                        .words())
                .isEqualTo("double_blocks.7.txt_attn.qkv.weight, rows 6144 to 9215");
        assertThat(layer(base, "transformer.single_transformer_blocks.37.proj_mlp")
                        .words())
                .isEqualTo("single_blocks.37.linear1.weight, rows 9216 to 21503");
        assertThat(layer(base, "transformer.norm_out.linear").words())
                .as("scale and shift change places")
                .isEqualTo("final_layer.adaLN_modulation.1.weight, rows 3072 to 6143 and"
                        + " final_layer.adaLN_modulation.1.weight, rows 0 to 3071");
        assertThat(layer(BaseModules.of(FLUX), "lora_unet_double_blocks_7_img_attn_qkv")
                        .words())
                .isEqualTo("transformer_blocks.7.attn.to_q.weight and transformer_blocks.7.attn.to_k.weight and"
                        + " transformer_blocks.7.attn.to_v.weight");
    }

    @Test
    void xlabs_names_lead_to_their_stream() {
        for (Map<String, List<Long>> flux : List.of(FLUX_BFL, FLUX)) {
            Map<String, List<Long>> lora = new LinkedHashMap<>();
            for (int n = 0; n < 19; n++) {
                for (String what : List.of("qkv_lora1", "qkv_lora2", "proj_lora1", "proj_lora2")) {
                    String base = "double_blocks." + n + ".processor." + what;
                    lora.put(base + ".up.weight", List.of(what.startsWith("qkv") ? 9216L : 3072L, 16L));
                    lora.put(base + ".down.weight", List.of(16L, 3072L));
                }
            }
            for (int n = 0; n < 38; n++) {
                String base = "single_blocks." + n + ".processor.";
                lora.put(base + "qkv_lora.up.weight", List.of(9216L, 16L));
                lora.put(base + "qkv_lora.down.weight", List.of(16L, 3072L));
                lora.put(base + "proj_lora.up.weight", List.of(3072L, 16L));
                lora.put(base + "proj_lora.down.weight", List.of(16L, 15360L));
            }
            isWhole(lora, BaseModules.of(flux), 19 * 4 + 38 * 2);
        }
        assertThat(layer(BaseModules.of(FLUX_BFL), "double_blocks.3.processor.qkv_lora2")
                        .words())
                .isEqualTo("double_blocks.3.txt_attn.qkv.weight");
    }

    private static BaseLayer layer(BaseModules base, String module) {
        LoraGrammar lora = LoraGrammar.parse(
                Map.of(module + ".lora_down.weight", List.of(2L, 2L), module + ".lora_up.weight", List.of(2L, 2L)));
        return base.find(lora.modules().get(0)).orElseThrow();
    }

    @Test
    void names_of_attention_processors_are_found() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        String attention = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.";
        for (String part : List.of("to_q", "to_k", "to_v", "to_out")) {
            lora.put(attention + part + "_lora.up.weight", List.of(320L, 4L));
            lora.put(attention + part + "_lora.down.weight", List.of(4L, 320L));
        }
        for (Map<String, List<Long>> base : List.of(SD15, SD15_LDM)) {
            assertThat(LoraFit.of(LoraGrammar.parse(lora), BaseModules.of(base)).matched())
                    .isEqualTo(4);
        }
    }

    /** Checkpoints with text encoders, and the names of LoRAs for them. */
    static Stream<Arguments> textEncoders() {
        Map<String, List<Long>> clipL = PublishedKeys.prefixed("text_model.", PublishedKeys.of("clip_l"));
        Map<String, List<Long>> clipG = PublishedKeys.of("clip_g");
        Map<String, List<Long>> t5 = PublishedKeys.of("t5xxl");
        clipG.remove("text_projection.weight");
        Map<String, List<Long>> openClip = PublishedKeys.openClip(32, 1280);
        Map<String, List<Long>> clipLayers = new LinkedHashMap<>(clipG);
        clipLayers.keySet().removeIf(k -> !k.startsWith("text_model.encoder.layers."));
        t5.keySet().removeIf(k -> !k.startsWith("encoder.block."));
        return Stream.of(
                Arguments.of("SD 1.5", SD15_LDM, "cond_stage_model.transformer.", clipL, "lora_te_", clipL),
                Arguments.of(
                        "SDXL, first", SDXL_LDM, "conditioner.embedders.0.transformer.", clipL, "lora_te1_", clipL),
                Arguments.of(
                        "SDXL, second", SDXL_LDM, "conditioner.embedders.1.model.", openClip, "lora_te2_", clipLayers),
                Arguments.of(
                        "SDXL, diffusers",
                        SDXL_LDM,
                        "conditioner.embedders.1.model.",
                        openClip,
                        "text_encoder_2.",
                        clipLayers),
                Arguments.of("Flux, CLIP", FLUX_BFL, "text_encoders.clip_l.transformer.", clipL, "lora_te1_", clipL),
                Arguments.of("Flux, T5 by kohya", FLUX_BFL, "text_encoders.t5xxl.transformer.", t5, "lora_te3_", t5),
                Arguments.of(
                        "Flux, T5 by OneTrainer", FLUX_BFL, "text_encoders.t5xxl.transformer.", t5, "lora_te2_", t5));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("textEncoders")
    void text_encoders_of_a_whole_checkpoint_are_matched_and_those_of_a_diffusion_model_are_counted_apart(
            String what,
            Map<String, List<Long>> denoiser,
            String prefix,
            Map<String, List<Long>> text,
            String loraPrefix,
            Map<String, List<Long>> named) {
        boolean flat = loraPrefix.endsWith("_");
        Map<String, List<Long>> lora = PublishedKeys.lora(named, loraPrefix, flat, UP, DOWN);
        int modules = LoraGrammar.parse(lora).modules().size();
        Map<String, List<Long>> whole = new LinkedHashMap<>(PublishedKeys.prefixed("model.diffusion_model.", denoiser));
        LoraFit without = LoraFit.of(LoraGrammar.parse(lora), BaseModules.of(whole));
        assertThat(without.unanswered()).hasSize(modules);
        assertThat(without.total()).isZero();
        assertThat(without.unmatched()).isEmpty();
        assertThat(without.whole()).as("nothing passes on nothing").isFalse();
        whole.putAll(PublishedKeys.prefixed(prefix, text));
        LoraFit with = LoraFit.of(LoraGrammar.parse(lora), BaseModules.of(whole));
        assertThat(with.unmatched()).isEmpty();
        assertThat(with.misfits()).isEmpty();
        assertThat(with.matched()).isEqualTo(modules).isGreaterThan(60);
    }

    @Test
    void a_text_encoder_that_the_family_lacks_is_unmatched_also_where_the_file_has_none() {
        Map<String, List<Long>> lora = PublishedKeys.lora(
                PublishedKeys.prefixed("text_model.", PublishedKeys.of("clip_l")), "lora_te2_", true, UP, DOWN);
        LoraFit fit = LoraFit.of(LoraGrammar.parse(lora), BaseModules.of(SD15_LDM));
        assertThat(fit.unanswered()).isEmpty();
        assertThat(fit.unmatched()).isNotEmpty();
    }

    /** Shapes of each kind that fit a layer of 8 outputs and 12 inputs, and that do not. */
    static Stream<Arguments> kinds() {
        return Stream.of(
                kind("lora_up.weight 8,2; lora_down.weight 2,12", "lora_up.weight 8,2; lora_down.weight 2,10"),
                kind("lora_up.weight 8,2,1,1; lora_down.weight 2,12,1,1", "lora_up.weight 6,2; lora_down.weight 2,12"),
                kind(
                        "lora_up.weight 8,2; lora_down.weight 2,12; dora_scale 1,12",
                        "lora_up.weight 8,2; lora_down.weight 3,12"),
                kind(
                        "hada_w1_a 8,2; hada_w1_b 2,12; hada_w2_a 8,2; hada_w2_b 2,12",
                        "hada_w1_a 8,2; hada_w1_b 2,12; hada_w2_a 8,2; hada_w2_b 2,10"),
                kind("lokr_w1 2,3; lokr_w2 4,4", "lokr_w1 2,3; lokr_w2 4,3"),
                kind("lokr_w1 2,3; lokr_w2_a 4,1; lokr_w2_b 1,4", "lokr_w1_a 2,1; lokr_w1_b 1,4; lokr_w2 4,4"),
                kind(
                        "a1.weight 12,2; a2.weight 2,12; b1.weight 8,2; b2.weight 2,12",
                        "a1.weight 12,2; a2.weight 2,12; b1.weight 6,2; b2.weight 2,12"),
                kind(
                        "a1.weight 2,12; a2.weight 12,2; b1.weight 2,12; b2.weight 8,2",
                        "a1.weight 2,12; a2.weight 12,2; b1.weight 2,10; b2.weight 8,2"),
                kind("oft_blocks 4,2,2", "oft_blocks 3,2,2"),
                kind("oft_blocks 2,4,2,2", "oft_blocks 2,4,3,3"),
                kind("weight 8; on_input", "weight 7; on_input"),
                kind("diff 8,12; diff_b 8", "diff 8,10"),
                kind("diff 8,12,1,1", "diff 8,12; diff_b 4"),
                kind("set_weight 8,12", "lora_up.weight 8,2; lora_down.weight 2,12; dora_scale 1,9"));
    }

    private static Arguments kind(String good, String bad) {
        return Arguments.of(good, bad);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shapes_of_every_kind_are_checked(String good, String bad) {
        Map<String, List<Long>> base = new LinkedHashMap<>();
        PublishedKeys.linear(base, "layer", 8, 12);
        assertThat(fit(good, base).whole()).as(good).isTrue();
        LoraFit found = fit(bad, base);
        assertThat(found.matched()).as(bad).isZero();
        assertThat(found.misfits())
                .singleElement()
                .satisfies(m -> assertThat(m.layer()).isEqualTo("layer.weight"));
    }

    private static LoraFit fit(String keys, Map<String, List<Long>> base) {
        return LoraFit.of(LoraGrammar.parse(LoraGrammarTest.shapes("layer", keys)), BaseModules.of(base));
    }

    @Test
    void convolutions_match_with_their_kernel() {
        Map<String, List<Long>> base = Map.of("layer.weight", List.of(8L, 4L, 3L, 3L));
        for (String keys : List.of(
                "lora_up.weight 8,2,1,1; lora_down.weight 2,4,3,3",
                "lora_up.weight 8,2,1,1; lora_down.weight 2,4,1,1; lora_mid.weight 2,2,3,3",
                "hada_w1_a 8,2; hada_w1_b 2,36; hada_w2_a 8,2; hada_w2_b 2,36",
                "hada_t1 2,2,3,3; hada_w1_a 2,8; hada_w1_b 2,4; hada_t2 2,2,3,3; hada_w2_a 2,8; hada_w2_b 2,4",
                "lokr_w1 2,2; lokr_w2 4,2,3,3",
                "lokr_w1 2,2; lokr_w2_a 4,1; lokr_w2_b 1,18",
                "lokr_w1 2,2; lokr_t2 1,1,3,3; lokr_w2_a 1,4; lokr_w2_b 1,2")) {
            assertThat(fit(keys, base).whole()).as(keys).isTrue();
        }
        assertThat(fit("lora_up.weight 8,2,1,1; lora_down.weight 2,4,1,1", base).misfits())
                .hasSize(1);
    }

    @Test
    void one_layer_under_two_names_is_told() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        for (String module : List.of("lora_unet_conv_in", "lora_unet_input_blocks_0_0")) {
            lora.put(module + UP, List.of(320L, 2L, 1L, 1L));
            lora.put(module + DOWN, List.of(2L, 4L, 3L, 3L));
        }
        assertThat(LoraFit.of(LoraGrammar.parse(lora), BaseModules.of(SD15_LDM)).twice())
                .containsExactly(
                        "lora_unet_conv_in and lora_unet_input_blocks_0_0 both change input_blocks.0.0.weight");
    }

    @Test
    void other_families_are_matched_under_the_names_of_both_sides() {
        Map<String, List<Long>> sd3 = new LinkedHashMap<>();
        Map<String, List<Long>> z = new LinkedHashMap<>();
        Map<String, List<Long>> lumina = new LinkedHashMap<>();
        Map<String, List<Long>> hidream = new LinkedHashMap<>();
        for (int n = 0; n < 3; n++) {
            for (String block : List.of("x_block", "context_block")) {
                String b = "joint_blocks." + n + "." + block;
                PublishedKeys.linear(sd3, b + ".attn.qkv", 3 * 64, 64);
                PublishedKeys.linear(sd3, b + ".mlp.fc1", 256, 64);
            }
            PublishedKeys.linear(z, "layers." + n + ".attention.qkv", 3 * 64, 64);
            PublishedKeys.linear(z, "layers." + n + ".attention.out", 64, 64);
            PublishedKeys.linear(lumina, "layers." + n + ".attention.qkv", 64 + 2 * 16, 64);
            PublishedKeys.linear(lumina, "layers." + n + ".feed_forward.w1", 128, 64);
            PublishedKeys.linear(hidream, "double_stream_blocks." + n + ".block.attn1.to_q_t", 64, 64);
            PublishedKeys.linear(hidream, "double_stream_blocks." + n + ".block.ff_i.experts.0.w1", 64, 64);
        }
        isFound(
                sd3,
                "transformer.transformer_blocks.2.attn.add_k_proj",
                64,
                "joint_blocks.2.context_block.attn.qkv.weight, rows 64 to 127");
        isFound(sd3, "lora_unet_joint_blocks_2_x_block_attn_qkv", 192, "joint_blocks.2.x_block.attn.qkv.weight");
        isFound(
                sd3,
                "lora_transformer_transformer_blocks_1_ff_context_net_0_proj",
                256,
                "joint_blocks.1.context_block.mlp.fc1.weight");
        isFound(z, "diffusion_model.layers.1.attention.to_v", 64, "layers.1.attention.qkv.weight, rows 128 to 191");
        isFound(z, "transformer.layers.1.attention.to_out.0", 64, "layers.1.attention.out.weight");
        isFound(lumina, "transformer.layers.1.attn.to_k", 16, "layers.1.attention.qkv.weight, rows 64 to 79");
        isFound(lumina, "transformer.layers.1.feed_forward.linear_1", 128, "layers.1.feed_forward.w1.weight");
        isFound(
                hidream,
                "lycoris_double_stream_blocks_1_block_attn1_to_q_t",
                64,
                "double_stream_blocks.1.block.attn1.to_q_t.weight");
        isFound(
                hidream,
                "transformer.double_stream_blocks.0.block.ff_i.experts.0.w1",
                64,
                "double_stream_blocks.0.block.ff_i.experts.0.w1.weight");
    }

    private static void isFound(Map<String, List<Long>> base, String module, long rows, String layer) {
        Supplier<LoraFit> fit = () -> LoraFit.of(
                LoraGrammar.parse(Map.of(module + UP, List.of(rows, 2L), module + DOWN, List.of(2L, 64L))),
                BaseModules.of(base));
        assertThat(fit.get().misfits()).isEmpty();
        assertThat(fit.get().layers().get(module))
                .isNotNull()
                .extracting(BaseLayer::words)
                .isEqualTo(layer);
    }

    @Test
    void a_quantised_layer_whose_form_hides_its_shape_is_matched_but_not_called_checked() {
        Map<String, List<Long>> base = Map.of("layer.weight", List.of(48L, 1L), "layer.weight.absmax", List.of(3L));
        LoraFit fit = fit("lora_up.weight 8,2; lora_down.weight 2,12", base);
        assertThat(fit.matched()).isEqualTo(1);
        assertThat(fit.unchecked()).isEqualTo(1);
    }
}
