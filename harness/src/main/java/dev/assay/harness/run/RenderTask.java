package dev.assay.harness.run;

import dev.assay.harness.render.RenderRequest;

/**
 * One picture to get.
 *
 * @param role {@link #BASE}, {@link #CANDIDATE} or {@link #UNTRIGGERED}
 * @param modelHash as the renderer that will make it knows the model's files
 * @param key of the render store, for that renderer
 */
record RenderTask(RenderQueue.Pair pair, String role, RenderRequest request, String modelHash, String key) {
    static final String BASE = "base";
    static final String CANDIDATE = "candidate";

    /** Of the candidate asked with the plain prompt, where its own pictures have its trigger words. */
    static final String UNTRIGGERED = "untriggered";
}
