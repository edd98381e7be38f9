package dev.assay.harness.verdict;

/** A pair of pictures by its prompt and seed. */
public record Place(String caseId, long seed) {}
