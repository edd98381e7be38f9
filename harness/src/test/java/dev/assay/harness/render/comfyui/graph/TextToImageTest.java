package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.GraphNodes;
import dev.assay.harness.suite.GenerationSettings;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextToImageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMPT = "a \"red\" cube\n— 立方体 \uD83E\uDDCA, {\\}";
    private static final long SEED = -1; // 2^64 - 1

    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = TextToImageTest.class.getResourceAsStream("/golden/comfyui_graphs.json")) {
            golden = JSON.readTree(in);
        }
    }

    static Stream<String> families() {
        return FamilyGraphs.ALL.stream().map(ComfyVariant::name);
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_family_with_its_defaults_is_the_official_graph(String name) {
        assertSame(name, TextToImage.write(defaults(FamilyGraphs.named(name), SEED, PROMPT)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen_image_edit_2511_bf16.safetensors", "qwen_image_layered_bf16.safetensors"})
    void a_model_that_edits_pictures_gets_no_graph_of_its_familys(String file) {
        assertThatThrownBy(() -> FamilyGraphs.choose("qwen-image", "", file, null))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(file)
                .hasMessageContaining("which needs a picture to")
                .hasMessageContaining("give a text-to-image model");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qwen_image_2.1_int8_convrot.safetensors",
                "qwen-image-2.1-turbo-Q8_0.gguf",
                "Qwen_Image_2_1_bf16.safetensors"
            })
    void a_name_of_another_family_than_the_metadatas_is_asked_about(String file) {
        assertThatThrownBy(() -> FamilyGraphs.choose("qwen-image", "", file, null))
                .hasMessage(file + ": by its name it is Qwen-Image 2.1, by its layers or its metadata Qwen-Image; set"
                        + " assay.models to the folder of the server's models, so that its layers can tell, or"
                        + " assay.comfyui.variant if it is one of qwen-image, qwen-image-2512");
        assertThat(FamilyGraphs.choose("qwen-image-2-1", "", file, null).graph().name())
                .isEqualTo(file.contains("turbo") ? "qwen-image-2-1-turbo" : "qwen-image-2-1");
    }

    @ParameterizedTest
    @MethodSource("families")
    void the_official_file_is_recognised_as_its_variant(String name) {
        ComfyVariant family = FamilyGraphs.named(name);
        FamilyGraphs.Choice choice =
                FamilyGraphs.choose(family.family(), "", "sub\\" + OfficialTemplates.model(name), null);
        assertThat(choice.graph()).isSameAs(family);
        assertThat(choice.certain()).isTrue();
        assertThat(choice.reason()).startsWith(family.title());
    }

    /** The header tells the size, the name what the header does not; out of reach of the header the name tells both. */
    @ParameterizedTest
    @CsvSource({
        "dev, mine.safetensors, flux2-dev",
        "'', flux2-dev-Q4_K_M.gguf, flux2-dev",
        "klein 4B, klein-mine.safetensors, flux2-klein-4b",
        "klein 9B, klein-base-mine.safetensors, flux2-klein-base-9b",
        "klein 9B, flux-2-klein-4b-to-9b.safetensors, flux2-klein-9b",
        "'', FLUX.2-klein-base-9B-Q8_0.gguf, flux2-klein-base-9b",
        "'', flux-2-klein-4b-fp8.safetensors, flux2-klein-4b",
    })
    void the_size_of_a_model_decides_before_its_name(String detail, String file, String variant) {
        assertThat(FamilyGraphs.choose("flux2", detail, file, null).graph().name())
                .isEqualTo(variant);
    }

    /** A file's own word comes before its name; most say neither, and predict noise. */
    @ParameterizedTest
    @CsvSource({
        "v-prediction, mine.safetensors, sdxl-vpred",
        "'', NoobAI-XL-Vpred-v1.0.safetensors, sdxl-vpred",
        "'', noob_v-pred_merge.safetensors, sdxl-vpred",
        "'', waiIllustrious_v140.safetensors, sdxl",
        "'', ponyDiffusionV6XL.safetensors, sdxl",
        "SSD-1B, ssd-1b.safetensors, sdxl",
    })
    void v_prediction_is_told_by_the_file_or_else_by_its_name(String detail, String file, String variant) {
        assertThat(FamilyGraphs.choose("sdxl", detail, file, null).graph().name())
                .isEqualTo(variant);
        assertThat(FamilyGraphs.choose("sdxl", detail, file, "sdxl").graph().name())
                .isEqualTo("sdxl");
    }

    @Test
    void a_variant_of_another_size_than_the_files_is_refused() {
        assertThatThrownBy(() -> FamilyGraphs.choose("flux2", "dev", "mine.safetensors", "flux2-klein-4b"))
                .isInstanceOf(GraphException.class)
                .hasMessage(
                        "assay.comfyui.variant (flux2-klein-4b): mine.safetensors is Flux.2, dev, by its layers; set"
                                + " it to one of flux2-dev");
        assertThatThrownBy(() -> FamilyGraphs.choose("flux2", "klein 4B", "mine.safetensors", null))
                .hasMessageContaining(
                        "Flux.2 klein 4B and Flux.2 klein base 4B have the same tensors and other settings");
        assertThat(FamilyGraphs.choose("flux2", "klein 4B", "mine.safetensors", "flux2-klein-base-4b")
                        .graph()
                        .name())
                .isEqualTo("flux2-klein-base-4b");
        assertThatThrownBy(() -> FamilyGraphs.choose("flux2", "klein 9B", "flux-2-klein-9b-kv-fp8.safetensors", null))
                .hasMessageContaining(
                        "by its name it is Flux.2 klein KV, which needs a picture to edit beside the prompt");
    }

    @Test
    void every_golden_graph_is_compared() {
        assertThat(golden.size()).isEqualTo(FamilyGraphs.ALL.size() + 3);
    }

    @Test
    void loras_of_sdxl_go_through_model_and_text_encoders_in_order() {
        GraphRequest request = new GraphRequest(
                FamilyGraphs.named("sdxl"),
                new ModelSource(ModelSource.Kind.CHECKPOINT, "sd_xl_base_1.0.safetensors"),
                List.of(),
                null,
                List.of(new LoraUse("a.safetensors", 0.8, 0.5, true), new LoraUse("sub/b.safetensors", -1, 0, false)),
                PROMPT,
                "blurry",
                SEED,
                new GenerationSettings(832, 1216, 30, 5.5, "dpmpp_2m", "karras", 1),
                "evals/run/case",
                null);
        assertSame("sdxl, LoRAs", TextToImage.write(request));
    }

    @Test
    void gguf_files_have_their_own_loaders_and_loras_come_before_the_shift() {
        GraphRequest request = new GraphRequest(
                FamilyGraphs.named("flux1-dev"),
                new ModelSource(ModelSource.Kind.GGUF, "flux1-dev-Q8_0.gguf", null),
                List.of("clip_l.safetensors", "t5-v1_1-xxl-Q8_0.gguf"),
                "ae.safetensors",
                List.of(new LoraUse("a.safetensors", 1, 1, false), new LoraUse("te.safetensors", 0.7, 0.6, true)),
                PROMPT,
                "blurry",
                SEED,
                new GenerationSettings(1024, 768, 20, 2, "euler", "simple", 0, 4.5, 1.3),
                "evals/run/case",
                null);
        assertSame("flux, GGUF", TextToImage.write(request));
    }

    @Test
    void a_weight_type_goes_to_the_loader_of_model_only_files() {
        ComfyVariant sd3 = FamilyGraphs.named("sd3");
        GraphRequest request = new GraphRequest(
                sd3,
                new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "sd3.5_large.safetensors", "fp8_e4m3fn"),
                List.of("clip_l.safetensors", "clip_g.safetensors", "t5xxl_fp16.safetensors"),
                "sd3.5_vae.safetensors",
                List.of(),
                PROMPT,
                null,
                SEED,
                new GenerationSettings(1024, 1024, 20, 4.01, "euler", "sgm_uniform", 0, null, 3.0),
                "evals/run/case",
                null);
        assertSame("sd3, model only", TextToImage.write(request));
    }

    /** At 1 the server leaves the negative out; at 0 it would sample away from the prompt. */
    @Test
    void guidance_that_is_off_is_1_and_turns_away_from_nothing() {
        for (double off : List.of(0.0, 0.5, 1.0)) {
            GraphRequest r = defaults(FamilyGraphs.named("sdxl"), 7, PROMPT);
            ComfyGraph graph = TextToImage.write(new GraphRequest(
                    r.family(),
                    r.model(),
                    List.of(),
                    null,
                    List.of(),
                    PROMPT,
                    "blurry",
                    7,
                    new GenerationSettings(1024, 1024, 4, off, "lcm", "sgm_uniform", 0),
                    null,
                    null));
            assertThat(graph.nodes().at("/7/inputs/cfg").asDouble()).isEqualTo(1);
            assertThat(graph.nodes().at("/7/inputs/steps").asInt()).isEqualTo(4);
            assertThat(graph.negative()).isEmpty();
        }
    }

    @Test
    void a_repeat_differs_only_in_the_sampler() {
        for (String name : List.of("sdxl", "chroma")) {
            GraphRequest first = defaults(FamilyGraphs.named(name), 7, PROMPT);
            JsonNode again = TextToImage.write(repeat(first, "run2")).nodes();
            assertThat(again.at("/7/inputs/_nonce").asText()).isEqualTo("run2");
            ((com.fasterxml.jackson.databind.node.ObjectNode) again.at("/7/inputs")).remove("_nonce");
            assertThat(again).isEqualTo(TextToImage.write(first).nodes());
        }
    }

    @Test
    void without_a_name_the_picture_is_a_preview() {
        GraphRequest r = defaults(FamilyGraphs.named("sd15"), 0, PROMPT);
        ComfyGraph graph = TextToImage.write(new GraphRequest(
                r.family(), r.model(), List.of(), null, List.of(), PROMPT, "", 0, r.settings(), null, null));
        assertThat(graph.nodes().path(graph.outputNode()).path("class_type").asText())
                .isEqualTo("PreviewImage");
    }

    /** Any family, files inside or beside, any LoRAs, any settings: links lead somewhere and no node is for nothing. */
    @Test
    void every_link_leads_to_a_node_and_every_node_to_the_output() {
        Random random = new Random(20261124);
        for (int i = 0; i < 3000; i++) {
            ComfyGraph graph = TextToImage.write(anyRequest(random));
            assertThat(GraphShape.problems(graph)).isEmpty();
            assertThat(graph.settings().keySet()).allSatisfy(key -> {
                String id = key.substring(0, key.indexOf('/'));
                assertThat(graph.nodes().has(id)).isTrue();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"quoted\" 'twice' \\ and \\n",
                "two\nlines\r\n\ttab",
                "\uD83D\uDC69\u200D\uD83D\uDE80 emoji, 日本語, \u202Ertl, a\u0301",
                "%prompt% {a|b} (x:1.2) embedding:y <lora:z:1>",
                "\u0000\u0007 control"
            })
    void a_prompt_passes_unchanged(String prompt) throws IOException {
        for (ComfyVariant family : FamilyGraphs.ALL) {
            ComfyGraph graph = TextToImage.write(defaults(family, 1, prompt));
            JsonNode sent = JSON.readTree(JSON.writeValueAsBytes(graph.nodes()));
            JsonNode inputs = sent.at("/4/inputs");
            assertThat((inputs.has("text") ? inputs.get("text") : inputs.get("prompt")).textValue())
                    .isEqualTo(prompt);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void a_seed_has_64_bits_and_no_sign(long seed) throws IOException {
        ComfyGraph graph = TextToImage.write(defaults(FamilyGraphs.named("sd15"), seed, "x"));
        JsonNode sent = JSON.readTree(JSON.writeValueAsString(graph.nodes()));
        assertThat(sent.at("/7/inputs/seed").bigIntegerValue()).isEqualTo(new BigInteger(Long.toUnsignedString(seed)));
        assertThat(sent.at("/7/inputs/seed").isIntegralNumber()).isTrue();
    }

    @Test
    void settings_that_a_family_does_not_have_are_refused() {
        GenerationSettings shifted = new GenerationSettings(512, 512, 20, 7, "euler", "normal", 0, null, 3.0);
        assertThatThrownBy(() -> FamilyGraphs.requireFits(FamilyGraphs.named("sdxl"), shifted))
                .isInstanceOf(GraphException.class)
                .hasMessage("the suite's settings.shift (3.0): SDXL is no flow model; leave the setting out");
        GenerationSettings guided = new GenerationSettings(512, 512, 20, 1, "euler", "normal", 0, 3.5, null);
        assertThatThrownBy(() -> FamilyGraphs.requireFits(FamilyGraphs.named("flux1-schnell"), guided))
                .hasMessageContaining("distilledGuidance");
        GenerationSettings klein = new GenerationSettings(512, 512, 4, 1, "euler", "flux2", 0, null, 2.0);
        assertThatThrownBy(() -> FamilyGraphs.requireFits(FamilyGraphs.named("flux2-klein-4b"), klein))
                .hasMessage(
                        "the suite's settings.shift (2.0): Flux.2 klein 4B has its shift from the picture's size; leave"
                                + " the setting out");
        GenerationSettings longer = new GenerationSettings(512, 512, 12, 1, "euler", "qwen_image_2_1_turbo", 0);
        assertThatThrownBy(() -> FamilyGraphs.requireFits(FamilyGraphs.named("qwen-image-2-1-turbo"), longer))
                .hasMessage("the suite's settings.steps (12): the schedule qwen_image_2_1_turbo of Qwen-Image 2.1 turbo"
                        + " has 8 steps; leave the setting out, or set the suite's settings.scheduler to simple");
        GenerationSettings skipped = new GenerationSettings(512, 512, 20, 1, "euler", "normal", 1);
        assertThatThrownBy(() -> FamilyGraphs.requireFits(FamilyGraphs.named("flux1-dev"), skipped))
                .hasMessageContaining("clipSkip");
    }

    @Test
    void a_model_only_file_needs_the_other_files() {
        ComfyVariant flux = FamilyGraphs.named("flux1-dev");
        ModelSource model = new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "x.safetensors", null);
        assertThatThrownBy(() -> request(flux, model, List.of(), "ae.safetensors"))
                .hasMessage("assay.comfyui.textEncoders: x.safetensors holds the model only; Flux.1 dev needs"
                        + " 2 text encoders, e.g. clip_l.safetensors, t5xxl_fp16.safetensors");
        assertThatThrownBy(() -> request(flux, model, List.of("clip_l.safetensors"), null))
                .hasMessageStartingWith("assay.comfyui.vae: x.safetensors holds the model only");
        assertThatThrownBy(() -> TextToImage.write(request(flux, model, List.of("a", "b", "c"), "ae.safetensors")))
                .hasMessageContaining("found 3 files: a, b, c");
    }

    @Test
    void a_weight_type_for_a_checkpoint_is_refused() {
        assertThatThrownBy(() -> new ModelSource(ModelSource.Kind.CHECKPOINT, "x.safetensors", "fp8_e5m2"))
                .hasMessageContaining("assay.comfyui.weightDtype: fp8_e5m2 is for model-only safetensors");
        assertThatThrownBy(() -> new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, "x.safetensors", "int4"))
                .hasMessageContaining("expected one of default, fp8_e4m3fn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "../x.safetensors", "a/../../x", "a\u0000b", "..\\x"})
    void a_name_that_is_no_file_of_the_server_is_refused(String file) {
        assertThatThrownBy(() -> new LoraUse(file, 1, 1, false))
                .isInstanceOf(GraphException.class)
                .hasMessageStartingWith("assay.lora");
    }

    @Test
    void strengths_are_finite_and_within_what_the_loader_takes() {
        assertThatThrownBy(() -> new LoraUse("a", Double.NaN, 1, false)).hasMessageContaining("from -100 to 100");
        assertThatThrownBy(() -> new LoraUse("a", 1, 101, false)).hasMessageContaining("from -100 to 100");
    }

    private static GraphRequest request(ComfyVariant family, ModelSource model, List<String> text, String vae) {
        return new GraphRequest(
                family, model, text, vae, List.of(), "p", null, 1, FamilyGraphs.settings(family), "x", null);
    }

    private static GraphRequest repeat(GraphRequest r, String nonce) {
        return new GraphRequest(
                r.family(),
                r.model(),
                r.textEncoders(),
                r.vae(),
                r.loras(),
                r.prompt(),
                r.negative(),
                r.seed(),
                r.settings(),
                r.filenamePrefix(),
                nonce);
    }

    /** As the official templates have it: the first three families as full checkpoints, the others model-only. */
    static GraphRequest defaults(ComfyVariant family, long seed, String prompt) {
        String file = OfficialTemplates.model(family.name());
        boolean whole = List.of("sd15", "sdxl", "sdxl-vpred", "sd3").contains(family.name());
        return new GraphRequest(
                family,
                whole
                        ? new ModelSource(ModelSource.Kind.CHECKPOINT, file)
                        : new ModelSource(ModelSource.Kind.DIFFUSION_MODEL, file, null),
                whole ? List.of() : first(family),
                whole ? null : family.vaes().get(0),
                List.of(),
                prompt,
                null,
                seed,
                FamilyGraphs.settings(family),
                "evals/run/case",
                null);
    }

    private static List<String> first(ComfyVariant family) {
        return family.textEncoders().files().stream().map(f -> f.get(0)).toList();
    }

    private static GraphRequest anyRequest(Random random) {
        ComfyVariant family = FamilyGraphs.ALL.get(random.nextInt(FamilyGraphs.ALL.size()));
        ModelSource.Kind kind = List.of(ModelSource.Kind.values()).get(random.nextInt(3));
        ModelSource model = new ModelSource(kind, kind == ModelSource.Kind.GGUF ? "m.gguf" : "m.safetensors");
        boolean whole = kind == ModelSource.Kind.CHECKPOINT && random.nextBoolean();
        List<LoraUse> loras = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            loras.add(new LoraUse("l" + i, random.nextGaussian(), random.nextGaussian(), random.nextBoolean()));
        }
        boolean own = random.nextBoolean();
        GenerationSettings settings = new GenerationSettings(
                64 * (1 + random.nextInt(20)),
                64 * (1 + random.nextInt(20)),
                own ? family.defaults().steps() : 1 + random.nextInt(50),
                random.nextInt(3) * 3,
                "euler",
                own ? family.defaults().scheduler() : "simple",
                family.has(GraphNodes.Trait.CLIP_SKIP) ? random.nextInt(3) : 0,
                family.has(GraphNodes.Trait.DISTILLED_GUIDANCE) && random.nextBoolean()
                        ? Double.valueOf(random.nextInt(9))
                        : null,
                !family.nodes().shift().node().isEmpty() && random.nextBoolean()
                        ? Double.valueOf(random.nextInt(9))
                        : null);
        return new GraphRequest(
                family,
                model,
                whole ? List.of() : first(family),
                whole ? null : "v.safetensors",
                loras,
                "p",
                random.nextBoolean() ? null : "n",
                random.nextLong(),
                settings,
                random.nextBoolean() ? null : "out/x",
                random.nextBoolean() ? null : "again");
    }

    /** As it is sent: the text form decides, so that 1 and 1.0, or a seed's digits, count. */
    private static void assertSame(String name, ComfyGraph graph) {
        try {
            assertThat(JSON.readTree(JSON.writeValueAsBytes(graph.nodes()))).isEqualTo(golden.required(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(GraphShape.problems(graph)).isEmpty();
    }
}
