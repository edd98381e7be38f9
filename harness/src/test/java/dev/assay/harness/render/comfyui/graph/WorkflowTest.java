package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.GraphNodes;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkflowTest {
    private static final String PROMPT = "a \"red\" cube\n\uD83E\uDDCA \\ %seed% {x|y}";

    /** The workflow that every user has: a checkpoint, two texts, a sampler. */
    private static final String SDXL = """
        {"4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"base.safetensors"},"_meta":{"title":"Load"}},
         "5":{"class_type":"EmptyLatentImage","inputs":{"width":832,"height":1216,"batch_size":4}},
         "6":{"class_type":"CLIPTextEncode","inputs":{"text":"old prompt","clip":["4",1]}},
         "7":{"class_type":"CLIPTextEncode","inputs":{"text":"old negative","clip":["4",1]}},
         "3":{"class_type":"KSampler","inputs":{"seed":5,"steps":28,"cfg":6.5,"sampler_name":"dpmpp_2m",
           "scheduler":"karras","denoise":1,"model":["4",0],"positive":["6",0],"negative":["7",0],"latent_image":["5",0]}},
         "8":{"class_type":"VAEDecode","inputs":{"samples":["3",0],"vae":["4",2]}},
         "9":{"class_type":"SaveImage","inputs":{"filename_prefix":"ComfyUI","images":["8",0]}}}\
        """;

    /** Flux with an advanced sampler, a seed in a node of its own, a guidance node. */
    private static final String FLUX = """
        {"1":{"class_type":"UNETLoader","inputs":{"unet_name":"flux1-dev.safetensors","weight_dtype":"default"}},
         "2":{"class_type":"DualCLIPLoader","inputs":{"clip_name1":"l","clip_name2":"t5","type":"flux"}},
         "3":{"class_type":"VAELoader","inputs":{"vae_name":"ae.safetensors"}},
         "10":{"class_type":"PrimitiveInt","inputs":{"value":77},"_meta":{"title":"seed"}},
         "4":{"class_type":"CLIPTextEncode","inputs":{"text":"x","clip":["2",0]}},
         "5":{"class_type":"FluxGuidance","inputs":{"guidance":4,"conditioning":["4",0]}},
         "6":{"class_type":"BasicGuider","inputs":{"model":["12",0],"conditioning":["5",0]}},
         "7":{"class_type":"RandomNoise","inputs":{"noise_seed":["10",0]}},
         "8":{"class_type":"KSamplerSelect","inputs":{"sampler_name":"euler"}},
         "9":{"class_type":"BasicScheduler","inputs":{"scheduler":"simple","steps":20,"denoise":1,"model":["12",0]}},
         "11":{"class_type":"EmptySD3LatentImage","inputs":{"width":1024,"height":768,"batch_size":1}},
         "12":{"class_type":"ModelSamplingFlux","inputs":{"max_shift":1.15,"base_shift":0.5,"width":1024,"height":768,"model":["1",0]}},
         "13":{"class_type":"SamplerCustomAdvanced","inputs":{"noise":["7",0],"guider":["6",0],"sampler":["8",0],"sigmas":["9",0],"latent_image":["11",0]}},
         "14":{"class_type":"VAEDecode","inputs":{"samples":["13",0],"vae":["3",0]}},
         "15":{"class_type":"PreviewImage","inputs":{"images":["14",0]}}}\
        """;

    @Test
    void the_usual_workflow_needs_no_marks() {
        Workflow workflow = read(SDXL);
        assertThat(workflow.settings()).isEqualTo(new GenerationSettings(832, 1216, 28, 6.5, "dpmpp_2m", "karras", 0));
        assertThat(workflow.notes())
                .containsExactly("node 5 (EmptyLatentImage): batch_size is 1 rather than 4: every"
                        + " picture has its own seed");
        ComfyGraph graph = workflow.fill(new Workflow.Request(
                List.of(),
                "other.safetensors",
                PROMPT,
                "bad",
                -1,
                new GenerationSettings(512, 640, 12, 4, "euler", "normal", 0),
                "evals/x",
                null));
        ObjectNode expected = (ObjectNode) ServerNodesTest.json(SDXL);
        inputs(expected, "4").put("ckpt_name", "other.safetensors");
        inputs(expected, "5").put("width", 512).put("height", 640).put("batch_size", 1);
        inputs(expected, "6").put("text", PROMPT);
        inputs(expected, "7").put("text", "bad");
        inputs(expected, "3")
                .put("seed", new java.math.BigInteger("18446744073709551615"))
                .put("steps", 12)
                .put("cfg", 4.0)
                .put("sampler_name", "euler")
                .put("scheduler", "normal");
        inputs(expected, "9").put("filename_prefix", "evals/x");
        assertSame(graph.nodes(), expected);
        assertThat(graph.samplerNode()).isEqualTo("3");
        assertThat(graph.setting("3", "steps")).isEqualTo("the suite's settings.steps");
        assertThat(graph.setting("4", "ckpt_name")).isEqualTo("assay.base or assay.checkpoint");
    }

    static Stream<ComfyVariant> families() {
        return FamilyGraphs.ALL.stream();
    }

    /** Both ways to a graph agree: a family's own graph, read as a user's workflow, is filled to the same graph. */
    @ParameterizedTest
    @MethodSource("families")
    void a_familys_graph_is_a_workflow_whose_places_are_found(ComfyVariant family) {
        ComfyGraph own = TextToImage.write(TextToImageTest.defaults(family, -1, PROMPT));
        String file = TextToImage.write(TextToImageTest.defaults(family, 5, "another"))
                .nodes()
                .toString();
        Workflow workflow = read(file);
        assertThat(workflow.settings()).isEqualTo(FamilyGraphs.settings(family));
        ComfyGraph filled = workflow.fill(new Workflow.Request(
                List.of(), null, PROMPT, null, -1, FamilyGraphs.settings(family), "evals/run/case", null));
        assertSame(filled.nodes(), own.nodes());
        assertThat(filled.samplerNode()).isEqualTo(own.samplerNode());
        ComfyGraph lora = fill(workflow, new LoraUse("a.safetensors", 1, 1, family.has(GraphNodes.Trait.LORA_ON_TEXT)));
        assertThat(GraphShape.problems(lora)).isEmpty();
        assertThat(lora.nodes().findValuesAsText("class_type"))
                .contains(family.has(GraphNodes.Trait.LORA_ON_TEXT) ? "LoraLoader" : "LoraLoaderModelOnly");
    }

    /** The schedule of Flux.2 is by the picture's size. */
    @Test
    void a_scheduler_by_size_follows_the_size() {
        ComfyVariant klein = FamilyGraphs.named("flux2-klein-4b");
        Workflow workflow = read(TextToImage.write(TextToImageTest.defaults(klein, 5, "another"))
                .nodes()
                .toString());
        GenerationSettings smaller = new GenerationSettings(768, 512, 4, 1, "euler", "flux2", 0);
        ObjectNode filled = workflow.fill(
                        new Workflow.Request(List.of(), null, PROMPT, null, 1, smaller, "evals/x", null))
                .nodes();
        assertThat(filled.at("/16/inputs/width").asInt()).isEqualTo(768);
        assertThat(filled.at("/16/inputs/height").asInt()).isEqualTo(512);
        assertThat(workflow.notes()).isEmpty();
        GenerationSettings other = new GenerationSettings(768, 512, 4, 1, "euler", "simple", 0);
        assertThatThrownBy(() ->
                        workflow.fill(new Workflow.Request(List.of(), null, PROMPT, null, 1, other, "evals/x", null)))
                .hasMessageContaining("scheduler");
    }

    @Test
    void the_loras_under_test_follow_the_loader_and_the_base_is_the_same_graph_without() {
        Workflow workflow = read(SDXL);
        ObjectNode base = fill(workflow).nodes();
        ObjectNode candidate = fill(
                        workflow, new LoraUse("a.safetensors", 0.8, 0.5, true), new LoraUse("b", 1, 1, false))
                .nodes();
        assertSame(candidate.get("10"), ServerNodesTest.json("""
            {"class_type":"LoraLoader","inputs":{"model":["4",0],"lora_name":"a.safetensors","strength_model":0.8,
             "clip":["4",1],"strength_clip":0.5}}\
            """));
        assertThat(candidate.at("/11/inputs/model")).isEqualTo(NodeWriter.link("10", 0));
        assertThat(candidate.at("/11/inputs/clip")).isEqualTo(NodeWriter.link("10", 1));
        assertThat(candidate.at("/3/inputs/model")).isEqualTo(NodeWriter.link("11", 0));
        assertThat(candidate.at("/6/inputs/clip")).isEqualTo(NodeWriter.link("11", 1));
        assertThat(candidate.at("/8/inputs/vae")).isEqualTo(NodeWriter.link("4", 2));
        Wiring.bypass(candidate, "11");
        Wiring.bypass(candidate, "10");
        assertThat(candidate).isEqualTo(base);
    }

    @Test
    void an_advanced_sampler_is_followed_to_its_parts_and_a_linked_seed_to_its_node() {
        Workflow workflow = read(FLUX);
        assertThat(workflow.settings())
                .isEqualTo(new GenerationSettings(1024, 768, 20, 1, "euler", "simple", 0, 4.0, null));
        ComfyGraph graph = workflow.fill(new Workflow.Request(
                List.of(new LoraUse("a.safetensors", 1, 1, false)),
                null,
                PROMPT,
                "not this",
                9,
                new GenerationSettings(512, 512, 8, 1, "lcm", "beta", 0, 2.5, null), // a BasicGuider has no guidance
                null,
                "again"));
        JsonNode nodes = graph.nodes();
        assertThat(nodes.at("/10/inputs/value").asLong()).isEqualTo(9);
        assertThat(nodes.at("/7/inputs/noise_seed")).isEqualTo(NodeWriter.link("10", 0));
        assertThat(nodes.at("/4/inputs/text").asText()).isEqualTo(PROMPT);
        assertThat(nodes.at("/5/inputs/guidance").asDouble()).isEqualTo(2.5);
        assertThat(nodes.at("/8/inputs/sampler_name").asText()).isEqualTo("lcm");
        assertThat(nodes.at("/9/inputs/scheduler").asText()).isEqualTo("beta");
        assertThat(nodes.at("/9/inputs/steps").asInt()).isEqualTo(8);
        assertThat(nodes.at("/11/inputs/width").asInt()).isEqualTo(512);
        assertThat(nodes.at("/12/inputs/height").asInt()).isEqualTo(512);
        assertThat(nodes.at("/12/inputs/model")).isEqualTo(NodeWriter.link("16", 0));
        assertThat(nodes.at("/16/class_type").asText()).isEqualTo("LoraLoaderModelOnly");
        assertThat(nodes.at("/13/inputs/_nonce").asText()).isEqualTo("again");
        assertThat(nodes.at("/15/class_type").asText()).isEqualTo("PreviewImage");
        assertThat(graph.notes())
                .contains("the workflow has no place for a negative prompt; the suite's are not used")
                .noneMatch(n -> n.contains("guidanceScale"));
        assertThat(GraphShape.problems(graph)).isEmpty();
    }

    @Test
    void a_lora_that_trains_the_text_encoder_reaches_it_behind_its_own_loader() {
        JsonNode nodes =
                fill(read(FLUX), new LoraUse("te.safetensors", 1, 0.4, true)).nodes();
        assertThat(nodes.at("/16/class_type").asText()).isEqualTo("LoraLoader");
        assertThat(nodes.at("/16/inputs/clip")).isEqualTo(NodeWriter.link("2", 0));
        assertThat(nodes.at("/4/inputs/clip")).isEqualTo(NodeWriter.link("16", 1));
    }

    @Test
    void a_setting_without_a_place_is_refused_unless_it_changes_nothing() {
        assertThatThrownBy(() -> fill(read(FLUX), new GenerationSettings(1024, 768, 20, 3, "euler", "simple", 0)))
                .isInstanceOf(GraphException.class)
                .hasMessage(
                        "the suite's settings.guidanceScale (3.0): my.json has no place for it; write %cfg% into the"
                                + " title of the node that takes it, or leave the setting out of the suite");
        assertThatThrownBy(() -> fill(read(SDXL), new GenerationSettings(512, 512, 20, 3, "euler", "simple", 1)))
                .hasMessageContaining("settings.clipSkip (1)");
        assertThatThrownBy(() ->
                        fill(read(SDXL), new GenerationSettings(512, 512, 20, 3, "euler", "simple", 0, null, 3.0)))
                .hasMessageContaining("settings.shift (3.0)");
    }

    @Test
    void placeholders_in_values_and_titles_mark_places() {
        String text = SDXL.replace("old prompt", "masterpiece, %prompt%, 8k")
                .replace("\"seed\":5", "\"seed\":\"%seed%\"")
                .replace("\"width\":832", "\"width\":\"%width%\"")
                .replace("base.safetensors", "%checkpoint%")
                .replace(
                        "\"clip\":[\"4\",1]}},\n \"3\"",
                        "\"clip\":[\"4\",1]},\"_meta\":{\"title\":\"no %Negative%\"}},\n \"3\"");
        Workflow workflow = read(text);
        assertThat(workflow.settings().width()).isEqualTo(512);
        assertThat(workflow.notes()).anyMatch(n -> n.contains("leaves width to %width%"));
        ComfyGraph graph = workflow.fill(
                new Workflow.Request(List.of(), "m.safetensors", PROMPT, "n", 3, workflow.settings(), "x", null));
        assertThat(graph.nodes().at("/6/inputs/text").asText()).isEqualTo("masterpiece, " + PROMPT + ", 8k");
        assertThat(graph.nodes().at("/7/inputs/text").asText()).isEqualTo("n");
        assertThat(graph.nodes().at("/3/inputs/seed").isIntegralNumber()).isTrue();
        assertThat(graph.nodes().at("/5/inputs/width").isInt()).isTrue();
        assertThat(graph.nodes().at("/4/inputs/ckpt_name").asText()).isEqualTo("m.safetensors");
        assertThatThrownBy(() -> fill(workflow)).hasMessageContaining("leaves the model to %checkpoint%");
    }

    @Test
    void without_a_negative_of_the_suite_the_workflow_keeps_its_own() {
        Workflow own = read(SDXL);
        Workflow marked = read(SDXL.replace("old negative", "ugly, %negative%"));
        assertThat(withoutNegative(own)).isEqualTo("old negative");
        assertThat(withoutNegative(marked)).isEqualTo("ugly, ");
        assertThat(fill(marked).nodes().at("/7/inputs/text").asText()).isEqualTo("ugly, n");
    }

    private static String withoutNegative(Workflow workflow) {
        return workflow.fill(new Workflow.Request(List.of(), null, "p", null, 7, workflow.settings(), "x", null))
                .nodes()
                .at("/7/inputs/text")
                .asText();
    }

    @Test
    void a_nearly_right_placeholder_in_a_title_is_refused() {
        assertThatThrownBy(() -> read(SDXL.replace("\"Load\"", "\"%chekpoint%\"")))
                .hasMessageContaining("no such placeholder as %chekpoint%; did you mean %checkpoint%?");
        assertThatThrownBy(() -> read(SDXL.replace("\"Load\"", "\"%seed%\"")))
                .hasMessageContaining("has no value that %seed% could mean");
    }

    @Test
    void several_samplers_are_ambiguous_until_one_is_marked() {
        String two = SDXL.replace("\"8\":{\"class_type\":\"VAEDecode\",\"inputs\":{\"samples\":[\"3\",0]", """
            "20":{"class_type":"KSampler","inputs":{"seed":6,"steps":10,"cfg":6.5,"sampler_name":"dpmpp_2m",
            "scheduler":"karras","denoise":0.5,"model":["4",0],"positive":["6",0],"negative":["7",0],"latent_image":["21",0]},
            "_meta":{"title":"second"}},
            "21":{"class_type":"LatentUpscale","inputs":{"samples":["3",0],"width":1664,"height":2432}},
            "8":{"class_type":"VAEDecode","inputs":{"samples":["20",0]\
            """);
        assertThatThrownBy(() -> read(two))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("the place of %seed% could be in 2 nodes: ")
                .hasMessageContaining("20 (KSampler, \"second\")")
                .hasMessageContaining("3 (KSampler)");
        String marked = two.replace(
                        "\"latent_image\":[\"5\",0]}}",
                        "\"latent_image\":[\"5\",0]},\"_meta\":{\"title\":\"%seed% %steps% %cfg% %sampler%"
                                + " %scheduler%\"}}")
                .replace("\"title\":\"second\"", "\"title\":\"second %seed%\"");
        ComfyGraph graph = fill(read(marked));
        assertThat(graph.samplerNode()).isEqualTo("3");
        assertThat(graph.nodes().at("/3/inputs/seed").asInt()).isEqualTo(7);
        assertThat(graph.nodes().at("/20/inputs/seed").asInt()).isEqualTo(7);
        assertThat(graph.nodes().at("/21/inputs/width").asInt()).isEqualTo(1664);
    }

    @Test
    void two_texts_joined_are_ambiguous_and_are_named() {
        String joined = SDXL.replace("\"positive\":[\"6\",0]", "\"positive\":[\"30\",0]")
                .replace(
                        "\"8\":{",
                        "\"30\":{\"class_type\":\"ConditioningConcat\",\"inputs\":{\"conditioning_to\":[\"6\",0],"
                                + "\"conditioning_from\":[\"31\",0]}},\"31\":{\"class_type\":\"CLIPTextEncode\",\"inputs\":"
                                + "{\"text\":\"style\",\"clip\":[\"4\",1]},\"_meta\":{\"title\":\"style\"}},\"8\":{");
        assertThatThrownBy(() -> read(joined))
                .hasMessageContaining("%prompt% could be in 2 nodes")
                .hasMessageContaining("31 (CLIPTextEncode, \"style\")");
        assertThat(fill(read(joined.replace("old prompt", "%prompt%")))
                        .nodes()
                        .at("/31/inputs/text")
                        .asText())
                .isEqualTo("style");
    }

    @Test
    void a_control_net_does_not_swap_the_texts() {
        String controlled = SDXL.replace(
                        "\"positive\":[\"6\",0],\"negative\":[\"7\",0]",
                        "\"positive\":[\"40\",0],\"negative\":[\"40\",1]")
                .replace(
                        "\"8\":{",
                        "\"40\":{\"class_type\":\"ControlNetApplyAdvanced\",\"inputs\":{\"positive\":[\"6\",0],\"negative\":"
                                + "[\"7\",0],\"strength\":1}},\"8\":{");
        JsonNode nodes = fill(read(controlled)).nodes();
        assertThat(nodes.at("/6/inputs/text").asText()).isEqualTo("p");
        assertThat(nodes.at("/7/inputs/text").asText()).isEqualTo("n");
    }

    @Test
    void a_workflow_of_the_editor_says_how_to_export() {
        assertThatThrownBy(() -> read("{\"last_node_id\":9,\"nodes\":[{\"id\":1}],\"links\":[],\"version\":0.4}"))
                .isInstanceOf(GraphException.class)
                .hasMessageStartingWith("my.json: ")
                .hasMessageContaining("Workflow > Export (API)")
                .hasMessageContaining("dev mode");
    }

    @Test
    void the_body_of_a_submission_is_read_as_well() {
        assertThat(read("{\"client_id\":\"x\",\"prompt\":" + SDXL + "}").settings())
                .isEqualTo(read(SDXL).settings());
    }

    // ---- LoRAs in the workflow

    private static String withLora(String title, String file) {
        return SDXL.replace("\"model\":[\"4\",0]", "\"model\":[\"12\",0]")
                .replace("\"clip\":[\"4\",1]", "\"clip\":[\"12\",1]")
                .replace(
                        "\"8\":{",
                        "\"12\":{\"class_type\":\"LoraLoader\",\"inputs\":{\"model\":[\"4\",0],\"clip\":[\"4\",1],"
                                + "\"lora_name\":\"" + file + "\",\"strength_model\":1,\"strength_clip\":1},"
                                + "\"_meta\":{\"title\":\"" + title + "\"}},\"8\":{");
    }

    @Test
    void a_lora_of_the_workflow_must_say_what_it_is() {
        assertThatThrownBy(() -> read(withLora("Load LoRA", "lightning.safetensors")))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("12 (LoraLoader, \"Load LoRA\")")
                .hasMessageContaining("%lora%")
                .hasMessageContaining("%keep%");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%lora%", "My %LORA%"})
    void a_marked_lora_is_the_place_of_those_under_test(String title) {
        Workflow workflow = read(withLora(title, "old.safetensors"));
        ObjectNode base = fill(workflow).nodes();
        assertThat(base.has("12")).isFalse();
        assertThat(base.at("/3/inputs/model")).isEqualTo(NodeWriter.link("4", 0));
        assertThat(base.at("/6/inputs/clip")).isEqualTo(NodeWriter.link("4", 1));
        ComfyGraph candidate = fill(workflow, new LoraUse("a", 0.5, 0.25, true), new LoraUse("b", 1, 1, true));
        assertThat(candidate.nodes().findValuesAsText("lora_name")).containsExactly("a", "b");
        assertThat(candidate.nodes().has("12")).isFalse();
        assertThat(GraphShape.problems(candidate)).isEmpty();
        assertThat(candidate.nodes().size()).isEqualTo(base.size() + 2);
    }

    @Test
    void a_loader_that_has_the_lora_under_test_is_its_place() {
        String text = withLora("Load LoRA", "sub\\\\mine.safetensors");
        Workflow workflow =
                Workflow.read("my.json", text.getBytes(StandardCharsets.UTF_8), List.of("sub/mine.safetensors"));
        assertThat(fill(workflow).nodes().findValuesAsText("lora_name")).isEmpty();
        assertThat(fill(workflow, new LoraUse("sub/mine.safetensors", 1, 1, true))
                        .nodes()
                        .findValuesAsText("lora_name"))
                .containsExactly("sub/mine.safetensors");
    }

    @Test
    void another_strength_in_the_workflow_is_said() {
        String text = withLora("Load LoRA", "mine.safetensors").replace("strength_model\":1", "strength_model\":0.7");
        Workflow workflow =
                Workflow.read("my.json", text.getBytes(StandardCharsets.UTF_8), List.of("mine.safetensors"));
        assertThat(fill(workflow, new LoraUse("mine.safetensors", 1, 1, true)).notes())
                .anyMatch(n -> n.contains("at strength 0.7; it is judged at 1.0, as assay.lora says"));
        assertThat(fill(workflow, new LoraUse("mine.safetensors", 0.7, 1, true)).notes())
                .noneMatch(n -> n.contains("at strength"));
    }

    @Test
    void a_marked_place_that_leads_to_no_picture_is_an_error() {
        String text = withLora("%lora%", "x").replace("[\"12\",0]", "[\"4\",0]").replace("[\"12\",1]", "[\"4\",1]");
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(
                        "node 12 (LoraLoader, \"%lora%\") is the place of the LoRA under test, and nothing");
    }

    @Test
    void a_place_that_text_encoders_alone_are_linked_to_is_said() {
        String text = withLora("%lora%", "x").replace("[\"12\",0]", "[\"4\",0]");
        assertThat(fill(read(text), new LoraUse("a", 1, 1, true)).notes())
                .anyMatch(n -> n.contains("no LoRA there reaches the diffusion model"));
    }

    @Test
    void a_lora_that_is_kept_stays_in_base_and_candidate() {
        Workflow workflow = read(withLora("speed %keep%", "lightning.safetensors"));
        assertThat(fill(workflow).nodes().findValuesAsText("lora_name")).containsExactly("lightning.safetensors");
        JsonNode candidate = fill(workflow, new LoraUse("a", 1, 1, true)).nodes();
        assertThat(candidate.at("/12/inputs/model")).isEqualTo(NodeWriter.link("13", 0));
        assertThat(candidate.at("/13/inputs/model")).isEqualTo(NodeWriter.link("4", 0));
        assertThat(candidate.at("/3/inputs/model")).isEqualTo(NodeWriter.link("12", 0));
    }

    @Test
    void an_output_that_a_place_cannot_pass_on_is_named() {
        String text = withLora("%lora%", "x").replace(",\"clip\":[\"4\",1],\"lora_name\"", ",\"lora_name\"");
        assertThatThrownBy(() -> fill(read(text)))
                .isInstanceOf(GraphException.class)
                .hasMessageStartingWith("my.json: an output of node 12 (LoraLoader, \"%lora%\") is used");
    }

    @Test
    void text_encoder_weights_that_a_model_only_place_drops_are_said() {
        String text = withLora("%lora%", "x")
                .replace("LoraLoader\"", "LoraLoaderModelOnly\"")
                .replace(",\"clip\":[\"4\",1],\"lora_name\"", ",\"lora_name\"")
                .replace("[\"12\",1]", "[\"4\",1]");
        ComfyGraph graph = fill(read(text), new LoraUse("te.safetensors", 1, 1, true));
        assertThat(graph.notes())
                .anyMatch(n -> n.startsWith(
                        "weights for a text encoder, if te.safetensors has any, are not loaded by node 12"));
        assertThat(graph.nodes().findValuesAsText("class_type")).contains("LoraLoaderModelOnly");
        assertThat(GraphShape.problems(graph)).isEmpty();
    }

    private static String power(String title, String entries, boolean clip) {
        String text = withLora(title, "x");
        int start = text.indexOf("\"12\":{");
        int end = text.indexOf("\"8\":{", start);
        String node = "\"12\":{\"class_type\":\"Power Lora Loader (rgthree)\",\"inputs\":{"
                + "\"PowerLoraLoaderHeaderWidget\":{\"type\":\"PowerLoraLoaderHeaderWidget\"}," + entries
                + "\"➕ Add Lora\":\"\",\"model\":[\"4\",0]" + (clip ? ",\"clip\":[\"4\",1]" : "")
                + "},\"_meta\":{\"title\":\"" + title + "\"}},";
        String whole = text.substring(0, start) + node + text.substring(end);
        return clip ? whole : whole.replace("[\"12\",1]", "[\"4\",1]");
    }

    private static final String ENTRIES = "\"lora_1\":{\"on\":true,\"lora\":\"one.safetensors\",\"strength\":0.8},"
            + "\"LORA_2\":{\"on\":true,\"lora\":\"two.safetensors\",\"strength\":0.5,\"strengthTwo\":0.1},"
            + "\"lora_3\":{\"on\":false,\"lora\":\"off.safetensors\",\"strength\":1},"
            + "\"lora_4\":{\"on\":true,\"lora\":\"None\",\"strength\":1},"
            + "\"lora_5\":{\"on\":true,\"lora\":\"zero.safetensors\",\"strength\":0,\"strengthTwo\":null},";

    @Test
    void a_question_about_an_expanded_loader_names_the_node_of_the_users_file() {
        assertThatThrownBy(() -> read(power("Style", ENTRIES, true)))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("in the place of 12 (Power Lora Loader (rgthree), \"Style\"), or does")
                .hasMessageNotContaining("13");
    }

    @Test
    void rgthrees_loader_is_expanded_to_comfyuis_own_in_order() {
        ComfyGraph graph = fill(read(power("%keep%", ENTRIES, true)));
        JsonNode nodes = graph.nodes();
        assertThat(nodes.toString()).doesNotContain("rgthree");
        assertThat(nodes.at("/13/inputs/lora_name").asText()).isEqualTo("one.safetensors");
        assertThat(nodes.at("/13/inputs/model")).isEqualTo(NodeWriter.link("4", 0));
        assertThat(nodes.at("/13/inputs/strength_clip").asDouble()).isEqualTo(0.8);
        assertThat(nodes.at("/14/inputs/lora_name").asText()).isEqualTo("two.safetensors");
        assertThat(nodes.at("/14/inputs/strength_model").asDouble()).isEqualTo(0.5);
        assertThat(nodes.at("/14/inputs/strength_clip").asDouble()).isEqualTo(0.1);
        assertThat(nodes.at("/14/inputs/clip")).isEqualTo(NodeWriter.link("13", 1));
        assertThat(nodes.at("/3/inputs/model")).isEqualTo(NodeWriter.link("14", 0));
        assertThat(nodes.findValuesAsText("lora_name")).hasSize(2);
        assertThat(GraphShape.problems(graph)).isEmpty();
    }

    @Test
    void rgthrees_loader_can_be_the_place_and_needs_a_mark_or_the_lora_under_test() {
        assertThatThrownBy(() -> read(power("Loras", ENTRIES, true))).hasMessageContaining("%keep%");
        Workflow marked = read(power("%lora%", "", true));
        assertThat(fill(marked).nodes().findValuesAsText("lora_name")).isEmpty();
        assertThat(fill(marked, new LoraUse("a", 1, 1, true)).nodes().findValuesAsText("lora_name"))
                .containsExactly("a");
        String one = "\"lora_1\":{\"on\":true,\"lora\":\"a\",\"strength\":0.8},";
        Workflow tested =
                Workflow.read("my.json", power("L", one, true).getBytes(StandardCharsets.UTF_8), List.of("a"));
        assertThat(fill(tested).nodes().findValuesAsText("lora_name")).isEmpty();
    }

    @Test
    void rgthrees_loader_without_a_text_encoder_loads_the_model_only() {
        ComfyGraph graph = fill(read(power("%keep%", ENTRIES, false)));
        assertThat(graph.nodes().at("/13/class_type").asText()).isEqualTo("LoraLoaderModelOnly");
        assertThat(graph.nodes().at("/13/inputs").has("strength_clip")).isFalse();
        assertThat(GraphShape.problems(graph)).isEmpty();
    }

    // ---- outputs

    @Test
    void another_packs_output_is_replaced_by_one_that_can_be_fetched() {
        Workflow workflow =
                read(SDXL.replace("\"SaveImage\",\"inputs\":{", "\"Image Save\",\"inputs\":{\"quality\":100,"));
        assertThat(workflow.notes()).contains("node 9 (Image Save) is replaced by one whose pictures can be fetched");
        assertSame(
                fill(workflow).nodes().get("9"),
                ServerNodesTest.json(
                        "{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"8\",0],\"filename_prefix\":\"x\"}}"));
    }

    @Test
    void a_preview_beside_the_saved_picture_is_left_out_and_two_saved_ones_are_ambiguous() {
        String second =
                SDXL.replace("\"9\":{", "\"50\":{\"class_type\":\"%s\",\"inputs\":{\"images\":[\"8\",0]}},\"9\":{");
        assertThat(fill(read(second.formatted("PreviewImage"))).nodes().has("50"))
                .isFalse();
        assertThatThrownBy(() -> read(second.formatted("SaveImage")))
                .hasMessageContaining("2 nodes give out pictures: 50 (SaveImage), 9 (SaveImage)")
                .hasMessageContaining("%output%");
        assertThatThrownBy(() -> read(SDXL.replace("\"images\":[\"8\",0]", "\"pictures\":[\"8\",0]")))
                .hasMessageContaining("no node saves or previews a picture");
    }

    // ---- hostile files

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"x\"",
                "{}",
                "{\"1\":5}",
                "{\"1\":{\"class_type\":7,\"inputs\":{}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":[]}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":[\"2\",0]}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":[\"1\",-1]}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":[\"1\",0]}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":1e9999}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":NaN}}}",
                "{\"1\":{\"class_type\":\"A\",\"inputs\":{}},\"1\":{\"class_type\":\"B\",\"inputs\":{}}}",
                "{\"prompt\":{\"prompt\":{}}}",
                "{\"1\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"2\",0]}},\"2\":{\"class_type\":\"B\",\"inputs\":{}}}"
            })
    void a_file_that_is_no_workflow_says_so(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(GraphException.class).hasMessageStartingWith("my.json: ");
    }

    @Test
    void deep_nesting_long_numbers_many_nodes_and_large_files_are_refused() {
        assertRefused("{\"a\":".repeat(100_000));
        assertRefused("[".repeat(1_000_000));
        assertRefused("{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":" + "9".repeat(100_000) + "}}}");
        StringBuilder many = new StringBuilder("{\"0\":{\"class_type\":\"A\",\"inputs\":{}}");
        for (int i = 1; i < 6000; i++) {
            many.append(",\"").append(i).append("\":{\"class_type\":\"A\",\"inputs\":{}}");
        }
        assertRefused(many + "}");
        assertThatThrownBy(() -> Workflow.read("my.json", new byte[17 << 20], List.of()))
                .hasMessageContaining("at most 16 MiB");
    }

    @Test
    void a_circle_is_named() {
        assertThatThrownBy(() -> read("{\"1\":{\"class_type\":\"A\",\"inputs\":{\"x\":[\"2\",0]}},"
                        + "\"2\":{\"class_type\":\"B\",\"inputs\":{\"x\":[\"1\",0]}}}"))
                .hasMessage("my.json: the nodes 1, 2 wait for each other; cut one of their links");
    }

    @Test
    void a_long_chain_is_followed_without_recursion() {
        StringBuilder chain = new StringBuilder();
        for (int i = 100; i < 4900; i++) {
            chain.append("\"%d\":{\"class_type\":\"Reroute\",\"inputs\":{\"value\":[\"%s\",0]}},"
                    .formatted(i, i == 4899 ? "6" : Integer.toString(i + 1)));
        }
        String text = SDXL.replace("\"positive\":[\"6\",0]", "\"positive\":[\"100\",0]")
                .replace("\"8\":{", chain + "\"8\":{");
        assertThat(fill(read(text)).nodes().at("/6/inputs/text").asText()).isEqualTo("p");
    }

    /** Bytes changed at random: a workflow or a message, never another exception and never a hang. */
    @Test
    void a_mutated_workflow_is_read_or_refused() {
        Random random = new Random(3);
        int read = 0;
        byte[][] seeds = {
            SDXL.getBytes(StandardCharsets.UTF_8),
            FLUX.getBytes(StandardCharsets.UTF_8),
            power("%keep%", ENTRIES, true).getBytes(StandardCharsets.UTF_8),
            withLora("%lora%", "x").getBytes(StandardCharsets.UTF_8)
        };
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = seeds[i % seeds.length].clone();
            for (int k = 1 + random.nextInt(3); k > 0; k--) {
                int at = random.nextInt(bytes.length);
                bytes[at] = random.nextBoolean() ? bytes[random.nextInt(bytes.length)] : (byte) random.nextInt(128);
            }
            try {
                ComfyGraph graph = fill(Workflow.read("my.json", bytes, List.of()), new LoraUse("a", 1, 1, true));
                assertThat(graph.nodes().has(graph.outputNode())).isTrue();
                read++;
            } catch (GraphException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isBetween(100, 1_900);
    }

    private static void assertRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(GraphException.class).hasMessageStartingWith("my.json: ");
    }

    private static Workflow read(String text) {
        return Workflow.read("my.json", text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    private static ComfyGraph fill(Workflow workflow, LoraUse... loras) {
        return workflow.fill(new Workflow.Request(List.of(loras), null, "p", "n", 7, workflow.settings(), "x", null));
    }

    private static ComfyGraph fill(Workflow workflow, GenerationSettings settings) {
        return workflow.fill(new Workflow.Request(List.of(), null, "p", "n", 7, settings, "x", null));
    }

    private static ObjectNode inputs(ObjectNode graph, String id) {
        return (ObjectNode) graph.get(id).get("inputs");
    }

    /** As they are sent. */
    private static void assertSame(JsonNode found, JsonNode expected) {
        assertThat(ServerNodesTest.json(found.toString())).isEqualTo(ServerNodesTest.json(expected.toString()));
    }
}
