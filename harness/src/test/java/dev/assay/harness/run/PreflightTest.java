package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.inspect.Models;
import dev.assay.harness.model.inspect.Trainings;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreflightTest {
    @Test
    void a_lora_that_is_not_at_hand_does_not_pass_for_one_that_was_looked_into() {
        Checkpoint base = new Checkpoint(Path.of("on-the-server.safetensors"));
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(base, List.of()),
                "base",
                new ModelUnderTest(base, List.of(new Lora(Path.of("style.safetensors"), 1))),
                "style",
                0,
                List.of(),
                Use.OPEN,
                Path.of("out"));

        List<Finding> findings = Preflight.of(plan, "comfyui", new LoraReader());

        assertThat(findings)
                .singleElement()
                .satisfies(f -> assertThat(f.level()).isEqualTo(Finding.Level.WARNING))
                .satisfies(f -> assertThat(f.text()).startsWith("style.safetensors: is on the server alone"));
        assertThat(BuiltIn.preflight(1, findings).reason())
                .isInstanceOfSatisfying(
                        Reason.FilesCanWork.class,
                        can -> assertThat(can.warnings()).anyMatch(w -> w.contains("was not looked into")));
    }

    @Test
    void a_lora_of_strength_0_is_an_error_wherever_its_file_lies() {
        Checkpoint base = new Checkpoint(Path.of("on-the-server.safetensors"));
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(base, List.of()),
                "base",
                new ModelUnderTest(base, List.of(new Lora(Path.of("style.safetensors"), 0))),
                "style",
                0,
                List.of(),
                Use.OPEN,
                Path.of("out"));

        assertThat(Preflight.of(plan, "comfyui", new LoraReader()))
                .contains(new Finding(Finding.Level.ERROR, "style.safetensors: changes nothing at strength 0"));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0.5, WARNING, its strengths add up to 1.5",
        "1, -1, ERROR, its strengths add up to 0: it would change nothing"
    })
    void a_lora_that_is_listed_twice_is_said_to_be(double first, double second, Finding.Level level, String words) {
        Checkpoint base = new Checkpoint(Path.of("on-the-server.safetensors"));
        Path file = Path.of("style.safetensors");
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(base, List.of()),
                "base",
                new ModelUnderTest(base, List.of(new Lora(file, first), new Lora(file, second))),
                "style",
                0,
                List.of(),
                Use.OPEN,
                Path.of("out"));

        assertThat(Preflight.of(plan, "comfyui", new LoraReader())).anySatisfy(f -> {
            assertThat(f.level()).isEqualTo(level);
            assertThat(f.text())
                    .startsWith("style.safetensors: is listed 2 times")
                    .contains(words);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "flux-fill, 'Flux.1 dev or a finetune of it, Fill (inpainting) needs a picture and a mask of what to paint"
                + " anew'",
        "sd15-inpaint, 'Stable Diffusion 1.5 or a finetune of it, inpainting needs a picture and a mask'",
        "sdxl-refiner, SDXL refiner needs a picture that the base model began",
    })
    void a_base_that_makes_no_picture_from_a_prompt_alone_stops_the_run(
            String base, String said, @TempDir Path folder) {
        assertThatThrownBy(() -> errors(
                                folder,
                                base,
                                "unet.",
                                "mid_block.attentions.0.transformer_blocks.0.attn1.to_q 1280x1280")
                        .toList())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(said)
                .hasMessageContaining("give a text-to-image model");
    }

    @Test
    void a_lora_that_edits_is_an_error_that_says_so_once(@TempDir Path folder) {
        Path model = HeaderFiles.safetensors(folder.resolve("base.safetensors"), Map.of(), Models.of("flux-dev"));
        Path file = HeaderFiles.safetensors(
                folder.resolve("turn.safetensors"),
                Map.of("modelspec.architecture", "flux-1-kontext/lora"),
                Trainings.lora("transformer.", "transformer_blocks.{0-18}.norm1.linear 18432x3072", "peft"));
        Checkpoint checkpoint = new Checkpoint(model);
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(checkpoint, List.of()),
                "base",
                new ModelUnderTest(checkpoint, List.of(new Lora(file, 1))),
                "turn",
                0,
                List.of(),
                Use.OPEN,
                Path.of("out"));
        assertThat(Preflight.of(plan, "comfyui", new LoraReader()))
                .filteredOn(f -> f.text().contains("beside the prompt"))
                .singleElement()
                .satisfies(f -> assertThat(f.level()).isEqualTo(Finding.Level.ERROR))
                .satisfies(f -> assertThat(f.text())
                        .startsWith("turn.safetensors: is a LoRA for Flux.1")
                        .contains(": it needs a picture to edit beside the prompt"));
    }

    private static Stream<String> foreign(Path folder, String base, String lora) {
        return errors(folder, base, "transformer.", lora).filter(t -> t.contains("another network"));
    }

    private static Stream<String> errors(Path folder, String base, String prefix, String lora) {
        Path model = HeaderFiles.safetensors(folder.resolve("base.safetensors"), Map.of(), Models.of(base));
        Path file = HeaderFiles.safetensors(
                folder.resolve("style.safetensors"), Map.of(), Trainings.lora(prefix, lora, "peft"));
        Checkpoint checkpoint = new Checkpoint(model);
        Plan plan = new Plan(
                null,
                "hash",
                new ModelUnderTest(checkpoint, List.of()),
                "base",
                new ModelUnderTest(checkpoint, List.of(new Lora(file, 1))),
                "style",
                0,
                List.of(),
                Use.OPEN,
                Path.of("out"));
        return Preflight.of(plan, "comfyui", new LoraReader()).stream()
                .filter(f -> f.level() == Finding.Level.ERROR)
                .map(Finding::text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        flux-dev / base_model.model. / transformer_blocks.{0-5}.attn.to_q 3072x3072 / ComfyUI would load none of its 6 modules
        sdxl     / unet. / down_blocks.1.attentions.0.transformer_blocks.0.{attn1.to_q|attn1.to_k} 640x640; down_blocks.1.attentions.0.proj_in 640x640 / ComfyUI would not load 2 of its 3 modules
        """)
    void a_lora_of_which_comfyui_would_load_nothing_or_a_part_is_an_error(
            String base, String prefix, String lora, String said, @TempDir Path folder) {
        assertThat(errors(folder, base, prefix, lora))
                .anySatisfy(t -> assertThat(t).contains(said));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        flux-dev   / transformer_blocks.0.{attn.to_q|attn.to_k|attn.to_v} 3072x3072; transformer_blocks.0.img_mod.1 18432x3072 / Qwen-Image / Flux.1 dev
        flux-dev   / transformer_blocks.{0-59}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072 / Qwen-Image / Flux.1 dev
        chroma     / transformer_blocks.{0-59}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072 / Qwen-Image / Chroma
        qwen-image / transformer_blocks.{0-18}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072 / Flux.1     / Qwen-Image
        flux2      / transformer_blocks.{0-18}.attn.{to_q|to_k|to_v|to_out.0} 3072x3072 / Flux.1     / Flux.2
        flux-dev   / transformer_blocks.{0-4}.attn.to_q 3072x3072; single_transformer_blocks.{0-19}.attn.to_qkv_mlp_proj 27648x3072 / Flux.2, klein 4B / Flux.1 dev
        sd2        / mid_block.attentions.0.transformer_blocks.0.attn2.to_k 1280x768; mid_block.attentions.0.transformer_blocks.0.attn1.to_q 1280x1280 / Stable Diffusion 1.5 / Stable Diffusion 2
        sdxl       / down_blocks.1.attentions.0.transformer_blocks.0.{attn1.to_q|attn1.to_k} 640x640; down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k 640x768 / Stable Diffusion 1.5 / SDXL
        lumina2    / layers.{0-29}.attention.to_q 3840x3840 / Z-Image / Lumina-Image 2.0
        """)
    void a_lora_for_another_family_is_an_error_that_names_both(
            String base, String lora, String its, String theirs, @TempDir Path folder) {
        assertThat(foreign(folder, base, lora))
                .singleElement()
                .satisfies(t -> assertThat(t)
                        .startsWith("style.safetensors: is a LoRA for " + its)
                        .contains("and the base is " + theirs));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        flux2      / single_transformer_blocks.{0-19}.attn.to_qkv_mlp_proj 27648x3072 / Flux.2, klein 4B / Flux.2, dev
        flux2      / transformer_blocks.{0-7}.attn.{to_q|to_k} 4096x4096 / Flux.2, klein 9B / Flux.2, dev
        sd35-medium / transformer_blocks.{0-37}.attn.{to_q|to_k} 2432x2432 / Stable Diffusion 3 or 3.5, large / Stable Diffusion 3.5, medium
        """)
    void a_lora_for_another_size_of_the_family_is_an_error_that_names_both(
            String base, String lora, String its, String theirs, @TempDir Path folder) {
        assertThat(errors(folder, base, "transformer.", lora))
                .anySatisfy(t -> assertThat(t)
                        .startsWith("style.safetensors: is a LoRA for " + its)
                        .contains("and the base is " + theirs)
                        .contains("another size"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '/', textBlock = """
        flux-dev      / transformer_blocks.{0-5}.attn.to_q 3072x3072
        qwen-image    / transformer_blocks.{0-5}.attn.to_q 3072x3072
        chroma        / transformer_blocks.{0-18}.attn.to_q 3072x3072; transformer_blocks.{0-18}.norm1.linear 18432x3072
        flux-schnell  / transformer_blocks.{0-18}.norm1.linear 18432x3072
        flux-dev      / transformer_blocks.{0-18}.attn.to_q 3072x3072; distilled_guidance_layer.layers.{0-4}.linear_1 5120x5120
        sd2           / mid_block.attentions.0.transformer_blocks.0.attn1.to_q 1280x1280
        ssd-1b        / mid_block.attentions.0.transformer_blocks.{0-9}.attn2.to_k 1280x2048
        sd35-medium   / transformer_blocks.{0-23}.attn.to_q 1536x1536
        """)
    void a_lora_that_may_be_for_the_base_or_its_kin_is_not_refused_for_its_family(
            String base, String lora, @TempDir Path folder) {
        assertThat(foreign(folder, base, lora)).isEmpty();
    }
}
