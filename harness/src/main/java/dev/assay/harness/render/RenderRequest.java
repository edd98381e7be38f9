package dev.assay.harness.render;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;

/**
 * Everything that decides the pixels of one picture.
 *
 * @param repeat 0 for the picture itself; 1 and up render it again, to measure how much a renderer differs from itself
 */
public record RenderRequest(
        ModelUnderTest model,
        String prompt,
        String negativePrompt,
        long seed,
        GenerationSettings settings,
        int repeat) {}
