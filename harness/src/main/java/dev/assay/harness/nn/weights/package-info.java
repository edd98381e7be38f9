/** Weights by name, and the merge of LoRAs into them. */
package dev.assay.harness.nn.weights;
