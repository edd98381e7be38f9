package dev.assay.harness.render.comfyui;

/**
 * What a server can do; probed, not guessed from its version: forks and proxies differ.
 *
 * @param jobs {@code /api/jobs/{id}} tells pending, running and unknown apart (0.8 and later)
 * @param cancel {@code /api/jobs/{id}/cancel} stops one job whatever it is at (0.33 and later)
 */
record Capabilities(boolean jobs, boolean cancel) {}
