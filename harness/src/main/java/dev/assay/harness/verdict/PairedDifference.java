package dev.assay.harness.verdict;

/** One difference, candidate minus base, in the cluster of its prompt. */
public record PairedDifference(String cluster, double value) {}
