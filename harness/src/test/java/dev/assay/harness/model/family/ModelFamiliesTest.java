package dev.assay.harness.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.Models;
import dev.assay.harness.model.lora.BaseModules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family is asked every question. */
class ModelFamiliesTest {
    /** The test's model of a family, where it is called otherwise. */
    private static final Map<String, String> MODELS = Map.of(
            "sd3", "sd35-large",
            "flux1", "flux-dev",
            "flux1-schnell", "flux-schnell");

    /** A name in an architecture or a base model version as files have it. */
    private static final Map<String, List<String>> CLAIMS = Map.ofEntries(
            Map.entry("sd15", List.of("stable-diffusion-v1/lora", "sd_v1")),
            Map.entry("sd2", List.of("stable-diffusion-v2-768-v/lora", "sd_v2")),
            Map.entry("sdxl", List.of("stable-diffusion-xl-v1-base/lora", "sdxl_base_v1-0")),
            Map.entry("sd3", List.of("stable-diffusion-3-medium", "sd3.5_large")),
            Map.entry("flux1", List.of("flux-1-dev/lora", "flux1")),
            Map.entry("flux1-schnell", List.of("flux-1-schnell/lora")),
            Map.entry("chroma", List.of("chroma")),
            Map.entry("flux2", List.of("flux-2-dev", "flux2_klein_4b")),
            Map.entry("qwen-image", List.of("qwen-image", "qwen_image")),
            Map.entry("qwen-image-2-1", List.of("qwen-image-2.1", "qwen_image_2.1")),
            Map.entry("hidream-i1", List.of("hidream_i1")),
            Map.entry("z-image", List.of("z-image", "zimage")),
            Map.entry("krea2", List.of("krea2", "krea-2-raw", "krea_2")),
            Map.entry("anima", List.of("anima", "anima-base-v1")),
            Map.entry("lumina2", List.of("lumina-2", "lumina2")),
            Map.entry("wan", List.of("wan2.1")),
            Map.entry("hunyuan-video", List.of("hunyuan-video")));

    /** By ComfyUI LoRA Manager's list of base models, which is Civitai's. */
    private static final Set<String> CIVITAI = Set.of(
            "SD 1.5",
            "SD 2.1",
            "SDXL 1.0",
            "SD 3.5",
            "Flux.1 D",
            "Flux.1 S",
            "Chroma",
            "Qwen",
            "Qwen 2",
            "HiDream",
            "ZImageTurbo",
            "Krea 2",
            "Anima",
            "Lumina",
            "Wan Video",
            "Hunyuan Video");

    @TempDir
    Path folder;

    private int files;

    static Stream<Named<ModelFamily>> families() {
        return ModelFamilies.ALL.stream().map(f -> Named.of(f.id(), f));
    }

    private Inspection inspect(List<Entry> tensors, Map<String, String> metadata) {
        return Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve(files++ + ".safetensors"), metadata, tensors));
    }

    private static List<Entry> model(ModelFamily family) {
        return Models.of(MODELS.getOrDefault(family.id(), family.id()));
    }

    @Test
    void ids_and_titles_are_each_ones_own() {
        assertThat(ModelFamilies.ALL).hasSize(17);
        assertThat(ModelFamilies.ALL).extracting(ModelFamily::id).doesNotHaveDuplicates();
        assertThat(ModelFamilies.ALL).extracting(ModelFamily::title).doesNotHaveDuplicates();
        assertThat(ModelFamilies.ALL).allSatisfy(f -> assertThat(f.id()).matches("[a-z0-9]+(-[a-z0-9]+)*"));
        assertThat(ModelFamilies.of("sdxl")).map(ModelFamily::title).contains("SDXL");
        assertThat(ModelFamilies.of("unknown")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("families")
    void its_models_are_recognised_and_are_not_those_of_another(ModelFamily family) {
        Inspection found = inspect(model(family), Map.of());
        assertThat(found.family()).isEqualTo(family.id());
        assertThat(found.predictionType()).isEqualTo(family.has(FamilyTrait.FLOW) ? "flow" : "");
        assertThat(found.contents().get(0)).isEqualTo(family.has(FamilyTrait.UNET) ? "unet" : "dit");
        assertThat(found.problems().stream().anyMatch(p -> p.text().contains("video model")))
                .isEqualTo(family.has(FamilyTrait.VIDEO));
    }

    /** A LoRA of one layer of each sort, under the names of a published model or else of the test's. */
    @ParameterizedTest
    @MethodSource("families")
    void a_lora_of_its_published_layers_is_its_own(ModelFamily family) {
        List<Map<String, List<Long>>> bases = family.signs().published().isEmpty()
                ? List.of(shapes(model(family)))
                : family.signs().published().stream()
                        .flatMap(m -> m.files().stream())
                        .map(PublishedModel::shapes)
                        .toList();
        for (Map<String, List<Long>> base : bases) {
            List<Entry> lora = new ArrayList<>();
            base.forEach((name, shape) -> {
                if (shape.size() == 2 && name.endsWith(".weight")) {
                    String module = "diffusion_model." + name.substring(0, name.length() - ".weight".length());
                    lora.add(Entry.of(module + ".lora_A.weight", "BF16", 4, shape.get(1)));
                    lora.add(Entry.of(module + ".lora_B.weight", "BF16", shape.get(0), 4));
                }
            });
            Inspection found = inspect(lora, Map.of());
            assertThat(found.family()).isEqualTo(family.loras().family());
            assertThat(found.kind())
                    .hasValueSatisfying(k -> assertThat(k.isAdapter()).isTrue());
        }
    }

    private static Map<String, List<Long>> shapes(List<Entry> entries) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        entries.forEach(e -> shapes.put(e.name(), e.shape()));
        return shapes;
    }

    @ParameterizedTest
    @MethodSource("families")
    void metadata_that_names_it_is_understood_in_one_way(ModelFamily family) {
        assertThat(CLAIMS).containsKey(family.id());
        for (String claim : CLAIMS.get(family.id())) {
            assertThat(Inspector.claimed(Map.of("modelspec.architecture", claim)))
                    .as(claim)
                    .contains(family.id());
            assertThat(Inspector.claimed(Map.of("ss_base_model_version", claim)))
                    .as(claim)
                    .contains(family.id());
        }
        assertThat(family.claims()).isNotEmpty().allSatisfy(w -> assertThat(w).isLowerCase());
    }

    /** Of two families, the more special name tells. */
    @Test
    void the_longest_name_in_the_metadata_tells() {
        assertThat(ModelFamilies.claimed("flux-1-schnell flux1"))
                .map(ModelFamily::id)
                .contains("flux1-schnell");
        assertThat(ModelFamilies.claimed("stable-diffusion-xl-v1-base"))
                .map(ModelFamily::id)
                .contains("sdxl");
        assertThat(ModelFamilies.claimed("")).isEmpty();
        assertThat(ModelFamilies.claimed("pixart")).isEmpty();
    }

    /** As the last that recognises a file wins. */
    @Test
    void of_two_equally_long_names_in_the_metadata_the_later_familys_tells() {
        assertThat(ModelFamilies.claimed("flux-1-dev chroma"))
                .map(ModelFamily::id)
                .contains("chroma");
        assertThat(ModelFamilies.claimed("chroma flux-1-dev"))
                .map(ModelFamily::id)
                .contains("chroma");
    }

    /** A LoRA names the modules of a base as its authors do, and as diffusers does where that differs. */
    @ParameterizedTest
    @MethodSource("families")
    void its_modules_have_the_names_of_authors_and_of_diffusers(ModelFamily family) {
        assertThat(BaseModules.of(shapes(model(family))).isStableDiffusionUnet())
                .isEqualTo(family.has(FamilyTrait.UNET));
        ModuleNaming naming = family.naming();
        BaseModules authors = BaseModules.of(weights(naming.authors()));
        assertThat(authors.isDiffusers()).isFalse();
        assertThat(authors.original().keySet()).isEqualTo(naming.authors());
        assertThat(authors.diffusers().isEmpty()).isEqualTo(naming.authors().isEmpty());
        BaseModules diffusers = BaseModules.of(weights(naming.diffusers()));
        assertThat(diffusers.isDiffusers()).isEqualTo(!naming.diffusers().isEmpty());
        assertThat(diffusers.diffusers().keySet()).isEqualTo(naming.diffusers());
    }

    private static Map<String, List<Long>> weights(Set<String> modules) {
        return modules.stream().collect(Collectors.toMap(m -> m + ".weight", m -> List.of(12L, 4L)));
    }

    @ParameterizedTest
    @MethodSource("families")
    void its_text_encoders_and_latents_are_known(ModelFamily family) {
        TextEncoders encoders = family.textEncoders();
        assertThat(encoders.all().isEmpty())
                .isEqualTo(family.has(FamilyTrait.VIDEO) || !encoders.byWidth().isEmpty());
        assertThat(family.latentChannels()).isIn(4, 16, 32, 64);
        Entry[] vae = {
            Entry.of("encoder.conv_in.weight", "F16", 128, 3, 3, 3),
            Entry.of("decoder.conv_in.weight", "F16", 512, family.latentChannels(), 3, 3)
        };
        if (!family.has(FamilyTrait.VIDEO_LATENTS) && family.loras().family().equals(family.id())) {
            assertThat(inspect(List.of(vae), Map.of()).familyTitle()).contains(family.title());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void other_programs_have_a_name_for_it(ModelFamily family) {
        Optional<String> civitai = family.sites().civitai();
        assertThat(civitai.isPresent()).isEqualTo(!family.id().equals("flux2")); // whose sizes have a name each
        assertThat(CIVITAI).containsAll(civitai.stream().toList());
        assertThat(family.sites().webUi()).isIn("SD1", "SD2", "SDXL", "Unknown");
    }

    @ParameterizedTest
    @MethodSource("families")
    void comfyui_has_a_graph_for_it_or_it_says_why_not(ModelFamily family) {
        ComfyUi comfyui = family.comfyui();
        assertThat(comfyui.variants().isEmpty()).isEqualTo(!comfyui.noneYet().isEmpty());
        assertThat(comfyui.variants()).allSatisfy(v -> {
            assertThat(v.family()).isEqualTo(family.id());
            assertThat(v.name()).startsWith(family.id());
            assertThat(v.vaes()).isNotEmpty();
            assertThat(v.textEncoders().files())
                    .hasSize(Math.max(1, family.textEncoders().all().size())); // where each size has its own
            assertThat(v.textEncoders().types())
                    .containsKey(v.textEncoders().files().size());
            assertThat(v.nodes().shift() == GraphNodes.Shift.NONE).isEqualTo(!family.has(FamilyTrait.FLOW));
            assertThat(v.nodes().latent() == GraphNodes.Latent.CHANNELS_4).isEqualTo(family.latentChannels() == 4);
            assertThat(v.fileHint().isPresent()).isEqualTo(comfyui.variants().size() > 1);
        });
        assertThat(comfyui.loraNames()).isNotEmpty();
        assertThat(comfyui.loraNames().stream().map(s -> s.written("x")).collect(Collectors.toSet()))
                .contains("diffusion_model.x", "lora_unet_x");
    }

    @Test
    void families_without_a_graph_are_these() {
        assertThat(ModelFamilies.ALL.stream().filter(f -> f.comfyui().variants().isEmpty()))
                .extracting(ModelFamily::id)
                .containsExactly("sd2", "lumina2", "wan", "hunyuan-video");
    }

    @Test
    void assays_own_renderer_makes_pictures_with_one() {
        assertThat(ModelFamilies.ALL.stream().filter(f -> f.has(FamilyTrait.LOCAL)))
                .extracting(ModelFamily::id)
                .containsExactly("sd15");
    }

    @Test
    void kin_take_each_others_loras() {
        Set<String> flux = Set.of("flux1", "flux1-schnell", "chroma");
        for (ModelFamily one : ModelFamilies.ALL) {
            for (ModelFamily other : ModelFamilies.ALL) {
                assertThat(ModelFamilies.areKin(one.id(), other.id()))
                        .as(one.id() + " and " + other.id())
                        .isEqualTo(one.equals(other) || (flux.contains(one.id()) && flux.contains(other.id())));
            }
        }
        assertThat(ModelFamilies.areKin("unknown", "flux1")).isFalse();
        assertThat(ModelFamilies.areKin("unknown", "unknown")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "NunchakuFluxTransformer2dModel, flux1",
        "NunchakuQwenImageTransformer2DModel, qwen-image",
        "NunchakuZImageTransformer2DModel, z-image",
        "NunchakuSDXLUNet2DConditionModel, sdxl",
        "FluxTransformer2DModel,",
        "'',",
    })
    void a_model_that_nunchaku_packed_is_known_by_its_class(String modelClass, String family) {
        assertThat(ModelFamilies.packed(modelClass).map(ModelFamily::id)).isEqualTo(Optional.ofNullable(family));
    }

    /** Order decides only between families of which one's files pass the other's test too. */
    @Test
    void few_files_pass_the_test_of_two() {
        Map<String, Set<String>> both = new HashMap<>();
        for (ModelFamily family : ModelFamilies.ALL) {
            Layers layers = Layers.of(headerOf(family));
            for (Recognizer other : ModelFamilies.RECOGNIZERS) {
                other.model(layers)
                        .filter(m -> m.known() && !m.word().equals(family.id()))
                        .ifPresent(m -> both.computeIfAbsent(family.id(), f -> new TreeSet<>())
                                .add(m.word()));
            }
        }
        assertThat(both).isEmpty();
    }

    private Map<String, Tensor> headerOf(ModelFamily family) {
        return ModelHeader.read(
                        HeaderFiles.safetensors(folder.resolve(files++ + ".safetensors"), Map.of(), model(family)))
                .tensors();
    }

    /** One file is all that a new family needs: here one is made, and asked by the same code as the list is. */
    @Test
    void a_family_of_ones_own_is_a_record_and_a_line() {
        ModelFamily own = new ModelFamily(
                "own",
                "Own",
                Set.of(FamilyTrait.FLOW),
                Signs.of(
                        l -> l.has("own_blocks.0.qkv.weight")
                                ? Optional.of(FamilyMatch.of("own", "Own"))
                                : Optional.empty(),
                        l -> l.hasDimension(7) ? Optional.of(FamilyMatch.of("own", "Own")) : Optional.empty()),
                List.of("own-1"),
                LoraFacts.of("own", "Own"),
                ModuleNaming.of(
                        Set.of("own_blocks.0.qkv"),
                        Set.of("blocks.0.to_q"),
                        ModuleRules.of(ModuleRules.rule(
                                "own_blocks.#.qkv", "blocks.$1.to_q", "blocks.$1.to_k", "blocks.$1.to_v"))),
                TextEncoders.of(TextEncoder.T5_XXL),
                16,
                Sites.civitai("Other"),
                ComfyUi.noneYet("it is made up", ComfyUi.EVERY),
                DiffusersPipeline.NOT_KNOWN);
        Layers layers = Layers.of(ModelHeader.read(HeaderFiles.safetensors(
                        folder.resolve(files++ + ".safetensors"),
                        Map.of(),
                        List.of(Entry.of("own_blocks.0.qkv.weight", "F16", 21, 7))))
                .tensors());
        assertThat(own.model(layers)).map(FamilyMatch::word).contains("own");
        assertThat(own.lora(new AdapterLayers(List.of(new AdapterLayers.Layer(0, "own_blocks.0.qkv", 7, 21)), "", "")))
                .isPresent();
        assertThat(ModelFamilies.model(layers)).isEmpty();
        assertThat(own.naming().pairs().ofOriginal(List.of("own_blocks.3.qkv")))
                .containsExactly(new ModuleNaming.Pair(
                        "own_blocks.3.qkv", List.of("blocks.3.to_q", "blocks.3.to_k", "blocks.3.to_v"), false));
        assertThat(own.naming().pairs().ofDiffusers(List.of("blocks.3.to_q")))
                .extracting(ModuleNaming.Pair::original)
                .containsExactly("own_blocks.3.qkv");
        assertThat(own.match("Own").network()).isEqualTo("dit");
    }
}
