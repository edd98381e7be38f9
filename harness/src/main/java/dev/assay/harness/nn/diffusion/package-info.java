/** Stable Diffusion: UNet, autoencoder, samplers, pipeline. */
package dev.assay.harness.nn.diffusion;
