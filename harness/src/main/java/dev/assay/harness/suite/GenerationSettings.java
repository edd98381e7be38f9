package dev.assay.harness.suite;

/**
 * How pictures are made.
 *
 * @param width in pixels
 * @param height in pixels
 * @param steps sampler steps
 * @param guidanceScale classifier-free guidance; 1 or less switches it off
 * @param sampler {@code ddim}, {@code euler}, {@code euler_ancestral}, {@code dpmpp_2m}
 * @param scheduler spacing of the noise levels: {@code normal} or {@code karras}
 * @param clipSkip layers of the text encoder left out at its end: 0 uses the last
 */
public record GenerationSettings(
        int width, int height, int steps, double guidanceScale, String sampler, String scheduler, int clipSkip) {
    public GenerationSettings withSteps(int newSteps) {
        return new GenerationSettings(width, height, newSteps, guidanceScale, sampler, scheduler, clipSkip);
    }
}
