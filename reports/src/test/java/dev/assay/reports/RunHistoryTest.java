package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.ReportLink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
    @TempDir
    Path root;

    private String build(RunRecord run, Path record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LastStep step = Steps.in(root, null, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        Ending ending;
        if (record == null) {
            RunRecords.write(root.resolve("out"), run);
            ending = step.of(JudgedRun.fresh(RunRecords.file(root.resolve("out"), run.id())));
        } else {
            ending = step.again(JudgedRun.earlier(record));
        }
        assertThat(ending).as("without Allure").isIn(Ending.BROKEN, Ending.REGRESSED);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private List<RunSummary> history() {
        return new History(root.resolve(".assay/history.jsonl")).read().digests();
    }

    private RunRecord at(String id, String started, String outcome) {
        RunRecord r = Runs.passed(root.resolve("out/runs/" + id), "aa".repeat(32), id);
        List<RunRecord.VerdictEntry> verdicts =
                List.of(Runs.verdict("grid", "artifact", outcome, "NON_INFERIOR", "LOWER", 1.0, "because"));
        return Runs.with(r, outcome, 1, verdicts, started);
    }

    @Test
    void every_build_appends_its_run_and_shows_those_before() throws IOException {
        build(at("one", "2026-11-20T12:00:00Z", "PASSED"), null);
        assertThat(root.resolve("target/allure-results/history")).isEmptyDirectory();
        build(at("two", "2026-11-21T12:00:00Z", "REGRESSED"), null);
        assertThat(history()).extracting(RunSummary::run).containsExactly("one", "two");
        assertThat(history().get(1).record()).isEqualTo("../out/runs/two/run.json");
        assertThat(Files.readString(root.resolve("target/allure-results/history/history-trend.json")))
                .contains("\"buildOrder\":1")
                .doesNotContain("\"buildOrder\":2");
    }

    @Test
    void a_report_that_is_made_again_appends_nothing_and_shows_only_what_came_before() throws IOException {
        build(at("one", "2026-11-20T12:00:00Z", "PASSED"), null);
        build(at("two", "2026-11-21T12:00:00Z", "PASSED"), null);
        build(null, root.resolve("out/runs/one/run.json"));
        assertThat(history()).hasSize(2);
        assertThat(root.resolve("target/allure-results/history")).isEmptyDirectory();
    }

    @Test
    void a_damaged_history_is_said_and_changes_no_verdict() throws IOException {
        Files.createDirectories(root.resolve(".assay"));
        Files.writeString(root.resolve(".assay/history.jsonl"), "{\"torn\": ");
        assertThat(build(at("one", "2026-11-20T12:00:00Z", "PASSED"), null))
                .contains("line 1 is left out: torn")
                .contains("PASSED: all 1 criteria met");
        assertThat(history()).hasSize(1);
        Files.delete(root.resolve(".assay/history.jsonl"));
        Files.createDirectory(root.resolve(".assay/history.jsonl"));
        assertThat(build(at("two", "2026-11-20T12:00:00Z", "PASSED"), null))
                .contains("No trends: ")
                .contains("This run is not in the history: ")
                .contains("PASSED: all 1 criteria met");
    }

    @Test
    void a_run_that_died_without_a_record_is_red_and_in_no_history() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LastStep step = Steps.in(root, "allow", new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(step.of(JudgedRun.none("the disk is full", root.resolve("out/last-run.json"))))
                .isEqualTo(Ending.BROKEN);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("there is no record of the run", "the disk is full");
        assertThat(history()).isEmpty();
        try (var files = Files.list(root.resolve("target/allure-results"))) {
            Path result = files.filter(f -> f.toString().endsWith("-result.json"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(result))
                    .contains("\"status\":\"broken\"")
                    .contains("The run as a whole: the disk is full");
        }
    }

    @Test
    void links_lead_to_record_suite_and_the_page_that_the_metadata_names() throws IOException {
        RunRecord run = Runs.mixed(root);
        Path folder = Files.createDirectories(root.resolve("out/runs/x"));
        Files.writeString(folder.resolve("run.json"), "{}");
        byte[] header =
                "{\"__metadata__\":{\"homepage\":\"https://civitai.com/models/77\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[8 + header.length];
        file[0] = (byte) header.length;
        System.arraycopy(header, 0, file, 8, header.length);
        Files.write(root.resolve("three-legs.safetensors"), file);
        Path bundled = Files.createDirectories(root.resolve("suites"));
        Files.writeString(bundled.resolve("microcosm.yaml"), "another text than the run read");
        List<ReportLink> links = RunLinks.of(run, folder, root, bundled, root.resolve("report"));
        assertThat(links)
                .extracting(ReportLink::url)
                .containsExactly("../out/runs/x/run.json", "https://civitai.com/models/77");
        assertThat(links.get(1).name()).isEqualTo("page of three-legs.safetensors");
    }
}
