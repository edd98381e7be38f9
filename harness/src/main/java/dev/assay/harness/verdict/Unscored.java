package dev.assay.harness.verdict;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Pairs without a score, for one kind of reason.
 *
 * @param kind of {@code Score.Unscored}, with the picture that lacked the score in front where it matters: {@code candidate: no-people}
 * @param says what the metric said of the first of them, for people
 */
public record Unscored(String kind, String says, int pairs) {
    public Unscored oneMore() {
        return new Unscored(kind, says, pairs + 1);
    }

    /** {@code : 3 x blank frame of the base, 1 x the case states no people}; empty for none. */
    static String words(List<Unscored> all) {
        return all.stream()
                .sorted(Comparator.comparingInt(Unscored::pairs).reversed().thenComparing(Unscored::says))
                .map(u -> u.pairs + " x " + u.says)
                .collect(Collectors.joining(", ", all.isEmpty() ? "" : ": ", ""));
    }
}
