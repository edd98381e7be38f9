package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.PairEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreferenceGuardTest {
    private static final double MARGIN = 0.2;
    private static final int PROMPTS = 24;

    /** Differences around {@code shift} with a spread of 0.2 between prompts and 0.1 between seeds. */
    private static VerdictEntry verdict(String metric, String family, String better, double shift, Random random) {
        List<PairEntry> pairs = new ArrayList<>();
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            double own = shift + 0.2 * random.nextGaussian();
            for (long seed = 1; seed <= 4; seed++) {
                pairs.add(new PairEntry("case-" + prompt, seed, 0.0, 0.0, own + 0.1 * random.nextGaussian()));
            }
        }
        return entry(metric, family, better, Rule.NON_INFERIOR, "PASSED", pairs);
    }

    private static VerdictEntry entry(
            String metric, String family, String better, Rule rule, String outcome, List<PairEntry> pairs) {
        Double mean = pairs.isEmpty()
                ? null
                : pairs.stream().mapToDouble(PairEntry::difference).average().orElseThrow();
        return new VerdictEntry(
                metric,
                metric,
                "1",
                family,
                "suite",
                outcome,
                mean,
                null,
                0.9,
                MARGIN,
                rule.name(),
                "CRITICAL",
                better,
                "points",
                null,
                null,
                (int) pairs.stream().map(PairEntry::caseId).distinct().count(),
                pairs.size(),
                0,
                Map.of(),
                null,
                "weights are missing",
                pairs,
                List.of());
    }

    private static VerdictEntry missing(String metric, String family) {
        return entry(metric, family, "HIGHER", Rule.NON_INFERIOR, "UNAVAILABLE", List.of());
    }

    @Test
    void a_rise_of_preference_with_less_diversity_fires_though_both_margins_hold() {
        Random random = new Random(1);
        PreferenceGuard.Found found = PreferenceGuard.judge(List.of(
                verdict("pick-score", "aesthetic", "HIGHER", 0.4, random),
                verdict("clip-score", "adherence", "HIGHER", 0, random),
                verdict("vendi", "diversity", "HIGHER", -0.15, random)));
        assertThat(found.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(found.reason())
                .contains("pick-score rises by 0.")
                .contains("while vendi gets worse by 0.1")
                .contains("(margin 0.2)");
    }

    @Test
    void artifacts_are_worse_when_they_rise() {
        Random random = new Random(2);
        VerdictEntry liked = verdict("hps", "aesthetic", "HIGHER", 0.4, random);
        VerdictEntry more = verdict("grid", "artifact", "LOWER", 0.15, random);
        VerdictEntry fewer = verdict("grid", "artifact", "LOWER", -0.15, random);
        assertThat(PreferenceGuard.judge(List.of(liked, more)).outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(PreferenceGuard.judge(List.of(liked, fewer)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void neither_side_alone_fires() {
        Random random = new Random(3);
        VerdictEntry liked = verdict("hps", "aesthetic", "HIGHER", 0.4, random);
        VerdictEntry notLiked = verdict("hps", "aesthetic", "HIGHER", -0.4, random);
        VerdictEntry alike = verdict("vendi", "diversity", "HIGHER", -0.4, random);
        VerdictEntry diverse = verdict("vendi", "diversity", "HIGHER", 0.4, random);
        assertThat(PreferenceGuard.judge(List.of(liked, diverse)).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(PreferenceGuard.judge(List.of(notLiked, alike)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void a_sure_change_that_is_small_against_the_margin_does_not_fire() {
        List<PairEntry> tiny = new ArrayList<>();
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            tiny.add(new PairEntry("case-" + prompt, 1L, 0.0, 0.0, 0.01 + 1e-4 * prompt));
        }
        VerdictEntry pattern = entry("grid", "artifact", "LOWER", Rule.NON_INFERIOR, "PASSED", tiny);
        VerdictEntry liked = verdict("hps", "aesthetic", "HIGHER", 0.4, new Random(4));
        assertThat(PreferenceGuard.judge(List.of(liked, pattern)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void candidates_that_change_nothing_fire_in_less_than_one_of_a_hundred_runs() {
        assertThat(fired(2000, 0)).isLessThan(20);
    }

    @Test
    void candidates_that_are_only_liked_more_fire_in_at_most_one_of_twenty_runs() {
        assertThat(fired(2000, 0.5)).isLessThanOrEqualTo(100);
    }

    /** How many of so many runs fire where no artifact and no diversity changes. */
    private static long fired(int runs, double rise) {
        Random random = new Random(5);
        long fired = 0;
        for (int i = 0; i < runs; i++) {
            List<VerdictEntry> verdicts = List.of(
                    verdict("pick-score", "aesthetic", "HIGHER", rise, random),
                    verdict("hps", "aesthetic", "HIGHER", rise, random),
                    verdict("aesthetic", "aesthetic", "HIGHER", rise, random),
                    verdict("grid", "artifact", "LOWER", 0, random),
                    verdict("seams", "artifact", "LOWER", 0, random),
                    verdict("vendi", "diversity", "HIGHER", 0, random),
                    verdict("dino-diversity", "diversity", "HIGHER", 0, random));
            fired += PreferenceGuard.judge(verdicts).outcome() == Outcome.REGRESSED ? 1 : 0;
        }
        return fired;
    }

    @Test
    void nothing_passes_on_nothing() {
        VerdictEntry vendi = verdict("vendi", "diversity", "HIGHER", 0, new Random(6));
        PreferenceGuard.Found unavailable = PreferenceGuard.judge(List.of(missing("hps", "aesthetic"), vendi));
        assertThat(unavailable.outcome()).isEqualTo(Outcome.UNAVAILABLE);
        assertThat(unavailable.reason())
                .isEqualTo("no criterion of preference was scored on two prompts or more: weights are missing");
        assertThat(PreferenceGuard.judge(List.of(vendi)).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        VerdictEntry hps = verdict("hps", "aesthetic", "HIGHER", 0.4, new Random(7));
        assertThat(PreferenceGuard.judge(List.of(hps)).reason())
                .contains("artifacts or diversity")
                .contains("select them");
    }

    @Test
    void one_prompt_is_no_evidence() {
        List<PairEntry> one =
                List.of(new PairEntry("case-0", 1L, 0.0, 0.0, 0.5), new PairEntry("case-0", 2L, 0.0, 0.0, 0.6));
        List<PairEntry> less = List.of(new PairEntry("case-0", null, 0.0, 0.0, -0.5));
        assertThat(PreferenceGuard.judge(List.of(
                                entry("hps", "aesthetic", "HIGHER", Rule.NON_INFERIOR, "INCONCLUSIVE", one),
                                entry("vendi", "diversity", "HIGHER", Rule.NON_INFERIOR, "INCONCLUSIVE", less)))
                        .outcome())
                .isEqualTo(Outcome.INCONCLUSIVE);
    }
}
