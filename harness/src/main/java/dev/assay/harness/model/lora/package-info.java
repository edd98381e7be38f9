/**
 * LoRA files of every kind, without rendering and without a tensor library: what their names mean, which layers of a base they
 * reach, and what their numbers say. Imports {@code model}, never the other way round.
 */
package dev.assay.harness.model.lora;
