package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.PromptCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreferenceGuardTest {
    private static final double MARGIN = 0.2;
    private static final int PROMPTS = 24;
    private static final Reason MISSING = new Reason.Unavailable("weights are missing");

    /** Differences around {@code shift} with a spread of 0.2 between prompts and 0.1 between seeds. */
    private static Verdict verdict(String metric, Family family, Direction better, double shift, Random random) {
        List<Measurement> pairs = new ArrayList<>();
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            double own = shift + 0.2 * random.nextGaussian();
            for (long seed = 1; seed <= 4; seed++) {
                pairs.add(new Measurement("case-" + prompt, seed, 0.0, 0.0, own + 0.1 * random.nextGaussian()));
            }
        }
        return entry(metric, family, better, Rule.NON_INFERIOR, Outcome.PASSED, pairs);
    }

    private static Verdict entry(
            String metric, Family family, Direction better, Rule rule, Outcome outcome, List<Measurement> pairs) {
        return new Verdict(
                new Criterion(metric, List.of(), rule, MARGIN, 1, null, Map.of()),
                new MetricInfo(metric, "1", "Is it good?", family, better, "points", Range.open(), "test"),
                outcome,
                Comparison.ofMean(pairs),
                MISSING,
                Scored.of(pairs),
                pairs.stream().map(p -> new Clustered(p.caseId(), p)).toList());
    }

    private static Verdict missing(String metric, Family family) {
        return entry(metric, family, Direction.HIGHER, Rule.NON_INFERIOR, Outcome.UNAVAILABLE, List.of());
    }

    @Test
    void a_rise_of_preference_with_less_diversity_fires_though_both_margins_hold() {
        Random random = new Random(1);
        Judgement found = PreferenceGuard.judge(List.of(
                verdict("pick-score", Family.AESTHETIC, Direction.HIGHER, 0.4, random),
                verdict("clip-score", Family.ADHERENCE, Direction.HIGHER, 0, random),
                verdict("vendi", Family.DIVERSITY, Direction.HIGHER, -0.15, random)));
        assertThat(found.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(found.reason()).isInstanceOfSatisfying(Reason.Bought.class, bought -> {
            assertThat(bought.risen()).singleElement().satisfies(m -> {
                assertThat(m.id()).isEqualTo("pick-score");
                assertThat(m.by()).isBetween(0.3, 0.5);
                assertThat(m.margin()).isEqualTo(MARGIN);
            });
            assertThat(bought.worse()).singleElement().satisfies(m -> {
                assertThat(m.id()).isEqualTo("vendi");
                assertThat(m.by()).isBetween(0.1, 0.2);
            });
        });
    }

    @Test
    void artifacts_are_worse_when_they_rise() {
        Random random = new Random(2);
        Verdict liked = verdict("hps", Family.AESTHETIC, Direction.HIGHER, 0.4, random);
        Verdict more = verdict("grid", Family.ARTIFACT, Direction.LOWER, 0.15, random);
        Verdict fewer = verdict("grid", Family.ARTIFACT, Direction.LOWER, -0.15, random);
        assertThat(PreferenceGuard.judge(List.of(liked, more)).outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(PreferenceGuard.judge(List.of(liked, fewer)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void neither_side_alone_fires() {
        Random random = new Random(3);
        Verdict liked = verdict("hps", Family.AESTHETIC, Direction.HIGHER, 0.4, random);
        Verdict notLiked = verdict("hps", Family.AESTHETIC, Direction.HIGHER, -0.4, random);
        Verdict alike = verdict("vendi", Family.DIVERSITY, Direction.HIGHER, -0.4, random);
        Verdict diverse = verdict("vendi", Family.DIVERSITY, Direction.HIGHER, 0.4, random);
        assertThat(PreferenceGuard.judge(List.of(liked, diverse)).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(PreferenceGuard.judge(List.of(notLiked, alike)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void a_sure_change_that_is_small_against_the_margin_does_not_fire() {
        List<Measurement> tiny = new ArrayList<>();
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            tiny.add(new Measurement("case-" + prompt, 1L, 0.0, 0.0, 0.01 + 1e-4 * prompt));
        }
        Verdict pattern = entry("grid", Family.ARTIFACT, Direction.LOWER, Rule.NON_INFERIOR, Outcome.PASSED, tiny);
        Verdict liked = verdict("hps", Family.AESTHETIC, Direction.HIGHER, 0.4, new Random(4));
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
            List<Verdict> verdicts = List.of(
                    verdict("pick-score", Family.AESTHETIC, Direction.HIGHER, rise, random),
                    verdict("hps", Family.AESTHETIC, Direction.HIGHER, rise, random),
                    verdict("aesthetic", Family.AESTHETIC, Direction.HIGHER, rise, random),
                    verdict("grid", Family.ARTIFACT, Direction.LOWER, 0, random),
                    verdict("seams", Family.ARTIFACT, Direction.LOWER, 0, random),
                    verdict("vendi", Family.DIVERSITY, Direction.HIGHER, 0, random),
                    verdict("dino-diversity", Family.DIVERSITY, Direction.HIGHER, 0, random));
            fired += PreferenceGuard.judge(verdicts).outcome() == Outcome.REGRESSED ? 1 : 0;
        }
        return fired;
    }

    @Test
    void nothing_passes_on_nothing() {
        Verdict vendi = verdict("vendi", Family.DIVERSITY, Direction.HIGHER, 0, new Random(6));
        Judgement unavailable = PreferenceGuard.judge(List.of(missing("hps", Family.AESTHETIC), vendi));
        assertThat(unavailable.outcome()).isEqualTo(Outcome.UNAVAILABLE);
        assertThat(unavailable.reason()).isEqualTo(new Reason.NotScored(Reason.Side.PREFERENCE, Optional.of(MISSING)));
        assertThat(PreferenceGuard.judge(List.of(vendi)).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        Verdict hps = verdict("hps", Family.AESTHETIC, Direction.HIGHER, 0.4, new Random(7));
        assertThat(PreferenceGuard.judge(List.of(hps)).reason())
                .isEqualTo(new Reason.NotScored(Reason.Side.ARTIFACTS_OR_DIVERSITY, Optional.empty()));
    }

    /** Prompts, the first under {@code ids} ids with the same seeds, as {@code Copies} clusters them. */
    private static Verdict repeated(String metric, Family family, int ids, double... shifts) {
        List<Clustered> pairs = new ArrayList<>();
        for (int prompt = 0; prompt < shifts.length; prompt++) {
            for (int id = 0; id < (prompt == 0 ? ids : 1); id++) {
                Measurement pair = new Measurement("case-" + prompt + "-" + id, 1L, 0.0, 0.0, shifts[prompt]);
                pairs.add(new Clustered("case-" + prompt + "-0", pair));
            }
        }
        MetricInfo info =
                new MetricInfo(metric, "1", "Is it good?", family, Direction.HIGHER, "points", Range.open(), "test");
        Metric.ImageMetric any = new Metric.ImageMetric() {
            @Override
            public MetricInfo info() {
                return info;
            }

            @Override
            public Score score(PromptCase prompt, Image image) {
                throw new IllegalStateException("scored already");
            }
        };
        return Verdicts.of(
                new Criterion(metric, List.of(), Rule.NON_INFERIOR, MARGIN, 1, null, Map.of()),
                any,
                Scored.of(pairs.stream().map(Clustered::pair).toList()),
                pairs,
                0);
    }

    @Test
    void a_prompt_under_ten_ids_is_the_evidence_of_one() {
        Verdict liked = verdict("hps", Family.AESTHETIC, Direction.HIGHER, 0.4, new Random(8));
        Verdict once = repeated("vendi", Family.DIVERSITY, 1, -0.15, 0.05);
        Verdict ten = repeated("vendi", Family.DIVERSITY, 10, -0.15, 0.05);
        assertThat(ten.comparison().clusters()).isEqualTo(2);
        assertThat(PreferenceGuard.judge(List.of(liked, once)).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(PreferenceGuard.judge(List.of(liked, ten)).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void one_prompt_is_no_evidence() {
        List<Measurement> one =
                List.of(new Measurement("case-0", 1L, 0.0, 0.0, 0.5), new Measurement("case-0", 2L, 0.0, 0.0, 0.6));
        List<Measurement> less = List.of(new Measurement("case-0", null, 0.0, 0.0, -0.5));
        assertThat(PreferenceGuard.judge(List.of(
                                entry(
                                        "hps",
                                        Family.AESTHETIC,
                                        Direction.HIGHER,
                                        Rule.NON_INFERIOR,
                                        Outcome.INCONCLUSIVE,
                                        one),
                                entry(
                                        "vendi",
                                        Family.DIVERSITY,
                                        Direction.HIGHER,
                                        Rule.NON_INFERIOR,
                                        Outcome.INCONCLUSIVE,
                                        less)))
                        .outcome())
                .isEqualTo(Outcome.INCONCLUSIVE);
    }
}
