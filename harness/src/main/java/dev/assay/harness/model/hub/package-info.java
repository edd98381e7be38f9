/** Weights of metric networks: where they are, what they are, how they come from the Hugging Face hub. */
package dev.assay.harness.model.hub;
