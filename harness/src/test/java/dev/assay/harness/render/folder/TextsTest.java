package dev.assay.harness.render.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    private static final String SDXL = """
            {"3": {"class_type": "KSampler", "inputs": {"seed": %s, "steps": 20, "cfg": 7.0, "model": ["10", 0],
               "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
             "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "x.safetensors"}},
             "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1024, "height": 1024, "batch_size": 1}},
             "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red barn", "clip": ["10", 1]}},
             "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["10", 1]}},
             "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
             "10": {"class_type": "Power Lora Loader (rgthree)", "inputs": {"model": ["4", 0], "clip": ["4", 1],
               "lora_1": {"on": true, "lora": "style.safetensors", "strength": 0.8}}}%s}
            """;

    private static ImageInfo comfy(String graph) {
        return EmbeddedMetadata.read(Map.of("prompt", graph));
    }

    @Test
    void a_graph_of_comfyui_tells_prompt_negative_and_seed() {
        assertThat(comfy(SDXL.formatted("42", ""))).isEqualTo(ImageInfo.of("a red barn", "blurry", 42L));
    }

    @Test
    void flux_is_followed_through_noise_guider_and_guidance() {
        String graph = """
                {"1": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["2", 0], "guider": ["3", 0],
                   "sampler": ["9", 0], "sigmas": ["9", 1], "latent_image": ["5", 0]}},
                 "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 1125899906842623}},
                 "3": {"class_type": "BasicGuider", "inputs": {"model": ["8", 0], "conditioning": ["4", 0]}},
                 "4": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
                 "5": {"class_type": "EmptySD3LatentImage", "inputs": {}},
                 "6": {"class_type": "CLIPTextEncodeFlux", "inputs": {"clip_l": "barn", "t5xxl": ["7", 0], "clip": ["8", 1]}},
                 "7": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a long text\\nabout a barn"}}}
                """;
        assertThat(comfy(graph)).isEqualTo(ImageInfo.of("a long text about a barn", null, 1125899906842623L));
    }

    @Test
    void a_seed_from_another_node_and_conditioning_through_a_control_net_are_followed() {
        String graph = SDXL.formatted("[\"20\", 0]", """
                , "20": {"class_type": "Seed (rgthree)", "inputs": {"seed": 7}}
                """)
                .replace(
                        "\"positive\": [\"6\", 0], \"negative\": [\"7\", 0]",
                        "\"positive\": [\"30\", 0], \"negative\": [\"30\", 1]")
                .replace("\"5\": {", """
                "30": {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["6", 0], "negative": ["7", 0]}}, "5": {""");
        assertThat(comfy(graph)).isEqualTo(ImageInfo.of("a red barn", "blurry", 7L));
    }

    @Test
    void a_second_pass_and_a_detailer_do_not_count() {
        String graph = SDXL.formatted("42", """
                , "11": {"class_type": "LatentUpscale", "inputs": {"samples": ["3", 0]}},
                "12": {"class_type": "KSampler", "inputs": {"seed": 99, "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["11", 0]}},
                "13": {"class_type": "FaceDetailer", "inputs": {"seed": 5, "positive": ["7", 0], "image": ["8", 0]}}
                """);
        assertThat(comfy(graph).seed()).isEqualTo(42L);
        assertThat(comfy(graph).prompt()).isEqualTo("a red barn");
    }

    @Test
    void two_samplers_that_start_pictures_of_their_own_tell_nothing() {
        String graph = SDXL.formatted("42", """
                , "12": {"class_type": "KSampler", "inputs": {"seed": 99, "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}}
                """);
        assertThat(comfy(graph)).isEqualTo(ImageInfo.NOTHING);
    }

    @Test
    void a_graph_that_goes_in_circles_ends() {
        String graph = """
                {"1": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["2", 0], "latent_image": ["1", 0]}},
                 "2": {"class_type": "ConditioningX", "inputs": {"conditioning": ["3", 0]}},
                 "3": {"class_type": "ConditioningX", "inputs": {"conditioning": ["2", 0]}}}
                """;
        assertThat(comfy(graph).prompt()).isNull();
    }

    @Test
    void without_the_graph_the_editor_s_workflow_is_read() {
        String workflow = """
                {"nodes": [
                  {"id": 3, "type": "KSampler", "widgets_values": [42, "randomize", 20, 7, "euler", "normal", 1],
                   "inputs": [{"name": "model", "link": 1}, {"name": "positive", "link": 4}, {"name": "negative", "link": 6},
                              {"name": "latent_image", "link": 2}]},
                  {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 512, 1], "inputs": []},
                  {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a red barn"], "inputs": [{"name": "clip", "link": 3}]},
                  {"id": 7, "type": "CLIPTextEncode", "widgets_values": ["blurry"], "inputs": [{"name": "clip", "link": 5}]}],
                 "links": [[2, 5, 0, 3, 3, "LATENT"], [4, 6, 0, 3, 1, "CONDITIONING"], [6, 7, 0, 3, 2, "CONDITIONING"]]}
                """;
        assertThat(EmbeddedMetadata.read(Map.of("workflow", workflow)))
                .isEqualTo(ImageInfo.of("a red barn", "blurry", 42L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"a\": 1}",
                "{\"1\": {\"class_type\": \"KSampler\"}}",
                "{\"is_changed\": [NaN]}"
            })
    void what_is_no_graph_tells_nothing(String text) {
        assertThat(EmbeddedMetadata.read(Map.of("prompt", text, "workflow", text)))
                .isEqualTo(ImageInfo.NOTHING);
    }

    @Test
    void infotext_of_a1111_has_lines_of_prompt_negative_prompt_and_details() {
        ImageInfo known = EmbeddedMetadata.read(Map.of("parameters", """
                a red barn,
                in a field
                Negative prompt: blurry,
                text
                Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 42, Size: 512x512, Model: x, Version: v1.6.0
                Template: a red barn, Seed: 9"""));
        assertThat(known.prompt()).isEqualTo("a red barn, in a field");
        assertThat(known.negative()).isEqualTo("blurry,\ntext");
        assertThat(known.seed()).isEqualTo(42L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a red barn <lora:style:0.8> | a red barn",
                "<lora:style:0.8>, a red barn | a red barn",
                "a red barn, <lora:a:1>, <lyco:b:0.5>, in snow | a red barn, in snow",
                "a <red> barn | a <red> barn",
            })
    void networks_are_no_words_of_the_prompt(String written, String prompt) {
        assertThat(EmbeddedMetadata.parameters(written + "\nSteps: 20, Seed: 1").prompt())
                .isEqualTo(prompt);
    }

    @Test
    void text_without_details_and_json_are_no_infotext() {
        assertThat(EmbeddedMetadata.parameters("a red barn")).isEqualTo(ImageInfo.NOTHING);
        assertThat(EmbeddedMetadata.parameters("{\"sui_image_params\": {}}")).isEqualTo(ImageInfo.NOTHING);
    }

    @Test
    void our_own_texts_go_first_and_seeds_beyond_a_long_are_not_known() {
        assertThat(EmbeddedMetadata.read(Map.of(
                        "assay:prompt",
                        "a",
                        "assay:negativePrompt",
                        "",
                        "assay:seed",
                        "3",
                        "parameters",
                        "b\nSteps: 1, Seed: 4")))
                .isEqualTo(ImageInfo.of("a", "", 3L));
        assertThat(comfy(SDXL.formatted("18446744073709551615", "")).seed()).isNull();
    }
}
