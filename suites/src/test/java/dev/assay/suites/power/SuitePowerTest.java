package dev.assay.suites.power;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.suite.SuiteFile;
import dev.assay.suites.power.SuitePower.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the page of the suite promises; on fewer runs than its tables. */
@Tag("slow")
class SuitePowerTest {
    private static final SuitePower EVERYDAY = of("everyday");

    private static SuitePower of(String suite) {
        return new SuitePower(SuiteFile.read(Path.of("src/main/resources/suites/" + suite + ".yaml")), 300);
    }

    @Test
    void a_candidate_as_good_as_the_base_passes_everyday_in_nine_runs_of_ten_where_half_the_compositions_are_kept() {
        Result equal = EVERYDAY.of(Candidate.equal(0.5));
        assertThat(equal.passed()).isGreaterThanOrEqualTo(0.9);
        assertThat(equal.regressed()).isZero();
    }

    @Test
    void twice_the_defects_and_prompts_that_are_ignored_do_not_pass() {
        assertThat(Candidate.worse()
                        .filter(c ->
                                c.name().startsWith("2.0 times") || c.name().startsWith("the prompt ignored in 10 %")))
                .hasSize(2)
                .allSatisfy(
                        c -> assertThat(EVERYDAY.of(c).passed()).as(c.name()).isLessThan(0.02));
    }

    @Test
    void what_is_ruined_everywhere_regresses_in_both_suites() {
        assertThat(Candidate.worse()
                        .filter(c -> c.name().endsWith(" in 100 % of the prompts")
                                && !c.name().startsWith("lettering")))
                .hasSize(5)
                .allSatisfy(c -> {
                    assertThat(EVERYDAY.of(c).regressed()).as(c.name()).isGreaterThan(0.99);
                    assertThat(of("quick").of(c).passed()).as(c.name()).isZero();
                });
    }

    @Test
    void lettering_that_nobody_can_read_does_not_pass_everyday_where_it_is_in_half_of_the_prompts() {
        assertThat(Candidate.worse().filter(c -> c.name().matches("lettering.* in (50|100) % .*")))
                .hasSize(2)
                .allSatisfy(
                        c -> assertThat(EVERYDAY.of(c).passed()).as(c.name()).isLessThan(0.05));
    }
}
