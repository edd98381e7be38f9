package dev.assay.harness.render.comfyui.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.TextEncoderFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every variant's settings, files and nodes are those of ComfyUI's newest official template, whose name and version stand in {@link
 * OfficialTemplates#GOLDEN}. Where they are not, the reason is here.
 */
class OfficialTemplatesTest {
    /** The template's asks for a statue without colour, which belongs to its own prompt. */
    private static final String OTHER_NEGATIVE = "sdxl";

    /** What a loader in the template leaves to the model, written out: ComfyUI takes 3.5 for a model of Flux.1 without the node. */
    private static final Map<String, Double> GUIDANCE = Map.of("flux1-dev", 3.5, "flux1-krea-dev", 3.5);

    /** Nodes in place of the template's, to the same effect. */
    private static final Map<String, Map<String, String>> NODES = Map.of(
            "flux1-dev", Map.of("", "FluxGuidance"),
            "flux1-krea-dev", Map.of("", "FluxGuidance"),
            // The same text for both encoders, and a guidance that schnell has no input for.
            "flux1-schnell", Map.of("CLIPTextEncodeFlux", "CLIPTextEncode"),
            // Where the model keeps what does not change from step to step: by itself as this node says.
            "qwen-image-2-1", Map.of("QwenImage21Cache", ""),
            "qwen-image-2-1-turbo", Map.of("QwenImage21Cache", ""),
            // The template edits pictures: there is none of this file without.
            "flux2-klein-9b", Map.of("ReferenceLatent,ReferenceLatent,VAEEncode", ""));

    static Stream<String> variants() {
        return FamilyGraphs.ALL.stream().map(ComfyVariant::name).filter(v -> !OfficialTemplates.WITHOUT.containsKey(v));
    }

    @Test
    void every_variant_but_three_has_a_template_of_a_known_version() {
        assertThat(OfficialTemplates.GOLDEN.get("source").asText())
                .isEqualTo("comfyui-workflow-templates-json 0.1.123");
        assertThat(variants())
                .allSatisfy(
                        v -> assertThat(OfficialTemplates.VARIANTS.has(v)).as(v).isTrue());
        assertThat(OfficialTemplates.VARIANTS.size())
                .isEqualTo(FamilyGraphs.ALL.size() - OfficialTemplates.WITHOUT.size());
    }

    @ParameterizedTest
    @MethodSource("variants")
    void settings_are_the_templates(String name) {
        JsonNode template = OfficialTemplates.VARIANTS.get(name);
        ComfyVariant variant = FamilyGraphs.named(name);
        Defaults defaults = variant.defaults();
        assertThat(defaults.steps()).isEqualTo(template.path("steps").asInt(sigmas(template)));
        assertThat(defaults.cfg()).isEqualTo(template.path("cfg").asDouble(1));
        assertThat(defaults.sampler()).isEqualTo(template.get("sampler").asText());
        if (template.has("scheduler")) {
            assertThat(defaults.scheduler()).isEqualTo(template.get("scheduler").asText());
        }
        assertThat(defaults.side())
                .isEqualTo(template.get("width").asInt())
                .isEqualTo(template.get("height").asInt());
        Double guidance = template.has("guidance")
                ? Double.valueOf(template.get("guidance").asDouble())
                : GUIDANCE.get(name);
        assertThat(defaults.guidance()).isEqualTo(guidance);
        if (template.has("shift")) {
            assertThat(defaults.shift()).isCloseTo(template.get("shift").asDouble(), within(1e-9));
        } else {
            assertThat(defaults.shift()).isNull();
        }
        if (!name.equals(OTHER_NEGATIVE)) {
            assertThat(variant.negative()).isEqualTo(template.path("negative").asText(""));
        }
    }

    /** A guidance of 4.5 that counts from 0: {@code cond + 4.5 (cond - uncond)}. */
    @Test
    void krea_2_raw_is_rendered_as_in_the_example_of_diffusers() {
        Defaults raw = FamilyGraphs.named("krea2-raw").defaults();
        assertThat(raw).isEqualTo(new Defaults(1024, 28, 1 + 4.5, "euler", "simple", null, null));
    }

    /** By the card of NoobAI-XL V-Pred: Euler alone, 28 to 35 steps, a guidance of 4 to 5. */
    @Test
    void v_prediction_is_sampled_by_euler() {
        assertThat(FamilyGraphs.named("sdxl-vpred").defaults())
                .isEqualTo(new Defaults(1024, 28, 5, "euler", "normal", null, null));
    }

    private static int sigmas(JsonNode template) {
        return template.path("sigmas").asText("").split(",", -1).length - 1;
    }

    @ParameterizedTest
    @MethodSource("variants")
    void files_are_the_templates(String name) {
        JsonNode template = OfficialTemplates.VARIANTS.get(name);
        ComfyVariant variant = FamilyGraphs.named(name);
        if (template.has("vae")) {
            assertThat(variant.vaes().get(0)).isEqualTo(template.get("vae").asText());
            List<String> encoders = new ArrayList<>();
            template.get("textEncoders").forEach(e -> encoders.add(e.asText()));
            assertThat(variant.textEncoders().files()).extracting(f -> f.get(0)).isEqualTo(encoders);
            assertThat(variant.textEncoders().types().get(encoders.size()))
                    .isEqualTo(template.path("type").asText(TextEncoderFiles.NO_TYPE));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void nodes_are_the_templates(String name) {
        List<String> theirs = new ArrayList<>();
        OfficialTemplates.VARIANTS.get(name).get("nodes").forEach(n -> theirs.add(n.asText()));
        NODES.getOrDefault(name, Map.of()).forEach((instead, ours) -> {
            List.of(instead.split(",", -1)).forEach(theirs::remove);
            if (!ours.isEmpty()) {
                theirs.add(ours);
            }
        });
        List<String> ours = new ArrayList<>();
        TextToImage.write(TextToImageTest.defaults(FamilyGraphs.named(name), 1, "p"))
                .nodes()
                .forEach(n -> ours.add(n.get("class_type").asText()));
        ours.remove("SaveImage");
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs);
    }
}
