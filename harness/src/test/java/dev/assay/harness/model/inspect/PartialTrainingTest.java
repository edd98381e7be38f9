package dev.assay.harness.model.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LoRAs that change few sorts of layers, or few blocks: widths and numbers of blocks tell the family, or every one that fits is named. */
class PartialTrainingTest {
    @TempDir
    Path folder;

    private int files;

    private Inspection inspect(List<Entry> entries, Map<String, String> metadata) {
        return Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve(files++ + ".safetensors"), metadata, entries));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        transformer.            / peft  / transformer_blocks.{0-59}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                 / qwen-image / qwen-image
        diffusion_model.        / lokr  / transformer_blocks.{0-59}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                 / qwen-image / qwen-image
        lora_unet_              / kohya / transformer_blocks.{0-59}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                 / qwen-image / qwen-image
        transformer.            / peft  / transformer_blocks.{0-59}.attn.{add_q_proj|add_k_proj|add_v_proj|to_add_out} 3072x3072 / qwen-image / qwen-image
        transformer.            / peft  / transformer_blocks.{0-5}.txt_mod.1 18432x3072                                      / qwen-image / qwen-image
        lycoris_                / loha  / transformer_blocks.{0-5}.img_mlp.net.2 3072x12288                                  / qwen-image / qwen-image
        transformer.            / peft  / transformer_blocks.{0-31}.attn.{to_q|to_k|to_v|to_out.0} 4096x4096                 / qwen-image-2-1 / qwen-image-2-1
        diffusion_model.        / peft  / transformer_blocks.{0-5}.img_mlp.gate_up 24576x4096                                / qwen-image-2-1 / qwen-image-2-1
        lycoris_                / loha  / transformer_blocks.{0-5}.img_mlp.gate_layer 12288x4096                             / qwen-image-2-1 / qwen-image-2-1
        transformer.            / peft  / transformer_blocks.{0-18}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                 / flux1      / flux1,chroma
        base_model.model.       / peft  / transformer_blocks.{0-18}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                 / flux1      / flux1,chroma
        transformer.            / peft  / transformer_blocks.{0-18}.norm1.linear 18432x3072                                  / flux1      / flux1
        transformer.            / peft  / single_transformer_blocks.{0-37}.attn.{to_q|to_k|to_v} 3072x3072                   / flux1      / flux1,chroma
        transformer.            / peft  / single_transformer_blocks.{7|12|16|20}.proj_out 3072x15360                         / flux1      / flux1,chroma
        lora_unet_              / kohya / single_blocks.{0-37}.linear1 21504x3072                                            / flux1      / flux1,chroma
        lora_unet_              / kohya / single_blocks.{0-37}.modulation.lin 9216x3072                                      / flux1      / flux1
        diffusion_model.        / peft  / double_blocks.{0-18}.img_attn.qkv 9216x3072                                        / flux1      / flux1,chroma
        diffusion_model.        / peft  / distilled_guidance_layer.layers.{0-4}.in_layer 5120x5120                           / chroma     / chroma
        transformer.            / peft  / transformer_blocks.{0-37}.attn.{to_q|to_k|to_v|to_out.0} 2432x2432                 / sd3        / sd3
        transformer.            / peft  / transformer_blocks.{0-3}.attn.to_q 2432x2432                                       / sd3        / sd3
        transformer.            / lokr  / transformer_blocks.{0-23}.attn.{to_q|to_k|to_v|to_out.0} 1536x1536                 / sd3        / sd3
        lora_unet_              / kohya / joint_blocks.{0-37}.x_block.attn.qkv 7296x2432                                     / sd3        / sd3
        transformer.            / peft  / transformer_blocks.{0-12}.attn2.to_q 1536x1536                                     / sd3        / sd3
        diffusion_model.        / peft  / layers.{0-29}.attention.{to_q|to_k|to_v|to_out.0} 3840x3840                        / z-image    / z-image
        lora_unet_              / kohya / layers.{0-29}.attention.qkv 11520x3840                                             / z-image    / z-image
        diffusion_model.        / lokr  / noise_refiner.{0-1}.feed_forward.w1 10240x3840                                     / z-image    / z-image
        transformer.            / peft  / layers.{0-25}.attn.to_q 2304x2304                                                  / lumina2    / lumina2
        diffusion_model.        / peft  / layers.{0-25}.attention.qkv 3840x2304                                              / lumina2    / lumina2
        lora_unet_              / kohya / layers.{0-12}.feed_forward.w1 9216x2304; layers.{0-12}.attention.qkv 3840x2304     / lumina2    / lumina2
        diffusion_model.        / bias  / double_blocks.{0-4}.{img_attn|txt_attn}.qkv 9216x3072                              / flux2      / flux2
        transformer.            / bias  / layers.{0-29}.attention.{to_q|to_k|to_v|to_out.0} 3840x3840                        / z-image    / z-image
        transformer.            / peft  / double_stream_blocks.{0-15}.block.attn1.to_q 2560x2560                             / hidream-i1 / hidream-i1
        diffusion_model.        / lokr  / single_stream_blocks.{0-31}.block.attn1.{to_q|to_k|to_v|to_out} 2560x2560          / hidream-i1 / hidream-i1
        lora_unet_              / kohya / double_blocks.0.img_mlp.0 18432x3072                                               / flux2      / flux2
        lora_unet_              / kohya / double_blocks.{0-4}.img_attn.qkv 9216x3072; single_blocks.{0-19}.linear2 3072x12288 / flux2     / flux2
        diffusion_model.        / peft  / double_blocks.{0-4}.{img_attn|txt_attn}.qkv 9216x3072                              / flux2      / flux2
        transformer.            / peft  / single_transformer_blocks.{0-19}.attn.to_qkv_mlp_proj 27648x3072                   / flux2      / flux2
        transformer.            / peft  / transformer_blocks.{0-7}.attn.{to_q|to_k} 4096x4096                                / flux2      / flux2
        diffusion_model.        / lokr  / single_blocks.{0-47}.linear1 55296x6144                                            / flux2      / flux2
        lora_unet_              / kohya / blocks.{0-27}.self_attn.{q_proj|k_proj|v_proj|output_proj} 2048x2048                / anima      / anima
        diffusion_model.        / peft  / blocks.{0-5}.cross_attn.k_proj 2048x1024                                           / anima      / anima
        transformer.            / peft  / transformer_blocks.{0-27}.attn2.{to_k|to_v} 2048x1024                              / anima      / anima
        diffusion_model.        / lokr  / llm_adapter.blocks.{0-5}.self_attn.q_proj 1024x1024                                / anima      / anima
        diffusion_model.        / peft  / blocks.{0-27}.attn.{wq|wo} 6144x6144                                               / krea2      / krea2
        transformer.            / peft  / transformer_blocks.{0-27}.attn.{to_q|to_out.0} 6144x6144                           / krea2      / krea2
        transformer.            / peft  / transformer_blocks.{0-3}.attn.to_k 1536x6144                                       / krea2      / krea2
        lycoris_                / loha  / transformer_blocks.{0-3}.ff.down 6144x16384                                        / krea2      / krea2
        lora_unet_              / kohya / txtfusion.refiner_blocks.{0|1}.mlp.up 6912x2560                                    / krea2      / krea2
        diffusion_model.        / peft  / double_blocks.{0-19}.img_attn.qkv 9216x3072                                        / hunyuan-video / hunyuan-video
        lora_unet_              / kohya / down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q 320x320; down_blocks.2.attentions.1.transformer_blocks.0.attn2.to_k 1280x768 / sd15 / sd15
        lora_unet_              / kohya / mid_block.attentions.0.transformer_blocks.0.attn2.to_v 1280x1024                   / sd2        / sd2
        unet.                   / peft  / down_blocks.2.attentions.1.transformer_blocks.{0-9}.ff.net.2 1280x5120             / sdxl       / sdxl
        lora_unet_              / kohya / input_blocks.{4|5}.1.transformer_blocks.1.attn1.to_q 640x640                       / sdxl       / sdxl
        unet.                   / peft  / up_blocks.0.attentions.1.transformer_blocks.{0-9}.attn1.to_q 1280x1280             / sdxl       / sdxl
        unet.                   / peft  / up_blocks.3.attentions.0.transformer_blocks.0.attn1.to_q 320x320                   / sd15       / sd15,sd2
        lora_unet_              / kohya / middle_block.1.transformer_blocks.0.attn1.to_q 1280x1280                           / sdxl       / sd15,sd2,sdxl
        transformer.            / peft  / transformer_blocks.{0-5}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072                  / unknown    / flux1,chroma,qwen-image
        diffusion_model.        / lokr  / transformer_blocks.{0|1}.attn.to_q 3072x3072                                       / unknown    / flux1,chroma,flux2,qwen-image
        diffusion_model.        / peft  / double_blocks.{0|1}.img_attn.qkv 9216x3072                                         / unknown    / flux1,chroma,flux2
        unet.                   / peft  / down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q 640x640                 / unknown    / sd15,sd2,sdxl
        transformer.            / peft  / transformer_blocks.{0-3}.attn.to_q 128x128                                         / unknown    / sd3,flux1,chroma,flux2,qwen-image,qwen-image-2-1,krea2
        """)
    void the_family_is_told_by_widths_and_numbers_of_blocks(
            String prefix, String kind, String layers, String family, String families) {
        Inspection found = inspect(Trainings.lora(prefix, layers, kind), Map.of());
        assertThat(found.families()).containsExactly(families.split(",", -1));
        assertThat(found.family()).isEqualTo(family);
        assertThat(found.familyTitle()).isNotEmpty();
        assertThat(found.problems()).noneMatch(p -> p.text().contains("no family"));
    }

    /** A rotation tells a layer's outputs alone: Lumina 2's fused attention has as many as Z-Image is wide. */
    @Test
    void rotations_of_lumina_2_and_z_image_are_told_apart() {
        for (String name : List.of("lora_unet_layers_3_attention_qkv", "diffusion_model.layers.3.attention.qkv")) {
            assertThat(inspect(List.of(Entry.of(name + ".oft_blocks", "F32", 60, 64, 64)), Map.of())
                            .families())
                    .containsExactly("lumina2");
            assertThat(inspect(List.of(Entry.of(name + ".oft_blocks", "F32", 180, 64, 64)), Map.of())
                            .families())
                    .containsExactly("z-image");
        }
        assertThat(inspect(
                                List.of(Entry.of("lora_unet_layers_3_attention_out.oft_blocks", "F32", 60, 64, 64)),
                                Map.of())
                        .families())
                .containsExactly("z-image");
    }

    /** Flux.1 has 19 double blocks, Hunyuan Video 20; more than these no published model has. */
    @Test
    void a_block_that_no_published_model_has_is_not_taken_for_hunyuan_videos() {
        assertThat(inspect(
                                Trainings.lora("diffusion_model.", "double_blocks.19.img_attn.qkv 9216x3072", "peft"),
                                Map.of())
                        .family())
                .isEqualTo("hunyuan-video");
        for (String blocks : List.of("double_blocks.30", "double_blocks.{0|30}", "single_blocks.30")) {
            String layer = blocks.startsWith("double") ? ".img_attn.qkv 9216x3072" : ".linear1 21504x3072";
            assertThat(inspect(Trainings.lora("diffusion_model.", blocks + layer, "peft"), Map.of())
                            .familyTitle())
                    .as(blocks)
                    .contains("Flux.1")
                    .doesNotContain("Hunyuan");
        }
    }

    @Test
    void the_sizes_of_flux_2_are_told_apart() {
        assertThat(inspect(
                                Trainings.lora("diffusion_model.", "single_blocks.{0-3}.linear1 27648x3072", "peft"),
                                Map.of())
                        .familyTitle())
                .isEqualTo("Flux.2, klein 4B");
        assertThat(inspect(
                                Trainings.lora("diffusion_model.", "double_blocks.{0-3}.txt_mlp.0 24576x4096", "peft"),
                                Map.of())
                        .familyTitle())
                .isEqualTo("Flux.2, klein 9B");
        assertThat(inspect(
                                Trainings.lora("diffusion_model.", "double_blocks.{0-3}.txt_mlp.0 36864x6144", "lokr"),
                                Map.of())
                        .familyTitle())
                .isEqualTo("Flux.2, dev");
    }

    @Test
    void where_several_families_fit_all_are_named_and_metadata_may_choose() {
        List<Entry> few = Trainings.lora("transformer.", "transformer_blocks.{0-5}.attn.to_q 3072x3072", "peft");
        assertThat(inspect(few, Map.of()).familyTitle())
                .isEqualTo("Flux.1, Chroma or Qwen-Image (its layers fit each of them)");
        Inspection said = inspect(few, Map.of("ss_base_model_version", "qwen_image"));
        assertThat(said.family()).isEqualTo("qwen-image");
        assertThat(said.familyTitle())
                .isEqualTo("Qwen-Image, as its metadata says; its layers fit Flux.1 or Chroma too");
        Inspection wrong = inspect(few, Map.of("ss_base_model_version", "sdxl_base_v1-0"));
        assertThat(wrong.family()).isEqualTo("unknown");
        assertThat(wrong.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.text())
                        .contains("says that it is for sdxl, its layers are those of flux1 or chroma or qwen-image"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        lora_te_text_model_encoder_layers_0_self_attn_q_proj                / 768x768   / sd15
        lora_te_text_model_encoder_layers_0_self_attn_q_proj                / 1024x1024 / sd2
        lora_te1_text_model_encoder_layers_0_self_attn_q_proj               / 768x768   / sdxl,flux1,sd3,hidream-i1
        text_encoder.text_model.encoder.layers.0.self_attn.q_proj           / 768x768   / sd15,sdxl,flux1,sd3,hidream-i1
        lora_te2_text_model_encoder_layers_0_self_attn_q_proj               / 1280x1280 / sdxl,sd3,hidream-i1
        lora_te3_encoder_block_0_layer_0_SelfAttention_q                    / 4096x4096 / flux1,sd3,hidream-i1,chroma
        text_encoder_2.encoder.block.0.layer.0.SelfAttention.q              / 4096x4096 / flux1,sd3,hidream-i1,chroma
        """)
    void a_lora_of_text_encoders_alone_names_every_family_that_has_them(String layer, String size, String families) {
        Inspection found = inspect(Trainings.lora("", layer + " " + size, "kohya"), Map.of());
        assertThat(found.families()).containsExactly(families.split(",", -1));
        assertThat(found.familyTitle()).contains("text encoders alone");
        Inspection said =
                inspect(Trainings.lora("", layer + " " + size, "kohya"), Map.of("ss_base_model_version", "flux1"));
        assertThat(said.family()).isEqualTo(families.contains("flux1") ? "flux1" : said.family());
        assertThat(said.problems().isEmpty()).isEqualTo(families.contains("flux1"));
    }
}
