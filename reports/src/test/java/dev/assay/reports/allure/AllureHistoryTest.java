package dev.assay.reports.allure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.ReportLink;
import io.qameta.allure.model.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllureHistoryTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path write(RunRecord run, List<RunSummary> earlier, List<String> trouble) {
        Path results = folder.resolve("results");
        AllureResults.write(
                run,
                folder,
                results,
                folder.resolve("report"),
                new ReportContext(Map.of(), trouble, List.of(), earlier, ReportExecutor.LOCAL));
        return results;
    }

    private static JsonNode read(Path results, String file) throws IOException {
        return JSON.readTree(results.resolve(file).toFile());
    }

    @Test
    void a_run_of_chosen_criteria_is_a_part_and_not_broken() throws IOException {
        RunRecord run = Runs.with(Runs.passed(folder, "aa".repeat(32), "first"), "PASSED", 8);
        RunSummary part = RunSummary.of(run);
        assertThat(part.partial()).isTrue();
        assertThat(part.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        Path results = write(Runs.mixed(folder), List.of(part), List.of());
        JsonNode data = read(results, "history/history-trend.json").get(0).get("data");
        assertThat(data.get("broken").asInt()).isZero();
        assertThat(data.get("total").asInt())
                .as("the criteria that were chosen")
                .isEqualTo(1);
        assertThat(data.get("passed").asInt()).isEqualTo(1);
        assertThat(read(results, "history/categories-trend.json").get(0).get("data"))
                .isEmpty();
        // The same when nobody chose: the record lost its criteria, and the build said BROKEN.
        RunSummary lost = part.broken("1 verdicts for 8 criteria");
        assertThat(lost.partial()).isFalse();
        results = write(Runs.mixed(folder), List.of(lost), List.of());
        assertThat(read(results, "history/history-trend.json")
                        .get(0)
                        .get("data")
                        .get("broken")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void a_fresh_workspace_shows_earlier_runs_from_the_history_alone() throws IOException {
        RunRecord run = Runs.with(Runs.mixed(folder), "BROKEN", 6);
        List<RunSummary> earlier = List.of(
                RunSummary.of(Runs.with(Runs.passed(folder, "aa".repeat(32), "first"), "PASSED", 1)),
                RunSummary.of(run));
        Path results = write(run, earlier, List.of());
        JsonNode trend = read(results, "history/history-trend.json");
        assertThat(trend).hasSize(2);
        assertThat(trend.get(0).get("buildOrder").asInt()).isEqualTo(2);
        assertThat(trend.get(0).get("data").get("failed").asInt()).isEqualTo(1);
        assertThat(trend.get(0).get("data").get("total").asInt())
                .as("as many as criteria")
                .isEqualTo(6);
        assertThat(trend.get(1).get("data").get("passed").asInt()).isEqualTo(1);
        assertThat(read(results, "executor.json").get("buildOrder").asInt()).isEqualTo(3);
        assertThat(read(results, "history/categories-trend.json").get(0).get("data"))
                .isEqualTo(JSON.readTree("{\"Regression: anatomy\":1,\"Inconclusive\":1,\"Harness trouble\":1}"));
        assertThat(read(results, "history/duration-trend.json")
                        .get(0)
                        .get("data")
                        .get("duration")
                        .asLong())
                .isEqualTo(123_400);
    }

    @Test
    void each_result_finds_its_own_past_and_that_of_no_other() throws IOException {
        RunRecord run = Runs.with(Runs.mixed(folder), "BROKEN", 6);
        Path results = write(run, List.of(RunSummary.of(run)), List.of());
        JsonNode history = read(results, "history/history.json");
        Set<String> known = new HashSet<>();
        history.fieldNames().forEachRemaining(known::add);
        Set<String> now = new HashSet<>();
        try (Stream<Path> files = Files.list(results)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-result.json")).toList()) {
                JsonNode result = JSON.readTree(file.toFile());
                String id = result.get("historyId").asText();
                now.add(id);
                assertThat(history.get(id).get("items")).hasSize(1);
                assertThat(history.get(id).get("items").get(0).get("status")).isEqualTo(result.get("status"));
            }
        }
        assertThat(known).isEqualTo(now);
    }

    @Test
    void the_same_category_names_stand_in_the_trend_and_in_this_run() throws IOException {
        RunRecord run = Runs.with(Runs.mixed(folder), "BROKEN", 6);
        Path results = write(run, List.of(RunSummary.of(run)), List.of());
        List<String> names = new ArrayList<>();
        read(results, "categories.json").forEach(c -> names.add(c.get("name").asText()));
        assertThat(names)
                .contains("The run as a whole", "Not applied", "Unavailable", "Inconclusive", "Harness trouble")
                .contains("Regression: artifacts", "Regression: anatomy");
        List<String> counted = new ArrayList<>();
        read(results, "history/categories-trend.json")
                .get(0)
                .get("data")
                .fieldNames()
                .forEachRemaining(counted::add);
        assertThat(names).containsAll(counted);
    }

    @Test
    void runs_of_other_models_and_suites_are_not_its_trend() throws IOException {
        RunRecord run = Runs.mixed(folder);
        RunSummary own = RunSummary.of(Runs.with(run, "BROKEN", 6));
        RunSummary other = own.inCollection("other.safetensors", "sdxl", "2026-11-21");
        Path results = write(run, List.of(other, own, other), List.of());
        assertThat(read(results, "history/history-trend.json")).hasSize(1);
        assertThat(read(results, "executor.json").get("buildOrder").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void a_soft_verdict_fails_nothing_and_has_a_category(Outcome outcome) {
        boolean passed = outcome == Outcome.PASSED;
        assertThat(Categories.status(outcome, true)).isEqualTo(passed ? Status.PASSED : Status.SKIPPED);
        assertThat(Categories.message(outcome, true, Family.DIVERSITY, "vendi", "alike"))
                .isEqualTo(passed ? "Alike" : "Soft: decides nothing: alike");
        assertThat(Categories.json(List.of())).anyMatch(c -> c.get("name").equals("Soft: decides nothing"));
    }

    @Test
    void a_candidate_that_was_not_applied_is_a_category_of_its_own() {
        assertThat(Categories.of(Outcome.REGRESSED, false, Family.EFFECT, "applied"))
                .isEqualTo("Not applied");
        assertThat(Categories.of(Outcome.REGRESSED, false, Family.FILE, "preflight"))
                .isEqualTo("Not applied");
        assertThat(Categories.of(Outcome.REGRESSED, false, Family.EFFECT, "effect"))
                .isEqualTo("Regression: effect");
        assertThat(Categories.of(Outcome.UNAVAILABLE, false, Family.AESTHETIC, "clip-iqa"))
                .isEqualTo("Unavailable");
        assertThat(Categories.message(Outcome.REGRESSED, false, Family.EFFECT, "applied", "not applied: as the base"))
                .isEqualTo("Not applied: as the base");
    }

    @Test
    void a_long_history_is_shown_by_its_newest_runs() throws IOException {
        RunRecord run = Runs.passed(folder, "aa".repeat(32), "now");
        List<RunSummary> earlier = IntStream.range(0, 100)
                .mapToObj(i -> RunSummary.of(Runs.passed(folder, "aa".repeat(32), "run" + i)))
                .toList();
        Path results = write(run, earlier, List.of());
        assertThat(read(results, "history/history-trend.json")).hasSize(30);
        assertThat(read(results, "history/history-trend.json")
                        .get(0)
                        .get("buildOrder")
                        .asInt())
                .isEqualTo(100);
        assertThat(read(results, "history/history.json")
                        .get("microcosm/three-legs/artifact/grid")
                        .get("items"))
                .hasSize(20);
        assertThat(write(run, List.of(), List.of()).resolve("history")).isEmptyDirectory();
    }

    @Test
    void criteria_without_a_verdict_make_the_run_red_in_report_and_trend() throws IOException {
        RunRecord run = Runs.with(Runs.single(folder, "PASSED"), "PASSED", 3);
        String why = "1 verdicts for 3 criteria"; // of the gate: nobody chose them
        Path results = write(run, List.of(RunSummary.of(run).broken(why)), List.of(why));
        JsonNode overview;
        try (Stream<Path> files = Files.list(results)) {
            overview = files.filter(f -> f.toString().endsWith("-result.json"))
                    .map(f -> {
                        try {
                            return JSON.readTree(f.toFile());
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .filter(r -> r.get("historyId").asText().endsWith("/run/run"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(overview.get("status").asText()).isEqualTo("broken");
        assertThat(overview.get("statusDetails").get("message").asText())
                .isEqualTo("The run as a whole: 1 verdicts for 3 criteria");
        assertThat(read(results, "history/history-trend.json")
                        .get(0)
                        .get("data")
                        .get("broken")
                        .asInt())
                .isEqualTo(1);
        assertThat(Files.readString(results.resolve("environment.properties"))).startsWith("outcome = BROKEN");
    }

    @Test
    void links_lead_to_the_web_or_to_files_beside_and_nowhere_else() {
        assertThat(ReportLink.file("x", folder.resolve("a b/<q>\"#?.json"), folder.resolve("report"))
                        .url())
                .isEqualTo("../a%20b/%3Cq%3E%22%23%3F.json");
        assertThat(ReportLink.web("x", "https://civitai.com/models/1").url()).isEqualTo("https://civitai.com/models/1");
        for (String url : List.of(
                "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example/x", "/etc/x")) {
            assertThatThrownBy(() -> ReportLink.web("x", url))
                    .as(url)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("link: expected http");
        }
    }

    @Test
    void the_executor_is_the_service_that_runs_the_build() {
        assertThat(ReportExecutor.of(Map.of(
                        "GITHUB_ACTIONS", "true",
                        "GITHUB_SERVER_URL", "https://github.com",
                        "GITHUB_REPOSITORY", "a/b",
                        "GITHUB_RUN_ID", "7")))
                .isEqualTo(new ReportExecutor("GitHub Actions", "github", "https://github.com/a/b/actions/runs/7"));
        assertThat(ReportExecutor.of(Map.of("GITLAB_CI", "true", "CI_JOB_URL", "javascript:alert(1)")))
                .isEqualTo(new ReportExecutor("GitLab CI", "gitlab", null));
        assertThat(ReportExecutor.of(Map.of())).isEqualTo(ReportExecutor.LOCAL);
    }
}
