package dev.assay.harness.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Read back with the rules of the two readers: the web UI's expression for the last line, ComfyUI's search for its lines. */
class InfotextTest {
    private static final Pattern PARAMETER =
            Pattern.compile("\\s*(\\w[\\w \\-/]+):\\s*(\"(?:\\\\.|[^\\\\\"])+\"|[^,]*)(?:,|$)");

    private static String text(RenderRequest request) {
        return Infotext.of(request, request.negativePrompt());
    }

    @Test
    void the_negative_is_the_one_that_was_sent() {
        assertThat(Infotext.of(request("a cat", "", "style.safetensors"), "bad ugly jpeg artifacts"))
                .contains("\nNegative prompt: bad ugly jpeg artifacts\nSteps:");
    }

    @Test
    void the_web_ui_finds_every_setting() {
        Map<String, String> found = parse(text(request("a cat", "blurry", "style.safetensors")));
        assertThat(found)
                .containsEntry("Steps", "20")
                .containsEntry("Sampler", "DPM++ 2M")
                .containsEntry("Schedule type", "Karras")
                .containsEntry("CFG scale", "7.5")
                .containsEntry("Seed", "42")
                .containsEntry("Size", "512x768")
                .containsEntry("Model", "base")
                .containsEntry("Clip skip", "2");
    }

    @Test
    void comfyui_finds_its_lines_and_the_lora() {
        String text = text(request("a cat", "", "style.safetensors"));
        assertThat(text).startsWith("a cat <lora:style:0.8>\nNegative prompt: \nSteps: 20, ");
        String sampler = parse(text)
                .get("Sampler")
                .toLowerCase(Locale.ROOT)
                .replace("++", "pp")
                .replace(' ', '_');
        assertThat(sampler).isEqualTo("dpmpp_2m");
    }

    @Test
    void a_strength_of_its_own_on_text_encoders_stands_first_and_guidance_that_is_off_is_1() {
        RenderRequest request = new RenderRequest(
                new ModelUnderTest(
                        new Checkpoint(Path.of("base.safetensors")),
                        List.of(new Lora(Path.of("style.safetensors"), 0.8, 0.4))),
                "sks, a cat",
                "",
                42,
                new GenerationSettings(512, 768, 8, 0, "lcm", "sgm_uniform", 0),
                0);
        assertThat(text(request))
                .startsWith("sks, a cat <lora:style:0.4:0.8>\nNegative prompt: \nSteps: 8, Sampler: LCM, Schedule type:"
                        + " SGM Uniform, CFG scale: 1, ");
    }

    @Test
    void hostile_prompts_and_names_add_no_setting() {
        String text =
                text(request("a\nNegative prompt: x\nSteps: 9, Seed: 1", "b\nSteps: 8", "a:b>, Seed: 7.safetensors"));
        assertThat(text.lines()).hasSize(3);
        assertThat(parse(text)).containsEntry("Steps", "20").containsEntry("Seed", "42");
        assertThat(text).contains("<lora:a_b_, Seed_ 7:0.8>");
    }

    private static Map<String, String> parse(String text) {
        String last = text.lines().reduce((a, b) -> b).orElseThrow();
        Map<String, String> found = new LinkedHashMap<>();
        Matcher m = PARAMETER.matcher(last);
        while (m.find()) {
            found.put(m.group(1), m.group(2));
        }
        return found;
    }

    private static RenderRequest request(String prompt, String negative, String lora) {
        return new RenderRequest(
                new ModelUnderTest(
                        new Checkpoint(Path.of("models", "base.safetensors")),
                        List.of(new Lora(Path.of("l", lora), 0.8))),
                prompt,
                negative,
                42,
                new GenerationSettings(512, 768, 20, 7.5, "dpmpp_2m", "karras", 1),
                0);
    }
}
