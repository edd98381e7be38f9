package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Outcome;
import java.util.Comparator;
import java.util.List;

/** A whole run in one sentence about its pictures. */
public final class Headline {
    private Headline() {}

    /**
     * The sentence, without a full stop: {@code Seeds look alike: 1.06 different pictures of 4, the base 1.25; 15 % fewer (8 % allowed)}.
     *
     * @param outcome of the run
     * @param seeds pictures of a prompt; 0 where that is not known
     */
    public static String of(Outcome outcome, List<VerdictEntry> verdicts, int seeds) {
        return switch (outcome) {
            case PASSED -> "Nothing got worse than the base beyond what the suite allows";
            case REGRESSED -> worse(gravestFirst(verdicts), seeds);
            case INCONCLUSIVE, UNAVAILABLE -> open(gravestFirst(verdicts), seeds);
            case BROKEN -> "There is no judgement: something failed, or nothing was judged";
        };
    }

    /** What decides and did not pass, in the order in which people want to know it: what makes all else idle, then what they can see. */
    public static List<VerdictEntry> gravestFirst(List<VerdictEntry> verdicts) {
        return RunRecord.deciding(verdicts).stream()
                .filter(v -> !v.is(Outcome.PASSED))
                .sorted(Comparator.comparing((VerdictEntry v) -> switch (v.outcome()) {
                            case REGRESSED -> 0;
                            case BROKEN -> 1;
                            default -> 2;
                        })
                        .thenComparing(v -> switch (v.family()) {
                            case FILE -> 0;
                            case EFFECT -> 1;
                            default -> 2;
                        })
                        .thenComparing(v -> !v.wasJudged())
                        .thenComparing(v -> !isSeen(v))
                        .thenComparing(VerdictEntry::severity)
                        .thenComparing(v -> -beyond(v)))
                .toList();
    }

    /** Pictures, patterns and shares before and after say more than the units of a network. */
    private static boolean isSeen(VerdictEntry v) {
        return v.metric().equals("vendi")
                || v.metric().equals("grid")
                || BuiltIn.NAMES.contains(v.metric())
                || (Plain.of(v).isShare() && Plain.of(v).hasMeans());
    }

    private static double beyond(VerdictEntry v) {
        return v.estimate() == null ? 0 : Math.abs(v.estimate()) / Math.max(v.margin(), 1e-9);
    }

    private static String worse(List<VerdictEntry> bad, int seeds) {
        List<VerdictEntry> regressed =
                bad.stream().filter(v -> v.is(Outcome.REGRESSED)).toList();
        if (regressed.isEmpty()) {
            return "Worse than the base";
        }
        VerdictEntry first = regressed.get(0);
        if (first.family() == Family.FILE) {
            return "It cannot work: no picture was made";
        }
        List<String> others = regressed.stream()
                .map(VerdictEntry::family)
                .filter(f -> f != first.family())
                .map(Family::word)
                .distinct()
                .toList();
        String sentence = Plain.of(first, seeds).sentence();
        return (sentence.isEmpty() ? "Worse than the base in " + first.family().word() : sentence)
                + (others.isEmpty() ? "" : "; worse in " + String.join(", ", others) + " too");
    }

    private static String open(List<VerdictEntry> bad, int seeds) {
        if (bad.stream().anyMatch(v -> "PerhapsWaits".equals(v.reasonKind()))) {
            return "It changes nothing that one could see on these prompts; perhaps it waits for its trigger";
        }
        String neither = "It could not be shown to be as good as the base, nor to be worse";
        List<VerdictEntry> missing =
                bad.stream().filter(v -> v.is(Outcome.UNAVAILABLE)).toList();
        return bad.stream()
                .filter(v -> v.is(Outcome.INCONCLUSIVE))
                .map(v -> Plain.of(v, seeds).seen())
                .filter(s -> !s.isEmpty())
                .findFirst()
                .map(s -> neither + ". " + s)
                .orElse(
                        missing.isEmpty()
                                ? neither
                                : "Not all was judged: weights are missing for "
                                        + String.join(
                                                ", ",
                                                missing.stream()
                                                        .map(v -> v.family().word())
                                                        .distinct()
                                                        .toList()));
    }
}
