package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.Judged;
import dev.assay.reports.history.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest {
    private static final String STARTED = "2026-11-22T12:00:00Z";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"PASSED,true,true", "REGRESSED,false,false", "INCONCLUSIVE,false,true", "BROKEN,false,false"})
    void the_build_goes_on_when_passed_or_when_inconclusive_is_allowed(
            String outcome, boolean strict, boolean lenient) {
        Gate gate = Gate.judge(Runs.single(folder, outcome));
        assertThat(gate.outcome().name()).isEqualTo(outcome.equals("BROKEN") ? "BROKEN" : outcome);
        assertThat(gate.opens(false)).isEqualTo(strict);
        assertThat(gate.opens(true)).isEqualTo(lenient);
    }

    @Test
    void missing_verdicts_are_broken() {
        RunRecord run = Runs.single(folder, "PASSED");
        RunRecord fewer = Runs.with(run, "PASSED", 2, run.verdicts(), STARTED);
        assertThat(Gate.judge(fewer).reasons()).containsExactly("1 verdicts for 2 criteria");
        assertThat(Gate.judge(fewer).outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(Gate.judge(Runs.with(run, "PASSED", 1, List.of(), STARTED)).outcome())
                .isEqualTo(Outcome.BROKEN);
    }

    @Test
    void a_record_that_contradicts_its_verdicts_is_broken() {
        RunRecord run = Runs.single(folder, "REGRESSED");
        assertThat(Gate.judge(Runs.with(run, "PASSED", 1, run.verdicts(), STARTED))
                        .outcome())
                .isEqualTo(Outcome.BROKEN);
    }

    @Test
    void no_record_and_one_that_cannot_be_read_are_broken() throws IOException {
        assertThat(ending(JudgedRun.none("it died", RunRecords.last(folder)), "allow"))
                .isEqualTo(Ending.BROKEN);
        Path unknown = Files.writeString(RunRecords.last(folder), "{\"schema\":\"assay-run/9\"}");
        JudgedRun earlier = JudgedRun.earlier(unknown);
        assertThat(earlier.trouble()).contains("assay-run/9");
        assertThat(ending(earlier, "allow")).isEqualTo(Ending.BROKEN);
        assertThat(JudgedRun.earlier(folder.resolve("none.json")).trouble()).contains("there is no such record");
    }

    @Test
    void a_record_that_was_edited_is_refused() throws IOException {
        RunRecords.write(folder, Runs.single(folder, "REGRESSED"));
        Path file = RunRecords.last(folder);
        String text = Files.readString(file);
        Files.writeString(file, text.replace("REGRESSED", "PASSED"));
        assertThat(JudgedRun.earlier(file).trouble()).contains("was edited after the run had ended");
        assertThatThrownBy(() -> JudgedRun.fresh(file)).hasMessageContaining("was edited after the run had ended");
        Files.writeString(file, text.replaceAll(",\\s*\"seal\"[^}]*", "").replace("REGRESSED", "PASSED"));
        assertThatThrownBy(() -> JudgedRun.fresh(file)).hasMessageContaining("has no seal");
        Files.writeString(file, text.replace("\n", "\r\n").replace("  ", "    "));
        assertThat(JudgedRun.fresh(file).trouble())
                .as("only laid out otherwise")
                .isNull();
    }

    /** Without a command line of Allure, so that no report can be made. */
    @Test
    void trouble_with_the_report_does_not_hide_the_verdict() {
        Path run = folder.resolve("runs/one");
        assertThat(ending(new JudgedRun(Runs.single(run, "REGRESSED"), run, null), null))
                .isEqualTo(Ending.REGRESSED);
        assertThat(ending(new JudgedRun(Runs.single(run, "INCONCLUSIVE"), run, null), null))
                .isEqualTo(Ending.UNDECIDED);
        assertThat(ending(new JudgedRun(Runs.single(run, "PASSED"), run, null), null))
                .isEqualTo(Ending.BROKEN);
    }

    @ParameterizedTest
    @CsvSource({"PASSED,0,0", "REGRESSED,1,1", "INCONCLUSIVE,2,0", "BROKEN,3,3"})
    void the_exit_code_tells_the_outcome(String outcome, int strict, int lenient) {
        Gate gate = Gate.judge(Runs.single(folder, outcome));
        Settings allowing = Settings.read(folder, Map.of("ASSAY_INCONCLUSIVE", "allow"), Map.of());
        assertThat(Ending.of(gate, Settings.read(folder, Map.of(), Map.of()), null, true)
                        .code())
                .isEqualTo(strict);
        assertThat(Ending.of(gate, null, null, true).code())
                .as("settings that cannot be read allow nothing")
                .isEqualTo(strict);
        assertThat(Ending.of(gate, allowing, null, true).code()).isEqualTo(lenient);
        assertThat(Ending.of(gate, allowing, GateResult.refused("no"), true).code())
                .as("not in the collection")
                .isEqualTo(strict == 0 ? 2 : strict);
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void a_soft_verdict_is_shown_and_changes_neither_outcome_nor_exit_code(Outcome outcome) {
        RunRecord run = Runs.withSoft(folder, outcome);
        Gate gate = Gate.judge(run);
        assertThat(gate.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(gate.reasons()).isEmpty();
        assertThat(Ending.of(gate, null, null, true).code()).isZero();
        List<String> lines = Summary.lines(run, gate, true);
        assertThat(lines.get(2)).contains("diversity/vendi").contains(outcome + " (soft)");
        assertThat(lines.get(2)).doesNotContain("\u001b[31m");
        assertThat(lines.get(lines.size() - 1))
                .startsWith("\u001b[32mPASSED\u001b[0m: 1 criterion that decides is met; soft, deciding nothing: 1 "
                        + outcome.name().toLowerCase(Locale.ROOT));
        RunSummary digest = RunSummary.of(run);
        assertThat(digest.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(digest.criteria().get(1).soft()).isTrue();
        assertThat(Judged.of(run, gate.outcome()).criteria())
                .as("what decides nothing lets nothing in")
                .extracting(Judged.CriterionJudged::id)
                .containsExactly("grid");
    }

    @Test
    void soft_verdicts_alone_pass_nothing() {
        RunRecord run = Runs.withSoft(folder, Outcome.PASSED);
        RunRecord alone = Runs.with(run, "PASSED", 1, run.verdicts().subList(1, 2), STARTED);
        assertThat(Gate.judge(alone).outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(Gate.judge(alone).reasons()).contains("only soft criteria were judged, which decide nothing");
        assertThat(RunSummary.of(alone).outcome()).isEqualTo(Outcome.BROKEN);
    }

    private Ending ending(JudgedRun judged, String inconclusive) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return Steps.in(folder, inconclusive, nowhere).of(judged);
    }

    @Test
    void what_was_not_judged_for_one_reason_is_one_line() {
        RunRecord run = Runs.refused("cut.safetensors: 42224 bytes are missing: download the file again");
        Gate gate = Gate.judge(run);
        assertThat(gate.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(gate.reasons())
                .containsExactly(
                        "preflight: cut.safetensors: 42224 bytes are missing: download the file again",
                        "2 criteria not judged: no picture was made: the files cannot work, as preflight says");
        List<String> lines = Summary.lines(run, gate, false);
        assertThat(lines).hasSize(6);
        assertThat(lines.get(2)).isEqualTo("      cut.safetensors: 42224 bytes are missing: download the file again");
        assertThat(lines.get(3)).isEqualTo("  2 criteria not judged");
        assertThat(lines.get(4)).isEqualTo("      no picture was made: the files cannot work, as preflight says");
        assertThat(lines.get(5)).startsWith("REGRESSED: 1 regressed, 2 not judged; 0 pictures made");
    }

    @Test
    void the_remedy_at_the_end_of_a_long_reason_is_never_cut() {
        String remedy = "put it into /models/hub/" + "deep/".repeat(60) + "model.safetensors; or name another folder";
        RunRecord run = Runs.refused("the weights of people are missing, ".repeat(30) + remedy);
        List<String> lines = Summary.lines(run, Gate.judge(run), false);
        assertThat(String.join(" ", lines).replaceAll(" +", " ")).contains(remedy);
        String why = Gate.judge(run).reasons().get(0);
        assertThat(why).hasSizeLessThanOrEqualTo(600).endsWith("deep/model.safetensors; or name another folder");
    }

    @Test
    void the_summary_has_a_row_per_family_that_passed_a_reason_where_a_criterion_did_not_and_no_escapes_of_strangers() {
        RunRecord run = Runs.mixed(folder);
        List<String> lines = Summary.lines(run, Gate.judge(run), false);
        assertThat(lines).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100));
        assertThat(lines.get(1)).matches(" {2}artifact +PASSED {8}blank-frame, grid");
        assertThat(lines.get(2)).contains("anatomy/limbs").contains("REGRESSED").contains("margin 0.15");
        assertThat(lines.get(3) + " " + lines.get(4).strip())
                .isEqualTo("      More figures have a hand or foot too many or too few: 7.5 % \u2192 68.2 %"
                        + " (15 points allowed)");
        assertThat(lines.get(5)).startsWith("      worse");
        run.verdicts().stream()
                .filter(v -> !v.is(Outcome.PASSED))
                .forEach(v -> assertThat(String.join(" ", lines).replaceAll(" +", " "))
                        .contains(v.family().word() + "/" + v.id() + " " + v.outcome())
                        .contains(v.reason()));
        RunRecord hostile = Runs.hostile(folder);
        String text = String.join("\n", Summary.lines(hostile, Gate.judge(hostile), false))
                + String.join("\n", Summary.after(hostile, folder, Gate.judge(hostile), Caller.COMMAND));
        assertThat(text).doesNotContain("\u001b").doesNotContain("\u202e");
        assertThat(Summary.lines(run, Gate.judge(run), true).get(2)).contains("\u001b[31mREGRESSED\u001b[0m");
    }

    @Test
    void the_worst_pair_and_what_to_do_follow_on_the_verdict() {
        RunRecord run = Runs.mixed(folder);
        List<String> lines = Summary.after(run, folder, Gate.judge(run), Caller.COMMAND);
        assertThat(lines.get(0)).startsWith("worst pair, seed ");
        assertThat(lines.get(1)).matches(" {2}base {7}\\S.*\\.png").contains(folder.toString());
        assertThat(lines.get(2)).matches(" {2}candidate {2}\\S.*\\.png");
        assertThat(lines).anySatisfy(l -> assertThat(l).startsWith("next  "));
        RunRecord refused = Runs.refused("cut.safetensors: 42224 bytes are missing");
        assertThat(Summary.after(refused, folder, Gate.judge(refused), Caller.COMMAND))
                .isNotEmpty()
                .allSatisfy(l -> assertThat(l).doesNotStartWith("worst"));
    }
}
