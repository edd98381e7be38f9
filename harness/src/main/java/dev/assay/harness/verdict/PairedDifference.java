package dev.assay.harness.verdict;

import java.util.List;

/** One difference, candidate minus base, in the cluster of its prompt. */
public record PairedDifference(String cluster, double value) {
    static List<PairedDifference> of(List<Clustered> pairs) {
        return pairs.stream()
                .map(p -> new PairedDifference(p.cluster(), p.pair().difference()))
                .toList();
    }
}
