package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.family.ComfyVariant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerNodesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A server with files for Flux, one class in the younger form of /object_info, no GGUF pack. */
    static ServerNodes server() {
        return server("\"clip_l.safetensors\",\"flux/t5xxl_fp8_e4m3fn_scaled.safetensors\"");
    }

    static ServerNodes server(String textEncoders) {
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put(
                "CheckpointLoaderSimple",
                required("\"ckpt_name\":[[\"sdxl\\\\base.safetensors\",\"both.safetensors\"]]", 3));
        answers.put(
                "UNETLoader",
                required(
                        "\"unet_name\":[[\"flux1-dev.safetensors\",\"both.safetensors\"]],\"weight_dtype\":[[\"default\",\"fp8_e4m3fn\"]]",
                        1));
        answers.put("CLIPLoader", """
            {"input":{"required":{"clip_name":[[%s]],"type":[["stable_diffusion","flux"]]},
             "optional":{"device":[["default","cpu"],{"advanced":true}]}},"output":["CLIP"]}\
            """.formatted(textEncoders));
        answers.put("DualCLIPLoader", """
            {"input":{"required":{"clip_name1":[[%s]],"clip_name2":[[%s]],"type":[["sdxl","flux"]]},
             "optional":{"device":[["default","cpu"]]}},"output":["CLIP"]}\
            """.formatted(textEncoders, textEncoders));
        answers.put("VAELoader", required("\"vae_name\":[\"COMBO\",{\"options\":[\"ae.safetensors\",\"taef1\"]}]", 1));
        answers.put(
                "LoraLoader",
                required(
                        "\"model\":[\"MODEL\"],\"clip\":[\"CLIP\"],\"lora_name\":[[\"style-v2.safetensors\",\"sub\\\\x.safetensors\"]],"
                                + "\"strength_model\":[\"FLOAT\",{\"min\":-100}],\"strength_clip\":[\"FLOAT\",{}]",
                        2));
        answers.put(
                "LoraLoaderModelOnly",
                required(
                        "\"model\":[\"MODEL\"],\"lora_name\":[[\"style-v2.safetensors\",\"sub\\\\x.safetensors\"]],\"strength_model\":[\"FLOAT\"]",
                        1));
        answers.put(
                "KSampler",
                required(
                        "\"model\":[\"MODEL\"],\"seed\":[\"INT\"],\"steps\":[\"INT\"],\"cfg\":[\"FLOAT\"],"
                                + "\"sampler_name\":[[\"euler\",\"euler_ancestral\",\"dpmpp_2m\"]],\"scheduler\":[[\"simple\",\"normal\",\"karras\"]],"
                                + "\"positive\":[\"CONDITIONING\"],\"negative\":[\"CONDITIONING\"],\"latent_image\":[\"LATENT\"],"
                                + "\"denoise\":[\"FLOAT\"]",
                        1));
        answers.put("CLIPTextEncode", required("\"text\":[\"STRING\"],\"clip\":[\"CLIP\"]", 1));
        answers.put("ConditioningZeroOut", required("\"conditioning\":[\"CONDITIONING\"]", 1));
        answers.put("FluxGuidance", required("\"conditioning\":[\"CONDITIONING\"],\"guidance\":[\"FLOAT\"]", 1));
        answers.put(
                "EmptySD3LatentImage",
                required("\"width\":[\"INT\"],\"height\":[\"INT\"],\"batch_size\":[\"INT\"]", 1));
        answers.put(
                "EmptyLatentImage", required("\"width\":[\"INT\"],\"height\":[\"INT\"],\"batch_size\":[\"INT\"]", 1));
        answers.put("VAEDecode", required("\"samples\":[\"LATENT\"],\"vae\":[\"VAE\"]", 1));
        answers.put("SaveImage", """
            {"input":{"required":{"images":["IMAGE"],"filename_prefix":["STRING",{"default":"ComfyUI"}]},
             "hidden":{"prompt":"PROMPT"}},"output":[],"output_node":true}\
            """);
        Map<String, JsonNode> parsed = new LinkedHashMap<>();
        answers.forEach((name, info) -> parsed.put(name, json("{\"" + name + "\":" + info + "}")));
        parsed.put("UnetLoaderGGUF", json("{}"));
        parsed.put("CLIPLoaderGGUF", json("{}"));
        return ServerNodes.of(parsed);
    }

    private static String required(String inputs, int outputs) {
        return "{\"input\":{\"required\":{" + inputs + "}},\"output\":["
                + String.join(",", java.util.Collections.nCopies(outputs, "\"X\"")) + "]}";
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void both_forms_of_a_choice_are_read() {
        ServerNodes server = server();
        assertThat(server.options("UNETLoader", "weight_dtype")).contains(List.of("default", "fp8_e4m3fn"));
        assertThat(server.options("VAELoader", "vae_name")).contains(List.of("ae.safetensors", "taef1"));
        assertThat(server.options("KSampler", "steps")).isEmpty();
        assertThat(server.options("KSampler", "sampler_name").orElseThrow())
                .containsExactly("euler", "euler_ancestral", "dpmpp_2m");
        assertThat(server.options("KSampler", "scheduler").orElseThrow()).containsExactly("simple", "normal", "karras");
    }

    @Test
    void an_unknown_class_is_answered_with_nothing_and_is_not_asked_again() {
        ServerNodes server = server();
        assertThat(server.has("UnetLoaderGGUF")).isFalse();
        assertThat(server.unasked(List.of("UnetLoaderGGUF", "Other"))).containsExactly("Other");
        assertThat(server.inputs("CLIPLoader")).containsExactly("clip_name", "type", "device");
        assertThat(server.inputs("SaveImage")).containsExactly("images", "filename_prefix");
    }

    @Test
    void names_are_found_with_either_slash_and_otherwise_exactly() {
        ServerNodes server = server();
        assertThat(server.file("LoraLoader", "lora_name", "sub/x.safetensors")).contains("sub\\x.safetensors");
        assertThat(server.file("LoraLoader", "lora_name", "x.safetensors")).isEmpty();
        assertThat(server.file("LoraLoader", "lora_name", "Style-v2.safetensors"))
                .isEmpty();
        assertThat(server.file("LoraLoader", "lora_name", "style")).isEmpty();
    }

    @Test
    void an_answer_of_something_else_says_where() {
        assertThatThrownBy(() -> ServerNodes.of(Map.of("KSampler", json("\"<html>\""))))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("/object_info/KSampler: expected a JSON object")
                .hasMessageContaining("is this a ComfyUI server?");
        assertThatThrownBy(() -> ServerNodes.of(Map.of("KSampler", json("{\"KSampler\":[]}"))))
                .isInstanceOf(GraphException.class);
    }

    @Test
    void a_model_is_loaded_from_where_the_server_has_it() {
        assertThat(ModelSource.onServer("sdxl/base.safetensors", null, server()))
                .isEqualTo(new ModelSource(ModelSource.Kind.CHECKPOINT, "sdxl\\base.safetensors"));
        assertThat(ModelSource.onServer("flux1-dev.safetensors", "fp8_e4m3fn", server())
                        .kind())
                .isEqualTo(ModelSource.Kind.DIFFUSION_MODEL);
        assertThatThrownBy(() -> ModelSource.onServer("both.safetensors", null, server()))
                .hasMessageContaining("in two places");
        assertThatThrownBy(() -> ModelSource.onServer("base.safetensors", null, server()))
                .hasMessageContaining("`base.safetensors` is not on the server; it has: ")
                .hasMessageEndingWith("give it with its folder: sdxl\\base.safetensors");
        assertThatThrownBy(() -> ModelSource.onServer("flux-Q8_0.gguf", null, server()))
                .hasMessageContaining("ComfyUI-GGUF");
    }

    @Test
    void the_usual_files_are_taken_the_best_first_from_any_folder() {
        ComfyVariant flux = FamilyGraphs.named("flux1-dev");
        ModelSource model = new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "flux1-dev.safetensors", null);
        PartFiles parts = PartFiles.choose(flux, model, List.of(), null, server());
        assertThat(parts.textEncoders())
                .containsExactly("clip_l.safetensors", "flux/t5xxl_fp8_e4m3fn_scaled.safetensors");
        assertThat(parts.vae()).isEqualTo("ae.safetensors");
        ServerNodes both =
                server("\"clip_l.safetensors\",\"t5xxl_fp8_e4m3fn_scaled.safetensors\",\"t5xxl_fp16.safetensors\"");
        assertThat(PartFiles.choose(flux, model, List.of(), null, both).textEncoders())
                .containsExactly("clip_l.safetensors", "t5xxl_fp16.safetensors");
    }

    @Test
    void a_file_of_the_same_name_in_two_folders_is_not_guessed() {
        ServerNodes two = server("\"a/clip_l.safetensors\",\"b/clip_l.safetensors\"");
        assertThatThrownBy(() -> PartFiles.choose(
                        FamilyGraphs.named("flux1-dev"),
                        new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "flux1-dev.safetensors", null),
                        List.of(),
                        null,
                        two))
                .hasMessageStartingWith("assay.comfyui.textEncoders: Flux.1 dev needs a text encoder")
                .hasMessageContaining("it has: a/clip_l.safetensors, b/clip_l.safetensors");
    }

    @Test
    void the_users_files_win_and_must_be_there() {
        ComfyVariant flux = FamilyGraphs.named("flux1-dev");
        ModelSource model = new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "flux1-dev.safetensors", null);
        assertThat(PartFiles.choose(flux, model, List.of("clip_l.safetensors"), "taef1", server()))
                .isEqualTo(new PartFiles(List.of("clip_l.safetensors"), "taef1"));
        assertThatThrownBy(() -> PartFiles.choose(flux, model, List.of("clip_1.safetensors"), null, server()))
                .hasMessageStartingWith("assay.comfyui.textEncoders: `clip_1.safetensors` is not on the server;"
                        + " it has: clip_l.safetensors");
        assertThatThrownBy(() -> PartFiles.choose(flux, model, List.of(), "qwen_vae.safetensors", server()))
                .hasMessageStartingWith("assay.comfyui.vae: `qwen_vae.safetensors` is not on the server");
        ModelSource whole = new ModelSource(ModelSource.Kind.CHECKPOINT, "x.safetensors");
        assertThat(PartFiles.choose(flux, whole, List.of(), null, server())).isEqualTo(new PartFiles(List.of(), null));
    }

    @Test
    void variants_that_a_name_does_not_tell_are_asked_for_if_their_settings_differ() {
        FamilyGraphs.Choice flux = FamilyGraphs.choose("flux1", "", "my-style-merge.safetensors", null);
        assertThat(flux.graph().name()).isEqualTo("flux1-dev");
        assertThat(flux.certain()).isFalse();
        assertThat(flux.reason())
                .isEqualTo("Flux.1 dev or a finetune of it: its file cannot be told from Flux.1 Krea dev,"
                        + " which is used with the same settings");
        assertThatThrownBy(() -> FamilyGraphs.choose("hidream-i1", "", "mine.safetensors", null))
                .hasMessageEndingWith(
                        "set assay.comfyui.variant to one of hidream-i1-full, hidream-i1-dev, hidream-i1-fast");
        assertThatThrownBy(() -> FamilyGraphs.choose("z-image", "", "zimage-base-to-turbo.safetensors", null))
                .isInstanceOf(GraphException.class);
        assertThat(FamilyGraphs.choose("z-image", "", "mine.safetensors", "z-image-turbo")
                        .reason())
                .isEqualTo("Z-Image turbo, as assay.comfyui.variant says");
        assertThatThrownBy(() -> FamilyGraphs.choose("z-image", "", "mine.safetensors", "z-image-turbp"))
                .hasMessageEndingWith("did you mean z-image-turbo?");
        assertThatThrownBy(() -> FamilyGraphs.choose("wan", "", "w.safetensors", null))
                .hasMessageContaining("no graph for the family wan (a video model")
                .hasMessageContaining("assay.comfyui.workflow");
    }

    @ParameterizedTest
    @CsvSource({
        "DPM++ 2M Karras, dpmpp_2m, karras",
        "Euler a, euler_ancestral,",
        "DPM++ SDE, dpmpp_sde,",
        "DPM++ 2M SDE Karras, dpmpp_2m_sde, karras",
        "DPM++ 2M SDE Heun Exponential, dpmpp_2m_sde_heun, exponential",
        "DPM++ 3M SDE Exponential, dpmpp_3m_sde, exponential",
        "DPM++ 2S a Karras, dpmpp_2s_ancestral, karras",
        "DPM2 a, dpm_2_ancestral,",
        "UniPC, uni_pc,",
        "dpmpp_2m_karras, dpmpp_2m, karras",
        "Euler SGM Uniform, euler, sgm_uniform"
    })
    void samplers_of_other_programs_are_translated(String written, String sampler, String scheduler) {
        assertThat(SamplerNames.parse(written)).contains(new SamplerNames.Name(sampler, scheduler));
    }

    @ParameterizedTest
    @CsvSource({"PLMS", "Restart", "DPM++", "karras", "''"})
    void a_sampler_without_an_equal_is_not_guessed(String written) {
        assertThat(SamplerNames.parse(written)).isEmpty();
    }
}
