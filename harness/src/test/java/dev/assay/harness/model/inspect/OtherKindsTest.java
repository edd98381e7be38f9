package dev.assay.harness.model.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with layers like those of models and LoRAs that are neither, and files whose numbers are packed. */
class OtherKindsTest {
    @TempDir
    Path folder;

    private Inspection inspect(Map<String, String> metadata, List<Entry> tensors) {
        return Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve("file.safetensors"), metadata, tensors));
    }

    /** {@code NAME 1x2x3; NAME 4} */
    private static List<Entry> tensors(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String one : text.split(" *; *", -1)) {
            String[] parts = one.strip().split(" ", -1);
            entries.add(Entry.of(
                    parts[0],
                    "F16",
                    Arrays.stream(parts[1].split("x", -1))
                            .mapToLong(Long::parseLong)
                            .toArray()));
        }
        return entries;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        controlnet_blocks.0.weight 3072x3072; img_in.weight 3072x64; vector_in.in_layer.weight 3072x768; guidance_in.in_layer.weight 3072x256; double_blocks.0.img_attn.norm.key_norm.scale 128 / controlnet / flux1
        controlnet_x_embedder.weight 3072x64; controlnet_blocks.0.weight 3072x3072; x_embedder.weight 3072x64; time_text_embed.text_embedder.linear_1.weight 3072x768; transformer_blocks.0.attn.add_k_proj.weight 3072x3072 / controlnet / flux1
        controlnet_blocks.0.weight 1536x1536; pos_embed.proj.weight 1536x16x2x2; context_embedder.weight 1536x4096; transformer_blocks.0.attn.add_k_proj.weight 1536x1536 / controlnet / sd3
        controlnet_blocks.0.weight 3072x3072; txt_norm.weight 3584; img_in.weight 3072x64; transformer_blocks.0.attn.add_k_proj.weight 3072x3072; proj_out.weight 64x3072 / controlnet / qwen-image
        conv_in.weight 320x4x3x3; controlnet_cond_embedding.conv_in.weight 16x3x3x3; down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight 320x768 / controlnet / sd15
        conv_in.weight 320x4x3x3; controlnet_down_blocks.0.weight 320x320x1x1; down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight 640x2048; add_embedding.linear_1.weight 1280x2816 / controlnet / sdxl
        control_model.input_blocks.0.0.weight 320x4x3x3; control_model.zero_convs.0.0.weight 320x320x1x1; control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight 320x768 / controlnet / sd15
        input_blocks.0.0.weight 320x4x3x3; input_hint_block.0.weight 16x3x3x3; input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight 320x768 / controlnet / sd15
        lora_controlnet 1; input_blocks.4.1.transformer_blocks.0.attn1.to_q.up 640x256; input_blocks.4.1.transformer_blocks.0.attn1.to_q.down 256x640 / controlnet / unknown
        lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.down.0.weight 32x640; lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.up.0.weight 640x64 / controlnet / unknown
        control_layers.0.after_proj.weight 3840x3840; control_all_x_embedder.2-1.weight 3840x64 / controlnet / unknown
        body.0.block1.weight 320x320x3x3; conv_in.weight 320x64x3x3; body.0.block2.weight 320x320x1x1 / t2i-adapter / unknown
        adapter.body.0.resnets.0.block1.weight 320x320x3x3; adapter.conv_in.weight 320x768x3x3 / t2i-adapter / unknown
        image_proj.proj.weight 3072x1024; ip_adapter.1.to_k_ip.weight 320x768; ip_adapter.1.to_v_ip.weight 320x768 / ip-adapter / sd15
        image_proj.latents 1x16x1280; ip_adapter.1.to_k_ip.weight 640x2048; ip_adapter.1.to_v_ip.weight 640x2048 / ip-adapter / sdxl
        image_proj.norm.weight 768; ip_adapter.0.to_q_lora.down.weight 128x320; ip_adapter.0.to_q_lora.up.weight 320x128; ip_adapter.0.to_k_lora.down.weight 128x320; ip_adapter.0.to_k_lora.up.weight 320x128 / ip-adapter / unknown
        double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight 3072x4096; ip_adapter_proj_model.norm.weight 4096 / ip-adapter / flux1
        redux_up.weight 12288x1152; redux_down.weight 4096x12288 / style-model / unknown
        down_blocks.0.motion_modules.0.temporal_transformer.proj_in.weight 320x320; up_blocks.1.motion_modules.0.temporal_transformer.norm.weight 640 / motion-module / unknown
        conv_first.weight 64x3x3x3; body.0.rdb1.conv1.weight 32x64x3x3 / upscaler / unknown
        model.0.weight 64x3x3x3; model.1.sub.0.RDB1.conv1.0.weight 32x64x3x3 / upscaler / unknown
        vision_model.encoder.layers.0.mlp.fc1.weight 4096x1024; visual_projection.weight 768x1024 / vision-encoder / unknown
        state.0.exp_avg 320x320; state.0.exp_avg_sq 320x320; state.0.step 1 / optimizer-state / unknown
        transformer_blocks.0.qkv_proj.lora_down 3072x16; transformer_blocks.0.qkv_proj.lora_up 9216x16 / nunchaku-lora / unknown
        """)
    void files_are_taken_for_what_they_are(String tensors, String kind, String family) {
        Inspection found = inspect(Map.of(), tensors(tensors));
        assertThat(found.kind().map(ModelKind::word)).contains(kind);
        assertThat(found.family()).isEqualTo(family);
        assertThat(found.kind())
                .hasValueSatisfying(
                        k -> assertThat(k.isModel() || k.isAdapter()).isFalse());
        assertThat(found.broken()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "general.type, mmproj, clip, vision-encoder",
        "general.type, adapter, llama, gguf-adapter",
        "adapter.type, lora, flux, gguf-adapter",
        "general.type, model, t5encoder, text-encoder",
    })
    void gguf_says_what_it_is(String key, String value, String architecture, String kind) {
        Path file = HeaderFiles.gguf(
                folder.resolve("a.gguf"),
                Map.of("general.architecture", architecture, key, value),
                List.of(
                        Entry.of("v.blk.0.attn_q.weight", "F16", 64, 64),
                        Entry.of("blk.0.attn_q.weight.lora_a", "F16", 64, 8),
                        Entry.of("blk.0.attn_q.weight.lora_b", "F16", 8, 64)));
        assertThat(Inspector.ofHeaders().inspect(file).kind().map(ModelKind::word))
                .contains(kind);
    }

    /** Flux.1's block as Nunchaku packs it. */
    @ParameterizedTest
    @ValueSource(strings = {"qkv_proj_context", "attn.add_qkv_proj"})
    void a_model_packed_by_nunchaku_keeps_its_family(String fused) {
        List<Entry> packed =
                tensors("single_transformer_blocks.0.qkv_proj.qweight 9216x1536; x_embedder.weight 3072x64;"
                        + " context_embedder.weight 3072x4096; time_text_embed.text_embedder.linear_1.weight 3072x768;"
                        + " time_text_embed.guidance_embedder.linear_1.weight 3072x256; transformer_blocks.0." + fused
                        + ".qweight 9216x1536; transformer_blocks.0." + fused + ".wscales 48x9216;"
                        + " transformer_blocks.0." + fused + ".lora_down 3072x32; transformer_blocks.0." + fused
                        + ".lora_up 9216x32");
        Inspection found = inspect(Map.of(), packed);
        assertThat(found.kind()).contains(ModelKind.DIFFUSION_MODEL);
        assertThat(found.family()).isEqualTo("flux1");
        assertThat(found.quantizationNote()).contains("Nunchaku");
    }

    @Test
    void what_nunchaku_writes_of_the_model_is_believed_where_layers_do_not_tell() {
        Inspection found = inspect(
                Map.of("model_class", "NunchakuZImageTransformer2DModel"),
                tensors("layers.0.attention.to_qkv.qweight 11520x1920; layers.0.attention.to_qkv.wscales 60x11520"));
        assertThat(found.family()).isEqualTo("z-image");
    }

    private static List<Entry> packed(String layer, String dtype, String... scales) {
        List<Entry> entries = new ArrayList<>(List.of(Entry.of(layer + ".weight", dtype, 8, 8)));
        Arrays.stream(scales).forEach(s -> entries.add(Entry.of(layer + s, "F32")));
        return entries;
    }

    private static final String LAYER = "joint_blocks.0.context_block.attn.qkv";

    @ParameterizedTest
    @CsvSource({
        "F8_E4M3, .weight_scale, .input_scale, scaled FP8: 1 layers with a scale",
        "F8_E4M3, .scale_weight, .scale_input, scaled FP8: 1 layers with a scale",
        "F8_E5M2, .weight_scale_inv, .bias, scaled FP8: 1 layers with a scale",
        "F8_E4M3, .weight.scale, .bias, scaled FP8: 1 layers with a scale",
        "F8_E4M3, .input_scale, .bias, 'FP8 by plain rounding, without scales'",
        "F8_E4M3, .bias, .norm.scale, 'FP8 by plain rounding, without scales'",
        "U8, .weight_scale, .weight_scale_2, NVFP4 in 1 layers",
        "I8, .weight_scale, .bias, INT8 with scales in 1 layers",
        "U8, .weight.absmax, .weight.quant_state.bitsandbytes__nf4, 'bitsandbytes NF4, which needs its own loader'",
        "U8, .weight.absmax, .weight.quant_state.bitsandbytes__fp4, 'bitsandbytes FP4, which needs its own loader'",
        "I8, .SCB, .bias, 'bitsandbytes INT8, which needs its own loader'",
        "F16, .bias, .alpha, ''",
    })
    void scales_have_many_names(String dtype, String first, String second, String note) {
        assertThat(inspect(Map.of(), packed(LAYER, dtype, first, second)).quantizationNote())
                .isEqualTo(note);
    }

    @Test
    void a_part_that_alone_is_packed_is_named() {
        List<Entry> whole = new ArrayList<>(packed("model.diffusion_model." + LAYER, "F16"));
        whole.addAll(packed("text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q", "F8_E4M3"));
        whole.addAll(Models.vae("first_stage_model.", 16));
        assertThat(inspect(Map.of(), whole).quantizationNote())
                .isEqualTo("text encoder: FP8 by plain rounding, without scales");
    }

    @Test
    void a_file_that_is_packed_but_for_its_vae_needs_no_names() {
        List<Entry> whole = new ArrayList<>(packed("model.diffusion_model." + LAYER, "F8_E4M3"));
        whole.addAll(packed("text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q", "F8_E4M3"));
        whole.addAll(Models.vae("vae.", 16));
        assertThat(inspect(Map.of(), whole).quantizationNote()).isEqualTo("FP8 by plain rounding, without scales");
    }

    @Test
    void an_embedding_bundled_with_a_lora_is_a_trigger_and_no_unknown_key() {
        List<Entry> file =
                new ArrayList<>(Adapters.of("sdxl", Adapters.styles("sdxl").get(0), "lora"));
        file.add(Entry.of("bundle_emb.my.style.clip_l", "F32", 4, 768));
        file.add(Entry.of("bundle_emb.my.style.clip_g", "F32", 4, 1280));
        file.add(Entry.of("bundle_emb.old.string_to_param.*", "F32", 4, 768));
        Inspection found = inspect(Map.of(), file);
        assertThat(found.triggerWords())
                .containsExactly(
                        new Inspection.Trigger("my.style", "bundled embedding"),
                        new Inspection.Trigger("old", "bundled embedding"));
        assertThat(found.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.text()).startsWith("holds the embedding \"my.style\", \"old\""));
    }

    @Test
    void control_loras_of_flux_are_loras_for_a_control_picture() {
        assertThat(inspect(
                                Map.of(),
                                tensors("img_in.lora_A.weight 4x128; img_in.lora_B.weight 3072x4;"
                                        + " single_blocks.0.linear1.lora_A.weight 4x3072;"
                                        + " single_blocks.0.linear1.lora_B.weight 21504x4"))
                        .familyTitle())
                .isEqualTo("Flux.1 dev, for a control picture (depth or canny) beside the prompt");
        assertThat(Inspector.ofHeaders()
                        .inspect(HeaderFiles.safetensors(
                                folder.resolve("fill.safetensors"),
                                Map.of(),
                                Trainings.lora(
                                        "transformer.",
                                        "x_embedder 3072x384; transformer_blocks.0.attn.to_q 3072x3072",
                                        "peft")))
                        .familyTitle())
                .isEqualTo("Flux.1 dev, Fill (inpainting)");
    }
}
