package dev.assay.harness.model.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraGrammarTest {
    private static final String LAYER = "lora_unet_mid_block_attentions_0_proj_in";

    @ParameterizedTest
    @CsvSource({
        ".lora_up.weight, .lora_down.weight",
        ".lora_B.weight, .lora_A.weight",
        ".lora_B.default.weight, .lora_A.default.weight",
        ".lora_B.my_adapter.weight, .lora_A.my_adapter.weight",
        ".lora_B, .lora_A",
        ".lora.up.weight, .lora.down.weight",
        "_lora.up.weight, _lora.down.weight",
        ".lora_linear_layer.up.weight, .lora_linear_layer.down.weight",
    })
    void every_spelling_of_up_and_down_is_one_low_rank_module(String up, String down) {
        LoraGrammar found = parse(LAYER + up, List.of(640L, 8L), LAYER + down, List.of(8L, 320L));
        assertThat(found.unknown()).isEmpty();
        assertThat(found.modules()).singleElement().satisfies(m -> {
            assertThat(m.name()).isEqualTo(LAYER);
            assertThat(m.layer()).isEqualTo("mid_block_attentions_0_proj_in");
            assertThat(m.flat()).isTrue();
            assertThat(m.kind()).isEqualTo(LoraKind.LORA);
            assertThat(m.keys()).containsEntry(LoraRole.UP, LAYER + up).containsEntry(LoraRole.DOWN, LAYER + down);
            assertThat(m.rank()).isEqualTo(OptionalLong.of(8));
            assertThat(m.missing()).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        lora | lora_up.weight 8,2; lora_down.weight 2,6; alpha | 2
        lora | lora_up.weight 8,2,1,1; lora_down.weight 2,6,1,1 | 2
        locon | lora_up.weight 8,2,1,1; lora_down.weight 2,6,3,3 | 2
        locon | lora_up.weight 8,2; lora_down.weight 2,6; lora_mid.weight 2,2,3,3 | 2
        loha | hada_w1_a 8,3; hada_w1_b 3,6; hada_w2_a 8,3; hada_w2_b 3,6; alpha | 3
        loha | hada_w1_a 3,8; hada_w1_b 3,6; hada_w2_a 3,8; hada_w2_b 3,6; hada_t1 3,3,3,3; hada_t2 3,3,3,3 | 3
        lokr | lokr_w1 2,2; lokr_w2_a 4,5; lokr_w2_b 5,3 | 5
        lokr | lokr_w1_a 2,4; lokr_w1_b 4,2; lokr_w2 4,3 | 4
        lokr | lokr_w1 2,2; lokr_w2 4,3; alpha | -
        lokr | lokr_w1 2,2; lokr_w2_a 5,4; lokr_w2_b 5,3; lokr_t2 5,5,3,3 | 5
        glora | a1.weight 6,2; a2.weight 2,6; b1.weight 8,2; b2.weight 2,6; alpha | 2
        glora | a1.weight 2,6; a2.weight 6,2; b1.weight 2,6; b2.weight 8,2 | 2
        glora | a1.weight 8,2; a2.weight 2,8; b1.weight 8,2; b2.weight 2,8 | 2
        glora | a1.weight 2,8; a2.weight 8,2; b1.weight 2,8; b2.weight 8,2 | 2
        oft | oft_blocks 4,2,2; alpha | -
        oft | oft_diag 4,2,2; rescale 8,1 | -
        oft | oft_R.default.weight 4,1 | -
        boft | oft_blocks 2,4,2,2 | -
        boft | boft_R 1,4,2,2; boft_s 8,1 | -
        ia3 | weight 8; on_input | -
        ia3 | ia3_l 8,1 | -
        dora | lora_up.weight 8,2; lora_down.weight 2,6; dora_scale 1,6 | 2
        dora | lora_B.weight 8,2; lora_A.weight 2,6; lora_magnitude_vector.default.weight 8 | 2
        dora | lokr_w1 2,2; lokr_w2 4,3; dora_scale 8,1 | -
        full-diff | diff 8,6; diff_b 8 | -
        full-diff | w_norm 8; b_norm 8 | -
        full-diff | set_weight 8,6 | -
        lora | lora_A.weight 2,6; lora_B.weight 8,2; lora_B.bias 8; reshape_weight 2 | 2
        """)
    void every_kind_is_named_and_its_rank_is_found(String word, String keys, String rank) {
        LoraGrammar found = LoraGrammar.parse(shapes(LAYER, keys));
        assertThat(found.unknown()).isEmpty();
        assertThat(found.halves()).isEmpty();
        assertThat(found.kind().orElseThrow().word()).isEqualTo(word);
        assertThat(found.isAdapter()).isTrue();
        assertThat(found.modules()).singleElement().satisfies(m -> {
            assertThat(m.rank())
                    .isEqualTo(rank.equals("-") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(rank)));
            assertThat(m.alphaKey().isPresent()).isEqualTo(keys.contains("alpha"));
            assertThat(m.keys()).hasSize(keys.split(";", -1).length);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_double_blocks_0_img_attn_qkv, KOHYA, DENOISER, double_blocks_0_img_attn_qkv",
        "lora_te_text_model_encoder_layers_0_mlp_fc1, KOHYA, TEXT_ENCODER_1, text_model_encoder_layers_0_mlp_fc1",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1, KOHYA, TEXT_ENCODER_1, text_model_encoder_layers_0_mlp_fc1",
        "lora_te2_text_model_encoder_layers_31_mlp_fc1, KOHYA, TEXT_ENCODER_2, text_model_encoder_layers_31_mlp_fc1",
        "lora_te3_encoder_block_0_layer_0_SelfAttention_q, KOHYA, TEXT_ENCODER_3, encoder_block_0_layer_0_SelfAttention_q",
        "oft_unet_input_blocks_4_1_proj_in, KOHYA_OFT, DENOISER, input_blocks_4_1_proj_in",
        "lycoris_transformer_blocks_0_attn_to_q, LYCORIS, DENOISER, transformer_blocks_0_attn_to_q",
        "lora_transformer_transformer_blocks_0_attn_to_q, ONE_TRAINER, DENOISER, transformer_blocks_0_attn_to_q",
        "transformer.transformer_blocks.0.attn.to_q, TRANSFORMER, DENOISER, transformer_blocks.0.attn.to_q",
        "transformer_blocks.0.attn.to_q, BARE, DENOISER, transformer_blocks.0.attn.to_q",
        "diffusion_model.double_blocks.0.img_attn.qkv, DIFFUSION_MODEL, DENOISER, double_blocks.0.img_attn.qkv",
        "unet.conv_in, UNET, DENOISER, conv_in",
        "text_encoder.text_model.encoder.layers.0.mlp.fc1, UNET, TEXT_ENCODER_1, text_model.encoder.layers.0.mlp.fc1",
        "text_encoder_2.text_model.encoder.layers.0.mlp.fc1, UNET, TEXT_ENCODER_2, text_model.encoder.layers.0.mlp.fc1",
        "base_model.model.conv_in, PEFT, DENOISER, conv_in",
        "base_model.model.text_model.encoder.layers.0.mlp.fc1, PEFT, TEXT_ENCODER_1, text_model.encoder.layers.0.mlp.fc1",
        "text_model.encoder.layers.0.mlp.fc1, BARE, TEXT_ENCODER_1, text_model.encoder.layers.0.mlp.fc1",
    })
    void prefixes_tell_the_trainer_and_the_part(String module, LoraNaming naming, LoraPart part, String layer) {
        LoraGrammar found =
                parse(module + ".lora_A.weight", List.of(2L, 4L), module + ".lora_B.weight", List.of(4L, 2L));
        assertThat(found.naming()).contains(naming);
        assertThat(found.parts()).containsOnlyKeys(part);
        assertThat(found.modules().get(0).layer()).isEqualTo(layer);
    }

    @Test
    void xlabs_names_keep_the_stream_that_they_change() {
        LoraGrammar found = LoraGrammar.parse(Map.of(
                "double_blocks.0.processor.qkv_lora1.down.weight", List.of(2L, 4L),
                "double_blocks.0.processor.qkv_lora1.up.weight", List.of(12L, 2L),
                "double_blocks.0.processor.qkv_lora2.down.weight", List.of(2L, 4L),
                "double_blocks.0.processor.qkv_lora2.up.weight", List.of(12L, 2L)));
        assertThat(found.naming()).contains(LoraNaming.XLABS);
        assertThat(found.modules())
                .extracting(LoraModule::name)
                .containsExactly("double_blocks.0.processor.qkv_lora1", "double_blocks.0.processor.qkv_lora2");
        assertThat(found.unknown()).isEmpty();
    }

    @Test
    void the_norms_of_a_flux_control_lora_are_replaced_weights() {
        LoraGrammar found = LoraGrammar.parse(Map.of(
                "img_in.lora_A.weight", List.of(2L, 128L),
                "img_in.lora_B.weight", List.of(3072L, 2L),
                "img_in.lora_B.bias", List.of(3072L),
                "single_blocks.0.norm.key_norm.scale", List.of(128L)));
        assertThat(found.unknown()).isEmpty();
        assertThat(found.kind()).contains(LoraKind.LORA);
        assertThat(found.kinds()).containsEntry(LoraKind.FULL_DIFF, 1);
    }

    @Test
    void a_checkpoint_is_no_adapter() {
        LoraGrammar found = LoraGrammar.parse(Map.of(
                "model.diffusion_model.input_blocks.0.0.weight", List.of(320L, 4L, 3L, 3L),
                "model.diffusion_model.input_blocks.0.0.bias", List.of(320L),
                "single_blocks.0.norm.key_norm.scale", List.of(128L),
                "odd.alpha", List.of()));
        assertThat(found.modules()).isEmpty();
        assertThat(found.isAdapter()).isFalse();
        assertThat(found.kind()).isEmpty();
        assertThat(found.unknown()).hasSize(4);
    }

    @Test
    void every_key_is_in_a_module_or_listed_as_unknown() {
        Map<String, List<Long>> shapes = shapes(LAYER, "lora_up.weight 8,2; lora_down.weight 2,6; alpha 2");
        shapes.put(LAYER + ".something", List.of(2L));
        shapes.put("lora_unet_conv_in.alpha", List.of());
        shapes.put(LAYER + ".lora_B.weight", List.of(8L, 2L));
        LoraGrammar found = LoraGrammar.parse(shapes);
        assertThat(found.unknown())
                .as(
                        "an alpha that is no scalar, an alpha alone, a strange suffix, the up of which ComfyUI keeps the other")
                .containsExactly(
                        "lora_unet_conv_in.alpha", LAYER + ".alpha", LAYER + ".lora_B.weight", LAYER + ".something");
        assertThat(found.keys()).isEqualTo(2);
        assertThat(found.twice()).containsExactly(LAYER + ".lora_B.weight and " + LAYER + ".lora_up.weight");
    }

    @Test
    void half_a_pair_says_what_is_missing() {
        assertThat(parse(LAYER + ".lora_up.weight", List.of(8L, 2L), "x.hada_w1_a", List.of(8L, 2L))
                        .halves())
                .containsExactly(LAYER + " without lora_down (lora_A)", "x without hada_w1_b");
    }

    @Test
    void ranks_are_summed_up_over_modules() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (long r : new long[] {16, 4, 64, 8}) {
            shapes.putAll(shapes("lora_unet_x" + r, "lora_up.weight 8," + r + "; lora_down.weight " + r + ",6"));
        }
        assertThat(LoraGrammar.parse(shapes).ranks()).contains(new LoraGrammar.Ranks(4, 8, 64));
    }

    @Test
    void convolutions_make_a_locon_and_norms_do_not_make_a_full_difference() {
        Map<String, List<Long>> shapes = shapes("lora_unet_a", "lora_up.weight 8,2; lora_down.weight 2,6");
        shapes.putAll(shapes("lora_unet_b", "lora_up.weight 8,2; lora_down.weight 2,6"));
        for (String norm : List.of("c", "d", "e", "f")) {
            shapes.putAll(shapes("lora_unet_" + norm, "w_norm 8; b_norm 8"));
        }
        assertThat(LoraGrammar.parse(shapes).kind()).contains(LoraKind.LORA);
        shapes.putAll(shapes("lora_unet_g", "lora_up.weight 8,2,1,1; lora_down.weight 2,6,3,3"));
        assertThat(LoraGrammar.parse(shapes).kind()).contains(LoraKind.LOCON);
    }

    private static LoraGrammar parse(String a, List<Long> shapeA, String b, List<Long> shapeB) {
        return LoraGrammar.parse(Map.of(a, shapeA, b, shapeB));
    }

    /** {@code up 8,2; alpha} below a module. */
    static Map<String, List<Long>> shapes(String module, String keys) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (String key : keys.split(";", -1)) {
            String[] parts = key.strip().split(" ", -1);
            shapes.put(
                    module + "." + parts[0],
                    parts.length == 1
                            ? List.of()
                            : java.util.Arrays.stream(parts[1].split(",", -1))
                                    .map(Long::valueOf)
                                    .toList());
        }
        return shapes;
    }
}
