package dev.assay.harness.model.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.inspect.Adapters.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class InspectorTest {
    private static final List<String> FAMILIES = List.of(
            "sd15",
            "sd2",
            "sdxl",
            "sd3",
            "flux1",
            "chroma",
            "flux2",
            "qwen-image",
            "qwen-image-2-1",
            "hidream-i1",
            "z-image",
            "krea2",
            "anima",
            "lumina2",
            "wan",
            "hunyuan-video");

    @TempDir
    Path folder;

    private Inspection inspect(Map<String, String> metadata, List<Entry> tensors) {
        return Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve("model.safetensors"), metadata, tensors));
    }

    private static String kind(Inspection inspection) {
        return inspection.kind().map(ModelKind::word).orElse("none");
    }

    @ParameterizedTest
    @CsvSource({
        "sd15, sd15, Stable Diffusion 1.5 or a finetune of it",
        "sd15-inpaint, sd15, 'Stable Diffusion 1.5 or a finetune of it, inpainting'",
        "sd2, sd2, Stable Diffusion 2 or a finetune of it",
        "sdxl, sdxl, SDXL or a finetune of it",
        "ssd-1b, sdxl, 'SDXL or a finetune of it, SSD-1B'",
        "vega, sdxl, 'SDXL or a finetune of it, Segmind Vega'",
        "koala, sdxl, 'SDXL or a finetune of it, KOALA'",
        "sdxl-refiner, sdxl, SDXL refiner",
        "sd3-medium, sd3, 'Stable Diffusion 3, medium'",
        "sd35-medium, sd3, 'Stable Diffusion 3.5, medium'",
        "sd35-large, sd3, 'Stable Diffusion 3.5, large'",
        "flux-dev, flux1, Flux.1 dev or a finetune of it",
        "flux-fill, flux1, 'Flux.1 dev or a finetune of it, Fill (inpainting)'",
        "flux-lite, flux1, 'Flux.1 dev or a finetune of it, 8 + 38 blocks instead of 19 + 38'",
        "flux-tiny, flux1, 'Flux.1 dev or a finetune of it, 1 + 1 blocks instead of 19 + 38, 128 wide instead of 3072'",
        "flux-schnell, flux1-schnell, Flux.1 schnell or a finetune of it",
        "flux2, flux2, 'Flux.2, dev'",
        "chroma, chroma, Chroma or a finetune of it",
        "chroma-radiance, unknown, Chroma Radiance",
        "qwen-image, qwen-image, Qwen-Image or a finetune of it",
        "qwen-image-2-1, qwen-image-2-1, 'Qwen-Image 2.1 (or its turbo, or a finetune; the file does not tell)'",
        "qwen-image-2-1-fused, qwen-image-2-1, 'Qwen-Image 2.1 (or its turbo, or a finetune; the file does not tell)'",
        "hidream-i1, hidream-i1, 'HiDream-I1 (full, dev, fast or a finetune; the file does not tell)'",
        "hidream-o1, unknown, HiDream-O1",
        "z-image, z-image, 'Z-Image (base, turbo or a finetune; the file does not tell)'",
        "lumina2, lumina2, Lumina-Image 2.0 or a finetune of it",
        "wan, wan, Wan (video)",
        "hunyuan-video, hunyuan-video, Hunyuan Video",
        "hunyuan-image, unknown, Hunyuan Image 2.1",
        "cascade, unknown, Stable Cascade",
        "auraflow, unknown, AuraFlow",
        "hunyuan-dit, unknown, HunyuanDiT",
        "pixart, unknown, PixArt",
        "ideogram4, unknown, Ideogram 4",
        "krea2, krea2, 'Krea 2 (raw, turbo or a finetune; the file does not tell)'",
        "anima, anima, Anima or a finetune of it",
        "cosmos, unknown, Cosmos Predict 2",
        "ovis, unknown, Ovis-Image",
    })
    void diffusion_models_are_known_by_their_layers(String model, String word, String title) {
        Inspection alone = inspect(Map.of(), Models.of(model));
        assertThat(kind(alone)).isEqualTo("diffusion-model");
        assertThat(alone.family()).isEqualTo(word);
        assertThat(alone.familyTitle()).isEqualTo(title);
        assertThat(alone.broken()).isFalse();

        List<Entry> prefixed = new ArrayList<>(Models.under("model.diffusion_model.", Models.of(model)));
        while (prefixed.size() <= 5) { // a prefix counts from six tensors on
            prefixed.add(Entry.of("model.diffusion_model.more." + prefixed.size(), "F16", 1));
        }
        prefixed.addAll(Models.vae("first_stage_model.", 4));
        Inspection whole = Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(folder.resolve("whole.safetensors"), Map.of(), prefixed));
        assertThat(kind(whole)).isEqualTo("checkpoint");
        assertThat(whole.family()).isEqualTo(word);
        assertThat(whole.contents()).contains("vae");
    }

    @ParameterizedTest
    @CsvSource({
        "sd15, sd1, sd15",
        "sdxl, sdxl, sdxl",
        "sd35-large, sd3, sd3",
        "flux-dev, flux, flux1",
        "flux-schnell, flux, flux1-schnell",
        "chroma, flux, chroma",
        "qwen-image, qwen_image, qwen-image",
        "hidream-i1, hidream, hidream-i1",
        "z-image, lumina2, z-image",
        "lumina2, lumina2, lumina2",
        "wan, wan, wan",
        "hunyuan-video, hyvid, hunyuan-video",
        "flux2, flux, flux2",
        "krea2, krea2, krea2",
        "qwen-image-2-1-fused, qwen_image21, qwen-image-2-1",
        "anima, cosmos, anima",
    })
    void gguf_files_are_known_by_their_layers_too(String model, String architecture, String word) {
        Path file = HeaderFiles.gguf(
                folder.resolve("model.gguf"),
                Map.of("general.architecture", architecture, "general.file_type", "7"),
                Models.quantised("Q8_0", 32, Models.of(model)));
        Inspection found = Inspector.ofHeaders().inspect(file);
        assertThat(found.problems()).noneMatch(Finding::isError);
        assertThat(kind(found)).isEqualTo("diffusion-model");
        assertThat(found.family()).isEqualTo(word);
        assertThat(found.quantization()).containsKeys("Q8_0", "F16");
    }

    @ParameterizedTest
    @CsvSource({
        "sd15, sd15, diffusion-model, unet",
        "sdxl, sdxl, diffusion-model, unet",
        "flux_dev, flux1, diffusion-model, dit",
        "flux_schnell, flux1-schnell, diffusion-model, dit",
        "qwen, qwen-image, diffusion-model, dit",
        "clip_l, unknown, text-encoder, clip-l",
        "clip_g, unknown, text-encoder, clip-g",
        "t5xxl, unknown, text-encoder, t5-xxl",
        "vae, unknown, vae, vae",
        "flux_vae, unknown, vae, vae",
        "qwen_vae, unknown, vae, vae",
    })
    void published_files_of_diffusers_are_known(String keys, String family, String kind, String content) {
        Inspection found = inspect(Map.of(), GoldenKeys.of(keys, "BF16"));
        assertThat(kind(found)).isEqualTo(kind);
        assertThat(found.family()).isEqualTo(family);
        assertThat(found.contents()).containsExactly(content);
        assertThat(found.problems()).isEmpty();
    }

    @Test
    void a_published_flux_has_the_published_number_of_parameters() {
        assertThat(inspect(Map.of(), GoldenKeys.of("flux_dev", "BF16")).parameters())
                .isBetween(11_890_000_000L, 11_902_000_000L);
    }

    static Stream<Arguments> adapters() {
        return FAMILIES.stream()
                .flatMap(family -> Adapters.styles(family).stream()
                        .flatMap(style -> Adapters.KINDS.stream().map(kind -> Arguments.of(family, style, kind))));
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void loras_of_every_kind_family_and_prefix_are_known(String family, Style style, String kind) {
        // The rotations of SD 1.5 and 2 have the same shapes; then the word that kohya always writes decides.
        Map<String, String> metadata =
                family.equals("sd2") && kind.endsWith("oft") ? Map.of("ss_base_model_version", "sd_v2") : Map.of();
        Inspection found = inspect(metadata, Adapters.of(family, style, kind));
        assertThat(kind(found)).isEqualTo(kind);
        assertThat(found.family()).isEqualTo(family);
        assertThat(found.broken()).isFalse();
        boolean ranked =
                Set.of("lora", "locon", "loha", "lokr", "glora", "dora").contains(kind);
        assertThat(found.rank().isPresent()).isEqualTo(ranked);
        assertThat(found.contents()).contains(Set.of("sd15", "sd2", "sdxl").contains(family) ? "unet" : "dit");
    }

    @Test
    void the_table_has_every_family_kind_and_prefix() {
        Set<String> prefixes = new TreeSet<>();
        FAMILIES.forEach(f -> Adapters.styles(f).forEach(s -> prefixes.add(s.prefix())));
        assertThat(prefixes)
                .containsExactly(
                        "",
                        "base_model.model.",
                        "diffusion_model.",
                        "lora_transformer_",
                        "lora_unet_",
                        "lycoris_",
                        "transformer.",
                        "unet.");
        assertThat(adapters().count()).isGreaterThan(700);
    }

    @ParameterizedTest
    @CsvSource({"emb_params, 768, sd15", "emb_params, 1024, sd2", "<cat-toy>, 768, sd15", "clip_g, 1280, sdxl"})
    void embeddings_are_known_by_their_width(String name, long width, String family) {
        Inspection found = inspect(Map.of(), List.of(Entry.of(name, "F32", 2, width)));
        assertThat(kind(found)).isEqualTo("embedding");
        assertThat(found.family()).isEqualTo(family);
    }

    @Test
    void a_full_checkpoint_tells_its_parts_and_its_averaged_weights() {
        Inspection found = inspect(
                Map.of(),
                Models.joined(List.of(
                        Models.under("model.diffusion_model.", Models.of("sdxl")),
                        Models.clipL("conditioner.embedders.0.transformer."),
                        List.of(Entry.of("conditioner.embedders.1.model.ln_final.weight", "F16", 1280)),
                        Models.vae("first_stage_model.", 4),
                        List.of(
                                Entry.of("model_ema.decay", "F32"),
                                Entry.of("v_pred", "F32"),
                                Entry.of("ztsnr", "F32")))));
        assertThat(kind(found)).isEqualTo("checkpoint");
        assertThat(found.contents()).containsExactly("unet", "vae", "clip-l", "clip-g");
        assertThat(found.ema()).isTrue();
        assertThat(found.predictionType()).isEqualTo("v (zero terminal SNR)");
    }

    @Test
    void a_diffusers_folder_is_a_checkpoint() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{}");
        for (String part : List.of("transformer", "text_encoder", "text_encoder_2", "vae")) {
            Files.createDirectory(folder.resolve(part));
        }
        HeaderFiles.safetensors(
                folder.resolve("transformer/diffusion_pytorch_model.safetensors"),
                Map.of(),
                GoldenKeys.of("flux_dev", "BF16"));
        HeaderFiles.safetensors(folder.resolve("text_encoder/model.safetensors"), Map.of(), Models.clipL(""));
        HeaderFiles.safetensors(
                folder.resolve("text_encoder_2/model.safetensors"), Map.of(), GoldenKeys.of("t5xxl", "BF16"));
        HeaderFiles.safetensors(
                folder.resolve("vae/diffusion_pytorch_model.safetensors"), Map.of(), Models.vae("", 16));
        Inspection found = Inspector.ofHeaders().inspect(folder);
        assertThat(kind(found)).isEqualTo("checkpoint");
        assertThat(found.family()).isEqualTo("flux1");
        assertThat(found.contents()).containsExactly("dit", "vae", "clip-l", "t5-xxl");
    }

    @Test
    void fp8_schemes_are_told_apart() {
        List<Entry> plain = List.of(Entry.of("joint_blocks.0.context_block.attn.qkv.weight", "F8_E4M3", 8, 8));
        assertThat(inspect(Map.of(), plain).quantizationNote()).contains("plain rounding");
        Inspection scaled = Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(
                        folder.resolve("scaled.safetensors"),
                        Map.of(),
                        Models.joined(List.of(
                                plain,
                                List.of(
                                        Entry.of("scaled_fp8", "F8_E4M3", 2),
                                        Entry.of("joint_blocks.0.context_block.attn.qkv.scale_weight", "F32"))))));
        assertThat(scaled.quantizationNote()).isEqualTo("scaled FP8: 1 layers with a scale");
        Inspection mixed = Inspector.ofHeaders()
                .inspect(HeaderFiles.safetensors(
                        folder.resolve("mixed.safetensors"),
                        Map.of(
                                "_quantization_metadata",
                                "{\"layers\":{\"a\":{\"format\":\"float8_e4m3fn\"},"
                                        + "\"b\":{\"format\":\"nvfp4\"}}}"),
                        plain));
        assertThat(mixed.quantizationNote()).isEqualTo("mixed precision of ComfyUI: float8_e4m3fn 1, nvfp4 1");
    }

    @Test
    void metadata_of_kohya_gives_trainer_base_and_triggers_with_their_sources() {
        Inspection found = inspect(
                Map.of(
                        "ss_network_module", "networks.lora",
                        "ss_base_model_version", "sdxl_base_v1-0",
                        "ss_sd_model_name", "ponyDiffusionV6XL.safetensors",
                        "ss_network_alpha", "16",
                        "ss_dataset_dirs", "{\"10_sks woman\":{\"n_repeats\":10,\"img_count\":20}}",
                        "ss_tag_frequency", "{\"10_sks woman\":{\"sks\":20,\"smile\":5,\"red hair\":19}}",
                        "modelspec.trigger_phrase", "sks woman",
                        "modelspec.license", "CC-BY-4.0",
                        "modelspec.thumbnail", "data:image/jpeg;base64," + "A".repeat(100_000)),
                Adapters.of("sdxl", Adapters.styles("sdxl").get(0), "lora"));
        assertThat(found.trainer()).isEqualTo("kohya sd-scripts (ss_network_module networks.lora)");
        assertThat(found.claimedBase()).isEqualTo("sdxl_base_v1-0, ponyDiffusionV6XL.safetensors");
        assertThat(found.license()).isEqualTo("CC-BY-4.0");
        assertThat(found.triggerWords())
                .containsExactly(
                        new Inspection.Trigger("sks woman", "modelspec.trigger_phrase"),
                        new Inspection.Trigger("sks", "ss_tag_frequency"),
                        new Inspection.Trigger("red hair", "ss_tag_frequency"));
        assertThat(found.contents()).containsExactly("unet", "clip-l", "clip-g");
        assertThat(found.problems()).isEmpty();
    }

    @Test
    void alpha_is_read_from_the_tensors_and_rank_is_not_taken_from_metadata() {
        Inspection found = inspect(
                Map.of("ss_network_dim", "128", "ss_network_alpha", "64"),
                Adapters.of("flux1", Adapters.styles("flux1").get(0), "lora"));
        assertThat(found.rank()).contains(new Inspection.Rank(4, 4, 4));
        assertThat(found.alpha()).hasValue(0.0); // the file is a hole: zeros
    }

    @Test
    void layers_are_counted_by_their_sort_and_types_by_their_weight() {
        Inspection lora =
                inspect(Map.of(), Adapters.of("sd15", Adapters.styles("sd15").get(0), "locon"));
        assertThat(lora.layers())
                .containsOnly(
                        Map.entry("attention", 3),
                        Map.entry("feed-forward", 1),
                        Map.entry("convolution", 1),
                        Map.entry("text encoder", 1));
        Inspection model = Inspector.ofHeaders()
                .inspect(HeaderFiles.gguf(
                        folder.resolve("q.gguf"), Map.of(), Models.quantised("Q6_K", 256, Models.of("flux-dev"))));
        assertThat(model.quantization().keySet()).first().isEqualTo("Q6_K");
        assertThat(model.quantization().get("F16"))
                .isGreaterThan(model.quantization().get("Q6_K"));
    }

    @Test
    void a_claim_that_the_layers_deny_is_a_problem() {
        Inspection found = inspect(
                Map.of("modelspec.architecture", "flux-1-dev/lora"),
                Adapters.of("sdxl", Adapters.styles("sdxl").get(0), "lora"));
        assertThat(found.family()).isEqualTo("sdxl");
        assertThat(found.problems()).anyMatch(p -> p.text().contains("says that it is for flux1"));
    }

    @Test
    void metadata_cannot_write_to_the_terminal() {
        Inspection found = inspect(
                Map.of(
                        "modelspec.trigger_phrase",
                        "\u001b[2J\u001b]0;owned\u0007sks\u202e\u200b\nwoman",
                        "ss_sd_model_name",
                        "x".repeat(10_000)),
                Adapters.of("sd15", Adapters.styles("sd15").get(0), "lora"));
        assertThat(found.triggerWords().get(0).word()).isEqualTo("sks woman");
        assertThat(found.claimedBase()).hasSizeLessThan(250);
    }

    static Stream<Arguments> noModels() {
        return Stream.of(
                Arguments.of("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1", "Git LFS pointer"),
                Arguments.of("<!DOCTYPE html><html><body>Please log in</body></html>", "is a web page"),
                Arguments.of("", "is empty"),
                Arguments.of("<!DOCTYPE html><html><title>Sign in</title></html>", "which says \"Sign in\""),
                Arguments.of(
                        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4265380512\n",
                        "has 4265380512;"),
                Arguments.of("{\"error\":\"Unauthorized\"}", "which says \"Unauthorized\"; the download was refused"),
                Arguments.of(
                        "{\"error\":\"Unauthorized\",\"message\":\"The creator requires you to be logged in\"}",
                        "which says \"The creator requires you to be logged in\"; the download was refused: log in"),
                Arguments.of("{\"detail\": \"Not found\"}", "which says \"Not found\""),
                Arguments.of(
                        "{\"_class_name\": \"FluxPipeline\"}", "is JSON text, not a model; name the .safetensors file"),
                Arguments.of(
                        "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has"
                                + " expired</Message></Error>",
                        "which says \"Request has expired\""),
                Arguments.of(
                        "Access to model x/y is restricted and you are not in the authorized list.",
                        "is a short text, not a model: \"Access to model x/y is restricted"));
    }

    @ParameterizedTest
    @MethodSource("noModels")
    void files_that_are_no_models_are_rows_with_their_problem(String content, String problem) throws IOException {
        Path file = Files.writeString(folder.resolve("x.safetensors"), content);
        Inspection found = Inspector.ofHeaders().inspect(file);
        assertThat(found.broken()).isTrue();
        assertThat(found.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.text()).contains(problem));
    }

    @Test
    void what_a_file_does_not_tell_is_not_guessed() {
        Inspection found =
                inspect(Map.of(), Adapters.of("sd2", Adapters.styles("sd2").get(0), "oft"));
        assertThat(found.familyTitle()).contains("or 2: this kind of LoRA does not tell");
    }

    @Test
    void a_truncated_file_is_a_row_with_its_problem() throws IOException {
        Path file = HeaderFiles.safetensors(
                folder.resolve("cut.safetensors"), Map.of(), List.of(Entry.of("w", "F32", 100)));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 30));
        assertThat(Inspector.ofHeaders().inspect(file).problems().get(0).text()).contains("30 bytes are missing");
    }

    @Test
    void hashes_are_those_of_the_sites_and_come_from_the_cache_the_second_time() throws IOException {
        Path file = HeaderFiles.safetensors(
                folder.resolve("h.safetensors"),
                Map.of(),
                List.of(Entry.of("lora_unet_x.lora_up.weight", "F32", 1000, 1000)));
        byte[] bytes = Files.readAllBytes(file);
        Path cache = folder.resolve("cache/hashes.json");
        List<Long> progress = new ArrayList<>();
        ModelHashes hashes = new ModelHashes(cache);
        Inspection found = Inspector.withHashes(hashes, (f, done, of) -> progress.add(done))
                .inspect(file);
        String whole = Hashes.sha256(bytes);
        int header = bytes.length - 4_000_000;
        String tensors = Hashes.sha256(Arrays.copyOfRange(bytes, header, bytes.length));
        String early = Hashes.sha256(Arrays.copyOfRange(bytes, 0x100000, 0x110000));
        assertThat(found.hashes())
                .containsEntry("SHA256", whole)
                .containsEntry("AutoV2", whole.substring(0, 10).toUpperCase(Locale.ROOT))
                .containsEntry("AutoV3", tensors.substring(0, 12))
                .containsEntry("SHA256-tensors", tensors)
                .containsEntry("AutoV1", early.substring(0, 8));
        assertThat(progress).last().isEqualTo((long) bytes.length);
        progress.clear();
        assertThat(Inspector.withHashes(new ModelHashes(cache), (f, done, of) -> progress.add(done))
                        .inspect(file)
                        .hashes())
                .isEqualTo(found.hashes());
        assertThat(progress).isEmpty();
    }
}
