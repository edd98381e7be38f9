package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.Finding;
import dev.assay.harness.suite.GenerationSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphCheckTest {
    @Test
    void a_graph_that_the_server_can_run_has_no_findings() {
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "style-v2.safetensors");
        assertThat(GraphCheck.check(graph, ServerNodesTest.server(), true)).isEmpty();
        assertThat(GraphCheck.classes(graph.nodes()))
                .containsExactlyInAnyOrder(
                        "UNETLoader",
                        "DualCLIPLoader",
                        "VAELoader",
                        "LoraLoaderModelOnly",
                        "CLIPTextEncode",
                        "ConditioningZeroOut",
                        "FluxGuidance",
                        "EmptySD3LatentImage",
                        "KSampler",
                        "VAEDecode",
                        "SaveImage");
    }

    @Test
    void a_missing_file_names_the_setting_and_the_nearest_files() {
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "style-v3.safetensors");
        assertThat(errors(graph))
                .containsExactly(
                        "assay.lora: `style-v3.safetensors` is not on the server; it has: style-v2.safetensors,"
                                + " sub\\x.safetensors");
    }

    @Test
    void the_other_slash_is_said_rather_than_posted() {
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "sub/x.safetensors");
        assertThat(errors(graph))
                .containsExactly(
                        "assay.lora: the server spells `sub/x.safetensors` as `sub\\x.safetensors`; write it that way");
    }

    @Test
    void unknown_samplers_and_schedulers_are_said_in_the_suites_words() {
        assertThat(errors(flux("flux1-dev.safetensors", "dpmpp_2m_karras", "simpel", "style-v2.safetensors")))
                .containsExactly(
                        "the suite's settings.sampler: the server has no sampler dpmpp_2m_karras; in ComfyUI's words"
                                + " it is sampler dpmpp_2m, scheduler karras",
                        "the suite's settings.scheduler: the server has no scheduler simpel; did you mean simple?");
    }

    @Test
    void a_missing_node_class_names_its_pack() {
        ComfyGraph graph = new ComfyGraph((ObjectNode) ServerNodesTest.json("""
            {"1":{"class_type":"UnetLoaderGGUF","inputs":{"unet_name":"x.gguf"}},
             "2":{"class_type":"Power Lora Loader (rgthree)","inputs":{}},
             "3":{"class_type":"SaveImageWebsocket","inputs":{}},
             "4":{"class_type":"ModelSamplingAuraFlow","inputs":{}},
             "5":{"class_type":"NobodyKnowsThis","inputs":{}}}\
            """), "3", "3", "", Map.of(), List.of());
        List<String> errors = errors(graph);
        assertThat(errors).hasSize(5);
        assertThat(errors.get(0))
                .startsWith("node 1 (UnetLoaderGGUF): the server has no such node; it comes with the node pack"
                        + " ComfyUI-GGUF");
        assertThat(errors.get(1)).contains("rgthree-comfy");
        assertThat(errors.get(2)).contains("--disable-all-custom-nodes");
        assertThat(errors.get(3)).contains("update the server");
        assertThat(errors.get(4)).contains("ComfyUI-Manager");
    }

    @Test
    void an_input_that_the_server_would_ignore_is_an_error_in_our_graphs() {
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "style-v2.safetensors");
        inputs(graph, "2").put("devise", "cpu");
        inputs(graph, "9").put("zzzzzzzzzz", "x");
        inputs(graph, "7").put("_nonce", "again");
        assertThat(errors(graph)).hasSize(2);
        assertThat(errors(graph).get(0))
                .isEqualTo("node 2 (DualCLIPLoader): it has no input devise, and the server would ignore it without a"
                        + " word; did you mean device?");
        List<Finding> theirs = GraphCheck.check(graph, ServerNodesTest.server(), false);
        assertThat(theirs).extracting(Finding::level).containsExactly(Finding.Level.ERROR, Finding.Level.WARNING);
    }

    @Test
    void missing_inputs_dangling_links_and_absent_outputs_are_found() {
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "style-v2.safetensors");
        inputs(graph, "7").remove("denoise");
        inputs(graph, "8").putArray("vae").add("77").add(0);
        inputs(graph, "5").putArray("conditioning").add("4").add(1);
        assertThat(errors(graph))
                .containsExactlyInAnyOrder(
                        "node 7 (KSampler): the server's version of this node needs an input denoise that the graph"
                                + " does not set",
                        "node 8 (VAEDecode): vae is linked to node 77, which is not in the graph",
                        "node 5 (ConditioningZeroOut): conditioning is linked to output 1 of a CLIPTextEncode, which"
                                + " has 1");
    }

    @Test
    void an_input_that_a_younger_server_needs_gets_the_nodes_own_default_but_never_a_file() {
        ServerNodes younger =
                ServerNodesTest.server().and(ServerNodes.of(Map.of("VAEDecode", ServerNodesTest.json("""
                    {"VAEDecode":{"input":{"required":{"samples":["LATENT"],"vae":["VAE"],
                     "mode":[["flow","other"]],"tile":["INT",{"default":64}],"vae_name":[["x.safetensors"]]}},
                     "output":["IMAGE"]}}\
                    """))));
        ComfyGraph graph = flux("flux1-dev.safetensors", "euler", "simple", "style-v2.safetensors");
        ComfyGraph completed = GraphCheck.complete(graph, younger);
        assertThat(completed.nodes().at("/8/inputs/mode").asText()).isEqualTo("flow");
        assertThat(completed.nodes().at("/8/inputs/tile").asInt()).isEqualTo(64);
        assertThat(completed.notes())
                .containsExactly(
                        "node 8 (VAEDecode): the server's version also takes mode; it is flow, the node's own default",
                        "node 8 (VAEDecode): the server's version also takes tile; it is 64, the node's own default");
        assertThat(GraphCheck.check(completed, younger, true))
                .extracting(Finding::text)
                .singleElement()
                .asString()
                .contains("needs an input vae_name");
        assertThat(GraphCheck.complete(graph, ServerNodesTest.server())).isEqualTo(graph);
    }

    private static ObjectNode inputs(ComfyGraph graph, String id) {
        return (ObjectNode) graph.nodes().at("/" + id + "/inputs");
    }

    private static List<String> errors(ComfyGraph graph) {
        return GraphCheck.check(graph, ServerNodesTest.server(), true).stream()
                .map(Finding::text)
                .toList();
    }

    private static ComfyGraph flux(String model, String sampler, String scheduler, String lora) {
        return TextToImage.write(new GraphRequest(
                FamilyGraphs.named("flux1-dev"),
                new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, model, null),
                List.of("clip_l.safetensors", "flux/t5xxl_fp8_e4m3fn_scaled.safetensors"),
                "ae.safetensors",
                List.of(new LoraUse(lora, 1, 1, false)),
                "p",
                null,
                1,
                new GenerationSettings(1024, 1024, 20, 1, sampler, scheduler, 0, 3.5, null),
                "x",
                null));
    }
}
