package dev.assay.harness.suite;

import dev.assay.harness.text.KeyText;
import java.util.regex.Pattern;

/**
 * How pictures are made. Samplers and schedulers go by ComfyUI's names; each renderer checks that it has them.
 *
 * @param width in pixels, a multiple of 8
 * @param height in pixels, a multiple of 8
 * @param steps sampler steps
 * @param guidanceScale classifier-free guidance (CFG); 1 or less switches it off
 * @param sampler {@code euler}, {@code dpmpp_2m} ...
 * @param scheduler spacing of the noise levels: {@code normal}, {@code karras}, {@code simple} ...
 * @param clipSkip layers of the text encoder left out at its end: 0 uses the last
 * @param distilledGuidance guidance that a distilled model takes as an input (Flux.1 dev: 3.5); null for the model's own
 * @param shift of the noise levels of a flow model; null for the model's own
 */
public record GenerationSettings(
        int width,
        int height,
        int steps,
        double guidanceScale,
        String sampler,
        String scheduler,
        int clipSkip,
        Double distilledGuidance,
        Double shift)
        implements KeyText.Keyed {
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]*"); // first: the constant below needs it

    /** What most models of the Stable Diffusion 1.5 class are used with. */
    public static final GenerationSettings STABLE_DIFFUSION =
            new GenerationSettings(512, 512, 20, 7, "dpmpp_2m", "karras", 0);

    public GenerationSettings {
        requireSide("width", width);
        requireSide("height", height);
        Checks.require(steps >= 1 && steps <= 1000, "steps", "1 to 1000", steps);
        Checks.require(guidanceScale >= 0 && guidanceScale <= 100, "guidanceScale", "0 to 100", guidanceScale);
        requireWord("sampler", sampler);
        requireWord("scheduler", scheduler);
        Checks.require(clipSkip >= 0 && clipSkip <= 11, "clipSkip", "0 to 11", clipSkip);
        requireWithin("distilledGuidance", distilledGuidance);
        requireWithin("shift", shift);
    }

    public GenerationSettings(
            int width, int height, int steps, double guidanceScale, String sampler, String scheduler, int clipSkip) {
        this(width, height, steps, guidanceScale, sampler, scheduler, clipSkip, null, null);
    }

    /** Width and height of these, and nothing else. */
    public SuiteSettings sizeAlone() {
        return new SuiteSettings(width, height, null, null, null, null, null, null, null);
    }

    private static void requireSide(String field, int pixels) {
        Checks.require(
                pixels >= 8 && pixels <= 8192 && pixels % 8 == 0, field, "a multiple of 8 from 8 to 8192", pixels);
    }

    private static void requireWord(String field, String found) {
        Checks.require(
                found != null && WORD.matcher(found).matches(),
                field,
                "a name as ComfyUI has it: lower-case letters, digits, underscores (dpmpp_2m)",
                found);
    }

    private static void requireWithin(String field, Double value) {
        Checks.require(value == null || (value >= 0 && value <= 100), field, "0 to 100", value);
    }

    @Override
    public String key() {
        return new KeyText("GenerationSettings")
                .with("width", width)
                .with("height", height)
                .with("steps", steps)
                .with("guidanceScale", guidanceScale)
                .with("sampler", sampler)
                .with("scheduler", scheduler)
                .with("clipSkip", clipSkip)
                .with("distilledGuidance", distilledGuidance)
                .with("shift", shift)
                .text();
    }
}
