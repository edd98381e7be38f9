package dev.assay.reports.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadlineTest {
    private static final VerdictEntry ALIKE = Entries.of(
            "vendi",
            "vendi",
            "1",
            "diversity",
            Outcome.REGRESSED,
            -0.167,
            -0.189,
            -0.146,
            0.08,
            "NON_INFERIOR",
            "HIGHER",
            "log effective pictures",
            0.223,
            0.056,
            4,
            0,
            "worse by 0.167 log effective pictures");

    private static VerdictEntry entry(String metric, String family, Outcome outcome, Double estimate) {
        return Entries.of(
                metric,
                metric,
                "1",
                family,
                outcome,
                estimate,
                estimate,
                estimate,
                0.1,
                family.equals("effect") ? "HAS_EFFECT" : "NON_INFERIOR",
                "HIGHER",
                "cosine",
                null,
                null,
                estimate == null ? 0 : 4,
                0,
                "reason of " + metric);
    }

    @Test
    void a_run_is_told_by_what_people_see() {
        VerdictEntry cosine = entry("clip-score", "adherence", Outcome.REGRESSED, -0.9);
        VerdictEntry good = entry("aesthetic", "aesthetic", Outcome.PASSED, 0.1);
        assertThat(Headline.of(Outcome.REGRESSED, List.of(good, cosine, ALIKE), 4))
                .isEqualTo("Seeds look alike: 1.06 different pictures of 4, the base 1.25; 15 % fewer (8 % allowed);"
                        + " worse in adherence too");
        assertThat(Headline.of(Outcome.PASSED, List.of(good), 4))
                .isEqualTo("Nothing got worse than the base beyond what the suite allows");
    }

    @Test
    void what_makes_all_else_idle_comes_first() {
        VerdictEntry file = entry("preflight", "file", Outcome.REGRESSED, null);
        VerdictEntry nothing = entry("effect", "effect", Outcome.REGRESSED, 0.05);
        VerdictEntry open = entry("limbs", "anatomy", Outcome.INCONCLUSIVE, null);
        assertThat(Headline.of(Outcome.REGRESSED, List.of(open, file), 4))
                .isEqualTo("It cannot work: no picture was made");
        assertThat(Headline.of(Outcome.REGRESSED, List.of(ALIKE, nothing), 4))
                .startsWith("It changes nothing that one could see");
        assertThat(Headline.gravestFirst(List.of(open, ALIKE, file)))
                .extracting(VerdictEntry::id)
                .containsExactly("preflight", "vendi", "limbs");
    }

    @Test
    void what_is_not_decided_is_said_and_what_is_missing_too() {
        VerdictEntry open = entry("clip-score", "adherence", Outcome.INCONCLUSIVE, -0.05);
        assertThat(Headline.of(Outcome.INCONCLUSIVE, List.of(open), 4))
                .isEqualTo("It could not be shown to be as good as the base, nor to be worse."
                        + " How well pictures fit their prompt: -0.05 cosine");
        VerdictEntry missing = entry("faces", "anatomy", Outcome.UNAVAILABLE, null);
        assertThat(Headline.of(Outcome.INCONCLUSIVE, List.of(missing), 4))
                .isEqualTo("Not all was judged: weights are missing for anatomy");
    }
}
