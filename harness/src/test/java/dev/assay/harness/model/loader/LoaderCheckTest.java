package dev.assay.harness.model.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.loader.LoaderCheck.Answer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraGrammar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a LoRA for one renderer, on models of published size. */
class LoaderCheckTest {
    static JsonNode file(String name) {
        for (JsonNode file : GoldenLoader.GOLDEN.get("files")) {
            if (file.get("name").asText().startsWith(name)) {
                return file;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static LoaderCheck check(String name, LoraLoader loader) {
        JsonNode file = file(name);
        String base = file.get("base").asText();
        return LoaderCheck.of(
                loader,
                GoldenLoader.shapes(file.get("shapes")),
                Optional.empty(),
                GoldenLoader.FAMILIES.get(base),
                GoldenLoader.base(base));
    }

    /** Of files that people have: public reports of LoRAs that did nothing, or half of what they should. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        F01a-flux-peft-base_model               | AFTER_CONVERSION | 1    | begin with base_model.model.
        F01c-sdxl-diffusers-peft                | AFTER_CONVERSION | 0.8  | would not load 4 of its 5 modules
        F01e-zimage-musubi                      | AFTER_CONVERSION | 0.5  | would not load 8 of its 16 modules
        F01f-qwen-peft-base_model               | AFTER_CONVERSION | 1    | would load none of its 14 modules
        F01h-flux-kohya-prefix-diffusers-body   | AFTER_CONVERSION | 1    | names that it does not know for flux1
        F02a-flux-dora-magnitude-vector         | IN_PART          | 1    | without its DoRA magnitudes: not what was trained
        F02c-sdxl-kohya-oft                     | AFTER_CONVERSION | 1    | begin with oft_unet_
        F03a-qwen-lora-on-flux                  | IN_PART          | 0.4  | name no layer of the base
        F04a-flux-depth-control-lora            | WORKS            | 0    |
        F06c-flux-double-qkvo                   | WORKS            | 0    |
        F06d-sdxl-old-attn-processors           | WORKS            | 0    |
        F12-xlabs-complete                      | WORKS            | 0    |
        F13-lokr-full-matrix                    | WORKS            | 0    |
        xlabs complete                          | WORKS            | 0    |
        xlabs double blocks                     | AFTER_CONVERSION | 1    | would load none of its 76 modules
        wan fun                                 | WORKS            | 0    |
        wan fun without the first key           | AFTER_CONVERSION | 1    | begin with lora_unet__
        oft of 1 dimensions                     | DOES_NOT_WORK    | 1    | in a form that it does not load
        """)
    void files_of_public_reports_get_the_right_answer(String name, Answer answer, double lost, String words) {
        LoaderCheck check = check(name, LoraLoaders.COMFYUI);
        assertThat(check.answer()).isEqualTo(answer);
        assertThat(check.lost()).isCloseTo(lost, within(0.05));
        if (words == null) {
            assertThat(check.problems()).noneMatch(p -> p.level() != Finding.Level.NOTE);
        } else {
            assertThat(check.problems().get(0).level()).isEqualTo(Finding.Level.ERROR);
            assertThat(check.problems().get(0).text()).contains(words);
        }
    }

    /** The same files in diffusers. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        F01a-flux-peft-base_model             | DOES_NOT_WORK    | 1    | ends with an error: it lacks base_model.model.double_blocks
        F01c-sdxl-diffusers-peft              | WORKS            | 0    |
        F01e-zimage-musubi                    | WORKS            | 0    |
        F01f-qwen-peft-base_model             | AFTER_CONVERSION | 1    | begin with base_model.model.
        F01h-flux-kohya-prefix-diffusers-body | DOES_NOT_WORK    | 1    | it does not know lora_unet_single_transformer_blocks
        F02a-flux-dora-magnitude-vector       | WORKS            | 0    |
        F03a-qwen-lora-on-flux                | IN_PART          | 0.4  | name no layer of the base
        F06c-flux-double-qkvo                 | WORKS            | 0    |
        F12-xlabs-complete                    | WORKS            | 0    |
        flux-bare-diffusers                   | DOES_NOT_WORK    | 1    | begin with no prefix
        flux-img-in-only                      | DOES_NOT_WORK    | 1    | names that it does not know for flux1
        flux-loha-kohya                       | DOES_NOT_WORK    | 1    | in a form that it does not load, LoHa
        flux-te-only-kohya                    | IN_PART          | 0.75 | would not load 36 of its 48 modules
        xlabs double blocks                   | WORKS            | 0    |
        """)
    void files_of_public_reports_get_the_right_answer_for_diffusers(
            String name, Answer answer, double lost, String words) {
        LoaderCheck check = check(name, LoraLoaders.DIFFUSERS);
        assertThat(check.answer()).isEqualTo(answer);
        assertThat(check.lost()).isCloseTo(lost, within(0.05));
        if (words == null) {
            assertThat(check.problems()).isEmpty();
        } else {
            assertThat(check.problems().get(0).level()).isEqualTo(Finding.Level.ERROR);
            assertThat(check.problems().get(0).text()).contains(words);
        }
    }

    @Test
    void what_comfyui_does_not_take_and_diffusers_does_is_said() {
        assertThat(check("F01e-zimage-musubi", LoraLoaders.COMFYUI)
                        .problems()
                        .get(0)
                        .text())
                .contains("diffusers 0.42.1 loads it as it is");
        assertThat(check("F01a-flux-peft-base_model", LoraLoaders.COMFYUI)
                        .problems()
                        .get(0)
                        .text())
                .doesNotContain("diffusers 0.42.1");
    }

    @Test
    void a_file_that_ends_comfyui_with_an_error_does_not_work_and_the_key_is_named() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "diffusion_model.double_blocks.0.img_attn.proj", 3072, 3072);
        lora.put("diffusion_model.double_blocks.1.img_attn.proj.lora_up.weight", List.of(3072L, 4L));
        LoaderCheck check = check(lora, "flux1-dev");
        assertThat(check.answer()).isEqualTo(Answer.DOES_NOT_WORK);
        assertThat(check.problems().get(0).text())
                .contains("ends with an error")
                .contains("double_blocks.1.img_attn.proj.lora_up.weight has no lora_down.weight beside it");
    }

    @Test
    void a_control_lora_for_dev_does_not_work_on_fill() {
        Map<String, List<Long>> lora =
                GoldenLoader.shapes(file("F04a-flux-depth-control-lora").get("shapes"));
        LoaderCheck check = check(lora, "flux1-fill");
        assertThat(check.answer()).isEqualTo(Answer.DOES_NOT_WORK);
        assertThat(check.problems().get(0).text())
                .contains("an input of shape [3072, 128], and the base's has [3072, 384]");
    }

    @Test
    void the_text_encoder_of_flux_2_is_that_of_its_size() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "text_encoders.qwen3_4b.transformer.model.layers.0.self_attn.q_proj", 4096, 2560);
        pair(lora, "lora_te_layers_35_mlp_down_proj", 2560, 9728);
        assertThat(check(lora, "flux2-klein-4b").answer()).isEqualTo(Answer.WORKS);
        Map<String, List<Long>> other = new LinkedHashMap<>();
        pair(other, "text_encoders.qwen3_8b.transformer.model.layers.0.self_attn.q_proj", 4096, 4096);
        assertThat(check(other, "flux2-klein-4b").answer()).isEqualTo(Answer.DOES_NOT_WORK);
    }

    @Test
    void a_lora_for_another_size_is_said_to_be_one() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "diffusion_model.double_blocks.0.img_attn.proj", 4096, 4096);
        pair(lora, "diffusion_model.single_blocks.0.linear2", 4096, 16384);
        pair(lora, "diffusion_model.double_blocks.7.img_attn.proj", 4096, 4096); // of which the smaller has five
        LoaderCheck check = check(lora, "flux2-klein-4b");
        assertThat(check.isOtherSize()).isTrue();
        assertThat(check.answer()).isEqualTo(Answer.DOES_NOT_WORK);
        assertThat(check.problems().get(0).text())
                .contains("is this a LoRA for another size of this family, or for another?");
    }

    @Test
    void of_two_names_of_one_layer_one_is_lost() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "lora_unet_double_blocks_0_img_attn_proj", 3072, 3072);
        pair(lora, "transformer.transformer_blocks.0.attn.to_out.0", 3072, 3072);
        LoaderCheck check = check(lora, "flux1-dev");
        assertThat(check.answer()).isEqualTo(Answer.IN_PART);
        assertThat(check.lost()).isEqualTo(0.5);
        assertThat(check.problems().get(0).text())
                .contains("change layers that other modules of the file change under another name")
                .contains("lora_unet_double_blocks_0_img_attn_proj");
    }

    @Test
    void what_is_dropped_is_what_comfyui_drops_but_for_layers_of_another_shape() {
        int files = 0;
        for (JsonNode file : GoldenLoader.GOLDEN.get("files")) {
            Map<String, List<Long>> shapes = GoldenLoader.shapes(file.get("shapes"));
            String base = file.get("base").asText();
            LoaderReport report =
                    LoraLoaders.COMFYUI.load(shapes, GoldenLoader.FAMILIES.get(base), GoldenLoader.base(base));
            Set<String> theirs = new TreeSet<>();
            int i = 0;
            for (String key : shapes.keySet()) {
                if (file.get("taken").asText().charAt(i++) == '0') {
                    theirs.add(key);
                }
            }
            Set<String> ours = new TreeSet<>(report.dropped());
            report.modules().stream().filter(m -> m.loss() == Loss.SHAPE).forEach(m -> {
                ours.removeAll(m.module().keys().values());
                theirs.removeAll(m.module().keys().values());
            });
            // Of a module that changes nothing all is lost to us, of which ComfyUI takes the alpha.
            ours.removeIf(k -> k.endsWith(".alpha") && !theirs.contains(k));
            // An embedding in the same file is no key of the LoRA: the inspector tells of it.
            theirs.removeIf(k -> k.startsWith(LoraGrammar.BUNDLED));
            assertThat(ours).as(file.get("name").asText()).isEqualTo(theirs);
            files++;
        }
        assertThat(files).isGreaterThan(70);
    }

    /** 60 modules, one of which meets a layer of another shape. */
    @Test
    void one_layer_among_many_is_left_out_with_a_word() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        for (int n = 0; n < 19; n++) {
            for (String m : List.of("img_attn.proj", "txt_attn.proj", "img_mlp.0", "img_mlp.2")) {
                long out = m.endsWith(".0") ? 12288 : 3072;
                long in = m.endsWith(".2") ? 12288 : 3072;
                pair(lora, "diffusion_model.double_blocks." + n + "." + m, out, in);
            }
        }
        pair(lora, "diffusion_model.img_in", 3072, 128);
        LoaderCheck check = check(lora, "flux1-dev");
        assertThat(check.answer()).isEqualTo(Answer.WORKS);
        assertThat(check.lost()).isCloseTo(1 / 77.0, within(1e-9));
        assertThat(check.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.level()).isEqualTo(Finding.Level.WARNING))
                .satisfies(p -> assertThat(p.text())
                        .contains("would not load 1 of its 77 modules", "another shape", "[3072, 128]"));
    }

    @Test
    void a_part_for_text_encoders_that_is_not_loaded_is_said_and_no_reason_to_refuse() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "diffusion_model.double_blocks.0.img_attn.proj", 3072, 3072);
        pair(lora, "base_model.model.text_encoder.text_model.encoder.layers.0.self_attn.q_proj", 768, 768);
        LoaderCheck check = check(lora, "flux1-dev");
        assertThat(check.answer()).isEqualTo(Answer.WORKS);
        assertThat(check.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.level()).isEqualTo(Finding.Level.WARNING))
                .satisfies(p -> assertThat(p.text()).contains("1 of its 1 modules for text encoders"));
    }

    @Test
    void a_lora_for_text_encoders_alone_is_judged_as_one() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "lora_te1_text_model_encoder_layers_0_mlp_fc1", 3072, 768);
        assertThat(check(lora, "flux1-dev").answer()).isEqualTo(Answer.WORKS);
        Map<String, List<Long>> bare = new LinkedHashMap<>();
        pair(bare, "text_model.encoder.layers.0.mlp.fc1", 3072, 768);
        assertThat(check(bare, "flux1-dev").answer()).isEqualTo(Answer.DOES_NOT_WORK);
    }

    /** Renaming cannot help keys and values: see {@code ComfyUiEffectsTest}. */
    @Test
    void of_lumina_2_comfyui_takes_the_queries_alone_by_another_name() {
        Map<String, List<Long>> queries = new LinkedHashMap<>();
        pair(queries, "transformer.layers.0.attn.to_q", 2304, 2304);
        pair(queries, "transformer.layers.0.feed_forward.linear_1", 9216, 2304);
        assertThat(check(queries, "lumina2").answer()).isEqualTo(Answer.AFTER_CONVERSION);
        for (String name : List.of("transformer.layers.0.attn.to_k", "diffusion_model.layers.0.attention.to_v")) {
            Map<String, List<Long>> keys = new LinkedHashMap<>();
            pair(keys, name, 768, 2304);
            assertThat(check(keys, "lumina2").answer()).as(name).isEqualTo(Answer.DOES_NOT_WORK);
        }
    }

    @Test
    void names_of_diffusers_that_comfyui_does_not_know_are_converted() {
        Map<String, List<Long>> wan = new LinkedHashMap<>();
        pair(wan, "transformer.blocks.29.attn1.to_q", 1536, 1536);
        pair(wan, "transformer.blocks.0.attn2.to_out.0", 1536, 1536);
        pair(wan, "transformer.blocks.0.ffn.net.0.proj", 8960, 1536);
        pair(wan, "transformer.condition_embedder.time_embedder.linear_1", 1536, 256);
        LoaderCheck check = check(wan, "wan21-1.3b");
        assertThat(check.answer()).isEqualTo(Answer.AFTER_CONVERSION);
        assertThat(check.conversion().orElseThrow().names().values())
                .contains(
                        "diffusion_model.blocks.29.self_attn.q.lora_up.weight",
                        "diffusion_model.blocks.0.cross_attn.o.lora_up.weight",
                        "diffusion_model.blocks.0.ffn.0.lora_up.weight",
                        "diffusion_model.time_embedding.0.lora_up.weight");
        Map<String, List<Long>> chroma = new LinkedHashMap<>();
        pair(chroma, "transformer.transformer_blocks.0.attn.to_q", 3072, 3072);
        pair(chroma, "transformer.distilled_guidance_layer.in_proj", 5120, 64);
        pair(chroma, "transformer.distilled_guidance_layer.layers.4.linear_2", 5120, 5120);
        LoaderCheck guided = check(chroma, "chroma");
        assertThat(guided.answer()).isEqualTo(Answer.AFTER_CONVERSION);
        assertThat(guided.lost()).isCloseTo(2 / 3.0, within(1e-9));
        assertThat(guided.conversion().orElseThrow().names().values())
                .contains("diffusion_model.distilled_guidance_layer.layers.4.out_layer.lora_up.weight");
    }

    @Test
    void of_a_family_whose_names_are_not_known_nothing_is_claimed() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "base_model.model.blocks.0.attn", 64, 64);
        LoaderCheck check = LoaderCheck.of(
                LoraLoaders.COMFYUI,
                lora,
                Optional.empty(),
                "unknown",
                BaseModules.of(Map.of("blocks.0.attn.weight", List.of(64L, 64L))));
        assertThat(check.report().known()).isFalse();
        assertThat(check.answer()).isEqualTo(Answer.WORKS);
        assertThat(check.problems()).anyMatch(p -> p.text().contains("is not known here"));
    }

    /** A UNet of sizes of its own: the names of its layers are known all the same, and its text encoder's are CLIP's. */
    @Test
    void a_unet_of_no_known_family_has_the_text_encoders_of_its_kin() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q", 320, 320);
        pair(lora, "lora_te_text_model_encoder_layers_0_self_attn_q_proj", 768, 768);
        pair(lora, "lora_te2_text_model_encoder_layers_0_self_attn_q_proj", 96, 96);
        LoaderCheck fits =
                LoaderCheck.of(LoraLoaders.COMFYUI, lora, Optional.empty(), "unknown", GoldenLoader.base("sd15"));
        assertThat(fits.answer()).isEqualTo(Answer.WORKS);
        assertThat(fits.problems()).isEmpty();
        pair(lora, "lora_te3_text_model_encoder_layers_0_self_attn_q_proj", 96, 96);
        pair(lora, "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k", 320, 320);
        LoaderCheck not =
                LoaderCheck.of(LoraLoaders.COMFYUI, lora, Optional.empty(), "unknown", GoldenLoader.base("sd15"));
        assertThat(not.answer()).isEqualTo(Answer.AFTER_CONVERSION);
        assertThat(not.problems())
                .extracting(Finding::text)
                .anyMatch(t -> t.contains("names that it does not know for a base of this form, though"))
                .anyMatch(t -> t.contains("1 of its 3 modules for text encoders (lora_te3_"));
    }

    @Test
    void the_local_renderer_takes_all_of_a_lora_or_nothing() {
        Map<String, List<Long>> lora = new LinkedHashMap<>();
        pair(lora, "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q", 320, 320);
        assertThat(local(lora).answer()).isEqualTo(Answer.WORKS);
        pair(lora, "lora_transformer_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_k", 320, 320);
        assertThat(local(lora).answer()).isEqualTo(Answer.DOES_NOT_WORK);
        Map<String, List<Long>> loha = new LinkedHashMap<>();
        for (String factor : List.of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")) {
            loha.put(
                    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q." + factor,
                    factor.endsWith("a") ? List.of(320L, 4L) : List.of(4L, 320L));
        }
        assertThat(local(loha).answer()).isEqualTo(Answer.WORKS);
        Map<String, List<Long>> peft = Map.of(
                "base_model.model.unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.oft_R.weight",
                List.of(10L, 496L));
        assertThat(local(peft).answer()).isEqualTo(Answer.DOES_NOT_WORK);
        assertThat(local(peft).problems().get(0).text()).contains("in a form that it does not load, OFT with oft_r");
    }

    private static LoaderCheck local(Map<String, List<Long>> lora) {
        return LoaderCheck.of(LoraLoaders.LOCAL, lora, Optional.empty(), "sd15", GoldenLoader.base("sd15"));
    }

    private static LoaderCheck check(Map<String, List<Long>> lora, String base) {
        return LoaderCheck.of(
                LoraLoaders.COMFYUI, lora, Optional.empty(), GoldenLoader.FAMILIES.get(base), GoldenLoader.base(base));
    }

    static void pair(Map<String, List<Long>> lora, String module, long out, long in) {
        lora.put(module + ".lora_down.weight", List.of(4L, in));
        lora.put(module + ".lora_up.weight", List.of(out, 4L));
    }
}
