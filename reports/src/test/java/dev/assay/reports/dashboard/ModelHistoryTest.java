package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import dev.assay.reports.Runs;
import dev.assay.reports.dashboard.ModelHistory.Change;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHistoryTest {
    private final List<RunSummary> runs = new ArrayList<>();

    private ModelHistoryTest night(String night, Outcome outcome) {
        return night(night, outcome, "1", "aa");
    }

    private ModelHistoryTest night(String night, Outcome outcome, String metricVersion, String sha256) {
        runs.add(new RunSummary(
                RunSummary.SCHEMA,
                "run-" + runs.size(),
                night,
                night + "T00:00:00Z",
                1,
                outcome,
                null,
                "m",
                List.of(
                        new RunSummary.Part("base.safetensors", "bb", 1, null),
                        new RunSummary.Part("m.safetensors", sha256, 1, 1.0)),
                "base",
                "",
                null,
                new RunSummary.Suite("s", "1", "cc", 1, 1),
                "",
                1,
                List.of(Entries.grid(metricVersion, outcome)),
                null,
                null,
                null,
                Map.of()));
        return this;
    }

    private ModelHistory story(Listing.Item item) {
        return ModelHistory.of("m", item, runs);
    }

    private List<Change> changes() {
        return story(null).changes(runs.get(runs.size() - 1).night());
    }

    @Test
    void a_criterion_that_regressed_tonight_is_a_change_for_the_worse() {
        night("2026-11-01", Outcome.PASSED).night("2026-11-02", Outcome.REGRESSED);
        assertThat(changes()).singleElement().satisfies(c -> {
            assertThat(c.worse()).isTrue();
            assertThat(c.before().outcome()).isEqualTo(Outcome.PASSED);
            assertThat(c.note()).isEmpty();
        });
    }

    @Test
    void a_soft_verdict_is_no_change_and_colours_no_family() {
        VerdictEntry soft = Entries.soft(Entries.grid("1", Outcome.REGRESSED));
        assertThat(State.of(soft)).isEqualTo(State.SOFT);
        assertThat(Pages.Chip.of(soft).word()).isEqualTo("regressed (soft)");
        assertThat(State.of(Entries.soft(Entries.grid("1", Outcome.PASSED)))).isEqualTo(State.PASSED);
        night("2026-11-01", Outcome.PASSED).night("2026-11-02", Outcome.PASSED);
        RunSummary last = runs.remove(1);
        runs.add(new RunSummary(
                last.schema(),
                last.run(),
                last.night(),
                last.started(),
                last.seconds(),
                Outcome.INCONCLUSIVE,
                null,
                last.model(),
                last.parts(),
                last.base(),
                last.baseHash(),
                last.modelFamily(),
                last.suite(),
                last.renderer(),
                1,
                List.of(soft),
                null,
                null,
                null,
                Map.of()));
        assertThat(changes()).isEmpty();
        assertThat(story(null).families()).isEmpty();
    }

    @Test
    void a_broken_night_between_does_not_hide_a_regression() {
        night("2026-11-01", Outcome.PASSED).night("2026-11-02", Outcome.BROKEN).night("2026-11-03", Outcome.REGRESSED);
        assertThat(changes()).singleElement().matches(Change::worse);
    }

    @Test
    void a_broken_night_is_no_change_of_the_verdict() {
        night("2026-11-01", Outcome.REGRESSED).night("2026-11-02", Outcome.BROKEN);
        assertThat(changes()).isEmpty();
        assertThat(story(null).state()).isEqualTo(State.BROKEN);
    }

    @Test
    void what_regressed_before_and_still_does_is_not_news() {
        night("2026-11-01", Outcome.REGRESSED).night("2026-11-02", Outcome.REGRESSED);
        assertThat(changes()).isEmpty();
        assertThat(story(null).state()).isEqualTo(State.REGRESSED);
    }

    @Test
    void of_two_runs_in_one_night_the_second_is_compared_with_the_first() {
        night("2026-11-01", Outcome.REGRESSED).night("2026-11-01", Outcome.REGRESSED);
        assertThat(changes()).isEmpty();
        night("2026-11-01", Outcome.PASSED).night("2026-11-01", Outcome.REGRESSED);
        assertThat(changes())
                .singleElement()
                .matches(Change::worse)
                .matches(c -> c.before().outcome() == Outcome.PASSED);
    }

    @Test
    void a_new_model_that_regressed_is_news_and_one_that_passed_is_not_worse() {
        night("2026-11-01", Outcome.REGRESSED);
        assertThat(changes()).singleElement().matches(Change::worse).matches(c -> c.before() == null);
        runs.clear();
        night("2026-11-01", Outcome.PASSED);
        assertThat(changes()).noneMatch(Change::worse);
    }

    @Test
    void a_new_version_or_file_is_named_beside_the_change() {
        night("2026-11-01", Outcome.PASSED).night("2026-11-02", Outcome.REGRESSED, "2", "dd");
        assertThat(changes().get(0).note()).isEqualTo("metric version 1 \u2192 2, new file");
    }

    @Test
    void a_verdict_on_another_content_does_not_count() {
        night("2026-11-01", Outcome.PASSED);
        assertThat(story(new Listing.Item("m", null, "aa", 1, null)).state()).isEqualTo(State.PASSED);
        ModelHistory changed = story(new Listing.Item("m", null, "ff", 1, null));
        assertThat(changed.state()).isEqualTo(State.UNJUDGED);
        assertThat(changed.families()).containsEntry(Family.ARTIFACT, State.UNJUDGED);
    }

    @Test
    void the_outcome_of_a_family_is_that_of_its_worst_criterion(@TempDir Path folder) throws IOException {
        runs.add(RunSummary.of(Runs.mixed(folder)));
        assertThat(story(null).families())
                .containsEntry(Family.ARTIFACT, State.PASSED)
                .containsEntry(Family.ANATOMY, State.REGRESSED)
                .containsEntry(Family.DIVERSITY, State.INCONCLUSIVE)
                .containsEntry(Family.EFFECT, State.BROKEN);
    }

    @Test
    void a_family_of_which_nothing_was_compared_was_not_judged() {
        night("2026-11-01", Outcome.REGRESSED);
        RunSummary run = runs.remove(0);
        VerdictEntry e = run.criteria().get(0);
        VerdictEntry nothing = Entries.of(
                "vendi",
                "vendi",
                "1",
                "diversity",
                Outcome.INCONCLUSIVE,
                null,
                null,
                null,
                1,
                e.rule().name(),
                e.better().name(),
                "",
                null,
                null,
                0,
                0,
                "no picture was made");
        runs.add(new RunSummary(
                RunSummary.SCHEMA,
                run.run(),
                run.night(),
                run.started(),
                1,
                Outcome.REGRESSED,
                null,
                "m",
                run.parts(),
                "base",
                "",
                null,
                run.suite(),
                "",
                2,
                List.of(e, nothing),
                null,
                null,
                null,
                Map.of()));
        assertThat(story(null).families())
                .containsEntry(Family.ARTIFACT, State.REGRESSED)
                .containsEntry(Family.DIVERSITY, State.UNJUDGED);
    }

    @Test
    void mended_is_better() {
        night("2026-11-01", Outcome.REGRESSED).night("2026-11-02", Outcome.PASSED);
        assertThat(changes()).singleElement().matches(c -> !c.worse());
    }

    @Test
    void a_model_that_is_not_judged_again_keeps_its_outcome_in_the_counts() {
        night("2026-11-01", Outcome.PASSED).night("2026-11-03", Outcome.REGRESSED);
        RunSummary other = FakeHistory.digest(0, 0, "2026-11-02");
        List<RunSummary> all = new ArrayList<>(runs);
        all.add(other);
        Overview survey = Overview.of(Listing.none(), new History.Content(all, List.of()));
        List<int[]> counts = survey.suites().get("s").counts();
        assertThat(counts).extracting(n -> n[State.PASSED.code()]).containsExactly(1, 1, 0);
        assertThat(counts).extracting(n -> n[State.REGRESSED.code()]).containsExactly(0, 0, 1);
    }

    @Test
    void files_with_the_same_bytes_are_copies() {
        Listing listing = new Listing(
                "shelf",
                List.of(
                        new Listing.Item("a", null, "aa", 1, List.of()),
                        new Listing.Item("b", null, "bb", 1, List.of()),
                        new Listing.Item("c", null, "aa", 1, List.of()),
                        new Listing.Item("d", null, null, 1, List.of())));
        Overview survey = Overview.of(listing, new History.Content(List.of(), List.of()));
        assertThat(survey.stories().stream().filter(survey::isCopy).map(ModelHistory::model))
                .containsExactly("a", "c");
    }
}
