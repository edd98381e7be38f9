package dev.assay.harness.render;

import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.suite.GenerationSettings;

/** Everything that decides the pixels of one picture. */
public record RenderRequest(
        ModelUnderTest model, String prompt, String negativePrompt, long seed, GenerationSettings settings) {}
