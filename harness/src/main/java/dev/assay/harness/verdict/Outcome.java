package dev.assay.harness.verdict;

/** What became of a criterion, or of a run. */
public enum Outcome {
    /** Shown: not worse than the margin allows (or, for an effect, beyond the noise floor). */
    PASSED,
    /** Shown: worse than the margin allows. */
    REGRESSED,
    /** Neither shown; the reason says what is missing. */
    INCONCLUSIVE,
    /** Of a criterion only: weights that its metric needs are missing; the reason says which and where they belong. */
    UNAVAILABLE,
    /** No judgement: the harness, the machine or a file failed. */
    BROKEN
}
