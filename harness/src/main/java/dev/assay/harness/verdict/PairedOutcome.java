package dev.assay.harness.verdict;

/** Whether the base and the candidate picture of a pair show the defect, in the cluster of their prompt. */
public record PairedOutcome(String cluster, boolean base, boolean candidate) {
    /** 1: gained the defect, -1: lost it, 0: no change. */
    public int change() {
        return (candidate ? 1 : 0) - (base ? 1 : 0);
    }
}
