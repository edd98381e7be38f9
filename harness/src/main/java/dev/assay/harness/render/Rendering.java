package dev.assay.harness.render;

import dev.assay.harness.image.Image;

/** A finished picture. */
public record Rendering(RenderRequest request, Image image, Provenance provenance) {}
