package dev.assay.harness.run;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;

/**
 * One picture to get.
 *
 * @param role {@code base} or {@code candidate}
 * @param modelHash as the renderer that will make it knows the model's files
 */
record Shot(Gallery.Pair pair, String role, RenderRequest request, String modelHash) {
    static Shot of(
            Gallery.Pair pair,
            String role,
            PromptCase c,
            ModelUnderTest model,
            String modelHash,
            long seed,
            GenerationSettings settings,
            int repeat) {
        RenderRequest request = new RenderRequest(model, c.prompt(), c.negativePrompt(), seed, settings, repeat);
        return new Shot(pair, role, request, modelHash);
    }
}
