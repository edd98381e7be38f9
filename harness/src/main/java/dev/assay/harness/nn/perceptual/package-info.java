/** Distances between pictures that agree with people's. */
package dev.assay.harness.nn.perceptual;
