package dev.assay.harness.suite;

import dev.assay.harness.model.Nearest;
import java.util.List;

/**
 * How pictures are made.
 *
 * @param width in pixels, a multiple of 8
 * @param height in pixels, a multiple of 8
 * @param steps sampler steps
 * @param guidanceScale classifier-free guidance; 1 or less switches it off
 * @param sampler {@code ddim}, {@code euler}, {@code euler_ancestral}, {@code dpmpp_2m}
 * @param scheduler spacing of the noise levels: {@code normal} or {@code karras}
 * @param clipSkip layers of the text encoder left out at its end: 0 uses the last
 */
public record GenerationSettings(
        int width, int height, int steps, double guidanceScale, String sampler, String scheduler, int clipSkip) {
    public static final List<String> SAMPLERS = List.of("ddim", "euler", "euler_ancestral", "dpmpp_2m");
    public static final List<String> SCHEDULERS = List.of("normal", "karras");

    public GenerationSettings {
        requireSide("width", width);
        requireSide("height", height);
        Checks.require(steps >= 1 && steps <= 1000, "steps", "1 to 1000", steps);
        Checks.require(guidanceScale >= 0 && guidanceScale <= 100, "guidanceScale", "0 to 100", guidanceScale);
        requireOneOf("sampler", SAMPLERS, sampler);
        requireOneOf("scheduler", SCHEDULERS, scheduler);
        Checks.require(clipSkip >= 0 && clipSkip <= 11, "clipSkip", "0 to 11", clipSkip);
    }

    private static void requireSide(String field, int pixels) {
        Checks.require(
                pixels >= 8 && pixels <= 8192 && pixels % 8 == 0, field, "a multiple of 8 from 8 to 8192", pixels);
    }

    private static void requireOneOf(String field, List<String> known, String found) {
        Checks.require(
                found != null && known.contains(found),
                field,
                "one of " + String.join(", ", known),
                found == null ? null : found + Nearest.hint(found, known));
    }

    public GenerationSettings withSteps(int newSteps) {
        return new GenerationSettings(width, height, newSteps, guidanceScale, sampler, scheduler, clipSkip);
    }
}
