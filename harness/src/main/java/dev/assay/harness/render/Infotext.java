package dev.assay.harness.render;

import dev.assay.harness.model.Lora;
import dev.assay.harness.suite.GenerationSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as the text that AUTOMATIC1111's web UI keeps in a PNG's {@code parameters}, which ComfyUI, Civitai and most viewers
 * read too: prompt, a line for the negative prompt, a line of settings. Both readers look for the last line that begins with
 * {@code Steps:}; ComfyUI needs the line of the negative prompt even when it is empty.
 */
public final class Infotext {
    /** The web UI's names; ComfyUI makes its own of them again ({@code DPM++ 2M} becomes {@code dpmpp_2m}). */
    private static final Map<String, String> SAMPLERS = Map.ofEntries(
            Map.entry("euler", "Euler"),
            Map.entry("euler_ancestral", "Euler a"),
            Map.entry("heun", "Heun"),
            Map.entry("dpm_2", "DPM2"),
            Map.entry("dpm_2_ancestral", "DPM2 a"),
            Map.entry("lms", "LMS"),
            Map.entry("dpmpp_2s_ancestral", "DPM++ 2S a"),
            Map.entry("dpmpp_sde", "DPM++ SDE"),
            Map.entry("dpmpp_2m", "DPM++ 2M"),
            Map.entry("dpmpp_2m_sde", "DPM++ 2M SDE"),
            Map.entry("dpmpp_3m_sde", "DPM++ 3M SDE"),
            Map.entry("ddim", "DDIM"),
            Map.entry("uni_pc", "UniPC"),
            Map.entry("lcm", "LCM"));

    private static final Map<String, String> SCHEDULES = Map.of(
            "karras", "Karras",
            "exponential", "Exponential",
            "sgm_uniform", "SGM Uniform",
            "normal", "Normal",
            "ddim_uniform", "DDIM",
            "simple", "Simple",
            "beta", "Beta");

    private Infotext() {}

    /**
     * What a picture's file says of how it was made.
     *
     * @param sent {@link Renderer#sent}
     */
    public static Map<String, String> with(RenderRequest request, Map<String, String> sent) {
        Map<String, String> all = new LinkedHashMap<>(sent);
        all.put("parameters", of(request, sent.getOrDefault(Renderer.NEGATIVE, request.negativePrompt())));
        return all;
    }

    /** @param negative that is really sent */
    static String of(RenderRequest r, String negative) {
        GenerationSettings s = r.settings();
        StringBuilder text = new StringBuilder(line(r.prompt()));
        for (Lora lora : r.model().loras()) {
            text.append(" <lora:")
                    .append(stem(lora.path()).replaceAll("[<>:]", "_"))
                    .append(':')
                    .append(strengths(lora))
                    .append('>');
        }
        text.append("\nNegative prompt: ").append(line(negative));
        text.append("\nSteps: ").append(s.steps());
        text.append(", Sampler: ").append(SAMPLERS.getOrDefault(s.sampler(), s.sampler()));
        text.append(", Schedule type: ").append(SCHEDULES.getOrDefault(s.scheduler(), s.scheduler()));
        text.append(", CFG scale: ").append(number(Math.max(1, s.guidanceScale()))); // less is off, too
        if (s.distilledGuidance() != null) {
            text.append(", Distilled CFG Scale: ").append(number(s.distilledGuidance()));
        }
        text.append(", Seed: ").append(r.seed());
        text.append(", Size: ").append(s.width()).append('x').append(s.height());
        text.append(", Model: ").append(quoted(stem(r.model().checkpoint().path())));
        if (s.clipSkip() > 0) {
            text.append(", Clip skip: ").append(s.clipSkip() + 1); // there, 1 uses the last layer
        }
        return text.append(", Version: Assay").toString();
    }

    /** The web UI has one for both, or that of text encoders first. */
    private static String strengths(Lora lora) {
        return (lora.onText() == lora.strength() ? "" : number(lora.onText()) + ":") + number(lora.strength());
    }

    /** A prompt of several lines must not look like the lines after it. */
    private static String line(String prompt) {
        return prompt == null ? "" : prompt.replaceAll("\\R", " ").strip();
    }

    private static String stem(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : line(name.toString()).replaceFirst("\\.(safetensors|ckpt|pt|bin|gguf)$", "");
    }

    /** As the web UI quotes a value that would end early. */
    private static String quoted(String value) {
        return value.matches("[^,:\"\\\\]*") ? value : '"' + value.replaceAll("[\"\\\\]", "_") + '"';
    }

    private static String number(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
                : Double.toString(value);
    }
}
