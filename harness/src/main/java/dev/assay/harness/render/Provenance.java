package dev.assay.harness.render;

/**
 * Where a picture comes from.
 *
 * @param device {@code cpu}, or the GPU's name and compute capability
 * @param seconds wall time of this picture
 * @param peakVramBytes 0 on a CPU
 */
public record Provenance(
        String modelHash, String renderer, String rendererVersion, String device, double seconds, long peakVramBytes) {}
