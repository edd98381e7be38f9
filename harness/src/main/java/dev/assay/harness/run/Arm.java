package dev.assay.harness.run;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.usage.Usage;

/**
 * One side of a run: the pictures of one model, asked in one way.
 *
 * @param role as {@link RenderTask}
 * @param usage of the prompts
 * @param settings complete
 * @param seedOffset added to the seeds of the suite
 */
record Arm(String role, ModelUnderTest model, Usage usage, GenerationSettings settings, long seedOffset) {
    /** @param seed index in the case */
    RenderRequest request(PromptCase c, int seed, int repeat) {
        return new RenderRequest(
                model,
                usage.prompt(c.prompt()),
                usage.negative(c.negativePrompt()),
                c.seeds().get(seed) + seedOffset,
                settings,
                repeat);
    }
}
