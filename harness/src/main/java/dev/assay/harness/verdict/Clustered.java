package dev.assay.harness.verdict;

/** A pair that counts, and the prompt in whose cluster it does. */
public record Clustered(String cluster, Measurement pair) {}
