package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.render.comfyui.graph.ComfyErrors.Failure;
import dev.assay.harness.render.comfyui.graph.ComfyErrors.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComfyErrorsTest {
    private static final ComfyGraph GRAPH = TextToImage.write(new GraphRequest(
            FamilyGraphs.named("sdxl"),
            new ModelSource(ModelSource.Kind.CHECKPOINT, "base.safetensors"),
            List.of("clip_l.safetensors", "clip_g.safetensors"),
            "vae.safetensors",
            List.of(new LoraUse("style.safetensors", 1, 1, true)),
            "p",
            "",
            1,
            FamilyGraphs.settings(FamilyGraphs.named("sdxl")),
            "x",
            null));

    @Test
    void an_accepted_graph_is_no_failure() {
        assertThat(ComfyErrors.ofSubmission(200, "{\"prompt_id\":\"a\",\"number\":0,\"node_errors\":{}}", GRAPH))
                .isEmpty();
    }

    @Test
    void a_200_with_errors_of_nodes_is_a_failure() {
        String body = "{\"prompt_id\":\"a\",\"number\":0,\"node_errors\":" + nodeErrors("101", "LoraLoader", """
            {"type":"value_not_in_list","message":"Value not in list","details":"",
             "extra_info":{"input_name":"lora_name","input_config":[["a.safetensors"],{}],"received_value":"style.safetensors"}}\
            """) + "}";
        assertThat(ComfyErrors.ofSubmission(200, body, GRAPH))
                .contains(new Failure(
                        Kind.REJECTED, "assay.lora: `style.safetensors` is not on the server; it has: a.safetensors"));
    }

    /** Node, class, the server's error; what the user reads. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1|CheckpointLoaderSimple|value_not_in_list|\"input_name\":\"ckpt_name\",\"input_config\":null,\"received_value\":\"base.safetensors\"|^assay.base"
                        + " or assay.checkpoint: .base.safetensors. is not on the server$",
                "3|VAELoader|value_not_in_list|\"input_name\":\"vae_name\",\"input_config\":[\"COMBO\",{\"options\":[\"v.safetensors\"]}],\"received_value\":\"vae.safetensors\"|^assay.comfyui.vae:"
                        + " .* is not on the server; it has: v.safetensors$",
                "2|DualCLIPLoader|value_not_in_list|\"input_name\":\"clip_name2\",\"input_config\":[[]],\"received_value\":\"clip_g.safetensors\"|^assay.comfyui.textEncoders:"
                        + " .* it has: no such files at all$",
                "7|KSampler|value_not_in_list|\"input_name\":\"sampler_name\",\"input_config\":[[\"euler\",\"lcm\"],{}],\"received_value\":\"eulr\"|^the"
                        + " suite's settings.sampler: the server has no sampler eulr; did you mean euler\\?$",
                "7|KSampler|value_not_in_list|\"input_name\":\"scheduler\",\"input_config\":null,\"received_value\":\"beta57\"|^the"
                        + " suite's settings.scheduler: the server has no scheduler beta57$",
                "7|KSampler|value_bigger_than_max|\"input_name\":\"steps\",\"input_config\":[\"INT\",{\"min\":1,\"max\":10000}],\"received_value\":20000|^the"
                        + " suite's settings.steps \\(20000\\): the server takes 1 to 10000; change it$",
                "6|EmptyLatentImage|value_smaller_than_min|\"input_name\":\"width\",\"input_config\":[\"INT\",{\"min\":16,\"max\":16384}],\"received_value\":8|^the"
                        + " suite's settings.width \\(8\\): the server takes 16 to 16384; change it$",
                "7|KSampler|invalid_input_type|\"input_name\":\"cfg\",\"input_config\":[\"FLOAT\",{}],\"received_value\":\"x\",\"exception_message\":\"e\"|^the"
                        + " suite's settings.guidanceScale: expected FLOAT, found x$",
                "7|KSampler|required_input_missing|\"input_name\":\"new_one\"|^node 7 \\(KSampler\\): the server's"
                        + " version of this node needs an input new_one",
                "7|KSampler|bad_linked_input|\"input_name\":\"model\",\"input_config\":[\"MODEL\"],\"received_value\":[\"1\"]|^node"
                        + " 7 \\(KSampler\\): model: expected a link",
                "7|KSampler|return_type_mismatch|\"input_name\":\"model\",\"input_config\":[\"MODEL\"],\"received_type\":\"CLIP\",\"linked_node\":[\"2\",0]|^node"
                        + " 7 \\(KSampler\\): model: linked to an output of the wrong type",
                "7|KSampler|custom_validation_failed|\"input_name\":\"image\"|the node refuses its value",
                "8|VAEDecode|exception_during_inner_validation|\"input_name\":\"vae\",\"exception_type\":\"KeyError\",\"traceback\":[],\"linked_node\":[\"77\",0]|^node"
                        + " 8 \\(VAEDecode\\): the server failed while checking it: KeyError",
                "9|SaveImage|exception_during_validation|\"exception_type\":\"RuntimeError\",\"traceback\":[]|^node 9"
                        + " \\(SaveImage\\): the server failed while checking it: RuntimeError",
                "7|KSampler|dependency_cycle|\"node_id\":\"7\",\"cycle_nodes\":[\"7\",\"8\"]|the nodes 7, 8 wait for"
                        + " each other",
                "7|KSampler|something_new|\"input_name\":\"cfg\"|^the suite's settings.guidanceScale: said so \\(in"
                        + " detail\\)$"
            })
    void every_error_of_a_node_is_said_in_the_users_settings(
            String id, String nodeClass, String type, String info, String expected) {
        String error = "{\"type\":\"" + type + "\",\"message\":\"said so\",\"details\":\"in detail\",\"extra_info\":{"
                + info + "}}";
        String body = "{\"error\":{\"type\":\"prompt_outputs_failed_validation\",\"message\":\"Prompt outputs failed"
                + " validation\",\"details\":\"\",\"extra_info\":{}},\"node_errors\":"
                + nodeErrors(id, nodeClass, error) + "}";
        Failure failure = ComfyErrors.ofSubmission(400, body, GRAPH).orElseThrow();
        assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
        assertThat(failure.message()).containsPattern(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "missing_node_type|Node 'x' not"
                        + " found|{\"node_id\":\"5\",\"class_type\":\"UnetLoaderGGUF\",\"node_title\":\"x\"}|^node 5"
                        + " \\(UnetLoaderGGUF\\): the server has no such node; it comes with the node pack ComfyUI-GGUF",
                "missing_node_type|m|{\"node_id\":\"5\",\"class_type\":\"Power Lora Loader"
                        + " (rgthree)\",\"node_title\":null}|rgthree-comfy",
                "missing_node_type|m|{\"node_id\":\"5\",\"class_type\":null,\"node_title\":null}|^node 5 has no"
                        + " class_type",
                "invalid_prompt|Cannot execute because node UnetLoaderGGUF does not exist.|{}|^the server has no node"
                        + " UnetLoaderGGUF; .*ComfyUI-GGUF",
                "prompt_no_outputs|Prompt has no outputs|{}|add a SaveImage node",
                "no_prompt|No prompt provided|{}|received no graph",
                "invalid_prompt_id|prompt_id must be a UUID|{}|did not accept the id of the picture",
                "prompt_outputs_failed_validation|Prompt outputs failed validation|{}|Prompt outputs failed validation"
                        + " \\(why\\)",
                "never_seen|odd|{}|^the server did not accept the graph: odd \\(why\\)$"
            })
    void every_error_of_a_graph_says_what_to_do(String type, String message, String info, String expected) {
        String body = "{\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message
                + "\",\"details\":\"why\",\"extra_info\":" + info + "},\"node_errors\":{}}";
        Failure failure = ComfyErrors.ofSubmission(400, body, GRAPH).orElseThrow();
        assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
        assertThat(failure.message()).containsPattern(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500|500 Internal Server Error Server got itself in trouble|HTTP 500",
                "403||Host and Origin",
                "401|Unauthorized|asks for a login",
                "404|<html>not here</html>|no ComfyUI at assay.comfyui.url",
                "413|x|too large",
                "502|Bad Gateway|is ComfyUI running",
                "200|<html>hello</html>|found something else",
                "200|{\"ok\":true}|prompt_id",
                "200|[[[[|prompt_id"
            })
    void an_answer_that_is_not_comfyuis_is_trouble_with_the_server(int status, String body, String expected) {
        Failure failure = ComfyErrors.ofSubmission(status, body, GRAPH).orElseThrow();
        assertThat(failure.kind()).isEqualTo(Kind.SERVER_TROUBLE);
        assertThat(failure.message()).contains(expected);
    }

    @Test
    void a_body_of_deep_nesting_or_no_body_does_no_harm() {
        assertThat(ComfyErrors.ofSubmission(400, "[".repeat(100_000), GRAPH)
                        .orElseThrow()
                        .kind())
                .isEqualTo(Kind.SERVER_TROUBLE);
        assertThat(ComfyErrors.ofSubmission(500, null, GRAPH).orElseThrow().kind())
                .isEqualTo(Kind.SERVER_TROUBLE);
        assertThat(ComfyErrors.ofSubmission(400, "{\"error\":\"only text\"}", GRAPH)
                        .orElseThrow()
                        .message())
                .isEqualTo("the server did not accept the graph: only text");
    }

    @Test
    void a_servers_text_cannot_colour_a_terminal_or_flood_it() {
        Failure failure = ComfyErrors.ofSubmission(500, "\u001b[31mred\u202E" + "x".repeat(100_000), GRAPH)
                .orElseThrow();
        assertThat(failure.message()).doesNotContain("\u001b", "\u202E").hasSizeLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "torch.OutOfMemoryError|Allocation on device 0 would exceed allowed memory. (out of memory)",
                "torch.cuda.OutOfMemoryError|CUDA out of memory. Tried to allocate 2.00 GiB",
                "RuntimeError|x. This error means you ran out of memory on your GPU."
            })
    void a_full_gpu_is_told_from_other_failures(String error) {
        Failure failure = ComfyErrors.ofExecution(execution("7", "KSampler", error), GRAPH);
        assertThat(failure.kind()).isEqualTo(Kind.OUT_OF_MEMORY);
        assertThat(failure.message()).startsWith("node 7 (KSampler): the server's GPU ran out of memory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RuntimeError|[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: not enough memory: you tried"
                        + " to allocate 9 bytes.",
                "RuntimeError|[enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate"
                        + " memory: you tried to allocate 99999 bytes. Error code 12 (Cannot allocate memory)",
                "MemoryError|"
            })
    void a_full_main_memory_is_told_from_a_full_gpu(String error) {
        Failure failure = ComfyErrors.ofExecution(execution("7", "KSampler", error), GRAPH);
        assertThat(failure.kind()).isEqualTo(Kind.OUT_OF_MEMORY);
        assertThat(failure.message())
                .startsWith("node 7 (KSampler): the server ran out of main memory")
                .doesNotContain("--lowvram", "GPU");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1;UnetLoaderGGUF;assay.base or assay.checkpoint: base.safetensors",
                "101;LoraLoader;assay.lora: style.safetensors",
                "3;VAELoader;assay.comfyui.vae: vae.safetensors"
            })
    void a_size_mismatch_at_a_loader_is_the_files_and_not_the_text_encoders(
            String id, String nodeClass, String expected) {
        Failure failure = ComfyErrors.ofExecution(
                execution(id, nodeClass, "RuntimeError|size mismatch for img_in.weight: copying a param"), GRAPH);
        assertThat(failure.kind()).isEqualTo(Kind.MISMATCH);
        assertThat(failure.message())
                .startsWith(expected + ": the file's tensors do not fit")
                .doesNotContain("textEncoders");
    }

    @Test
    void an_assertion_without_words_says_where_it_stands() {
        assertThat(ComfyErrors.ofExecution(execution("1", "CheckpointLoaderSimple", "AssertionError|"), GRAPH)
                        .message())
                .isEqualTo("node 1 (CheckpointLoaderSimple): AssertionError: at line 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "7;KSampler;RuntimeError|mat1 and mat2 shapes cannot be multiplied (77x768 and"
                        + " 2048x640);assay.comfyui.textEncoders",
                "8;VAEDecode;RuntimeError|Given groups=1, weight of size [512, 16, 3, 3], expected input[1, 4, 64, 64]"
                        + " to have 16 channels;assay.comfyui.vae",
                "4;CLIPTextEncode;RuntimeError|ERROR: clip input is invalid: None;assay.comfyui.textEncoders",
                "8;VAEDecode;RuntimeError|ERROR: VAE is invalid: None;assay.comfyui.vae"
            })
    void files_of_different_families_name_the_setting(String id, String nodeClass, String error, String expected) {
        Failure failure = ComfyErrors.ofExecution(execution(id, nodeClass, error), GRAPH);
        assertThat(failure.kind()).isEqualTo(Kind.MISMATCH);
        assertThat(failure.message())
                .startsWith(expected)
                .contains("node " + id + " (" + nodeClass + "): RuntimeError: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1;CheckpointLoaderSimple;RuntimeError|ERROR: Could not detect model type of:"
                        + " /models/base.safetensors;assay.base or assay.checkpoint: base.safetensors: the server does not"
                        + " know this kind of model",
                "101;LoraLoader;safetensors_rust.SafetensorError|Error while deserializing header:"
                        + " HeaderTooLarge;assay.lora: style.safetensors: the file on the server is damaged",
                "3;VAELoader;FileNotFoundError|Model in folder 'vae' with filename 'vae.safetensors' not"
                        + " found.;assay.comfyui.vae: vae.safetensors: the server lists the file but cannot find it"
            })
    void a_file_that_cannot_be_loaded_names_its_setting(String id, String nodeClass, String error, String expected) {
        Failure failure = ComfyErrors.ofExecution(execution(id, nodeClass, error), GRAPH);
        assertThat(failure.kind()).isEqualTo(Kind.NODE_FAILED);
        assertThat(failure.message()).startsWith(expected);
    }

    @Test
    void other_exceptions_and_blocks_keep_their_words() {
        assertThat(ComfyErrors.ofExecution(
                        execution("7", "KSampler", "builtins.ZeroDivisionError|division by zero\n"), GRAPH))
                .isEqualTo(new Failure(Kind.NODE_FAILED, "node 7 (KSampler): ZeroDivisionError: division by zero"));
        assertThat(ComfyErrors.ofExecution(execution("7", "KSampler", "ExecutionBlocked|Execution Blocked: no"), GRAPH))
                .isEqualTo(new Failure(Kind.BLOCKED, "node 7 (KSampler): Execution Blocked: no"));
    }

    private static JsonNode execution(String id, String nodeClass, String error) {
        int bar = error.indexOf('|');
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .valueToTree(Map.of(
                        "node_id", id,
                        "node_type", nodeClass,
                        "exception_type", error.substring(0, bar),
                        "exception_message", error.substring(bar + 1),
                        "traceback", List.of("line 1")));
    }

    private static String nodeErrors(String id, String nodeClass, String error) {
        return "{\"" + id + "\":{\"errors\":[" + error + "],\"dependent_outputs\":[\"9\"],\"class_type\":\"" + nodeClass
                + "\"}}";
    }
}
