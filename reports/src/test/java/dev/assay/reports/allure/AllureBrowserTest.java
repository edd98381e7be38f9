package dev.assay.reports.allure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.harness.run.RunRecord;
import dev.assay.reports.Axe;
import dev.assay.reports.Chromium;
import dev.assay.reports.Runs;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.ReportLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of Allure's command line in a real browser; skipped, loudly, where there is none. */
@Tag("slow")
class AllureBrowserTest {
    private static final Path COMMAND_LINE = Path.of("target", "allure-cli");
    private static final Pattern TEST_CASE = Pattern.compile("data/test-cases/([0-9a-f]+)\\.json");

    @TempDir
    Path folder;

    private Chromium chromium;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = Chromium.find();
        boolean possible = program.isPresent() && Files.isDirectory(COMMAND_LINE);
        if (!possible) {
            System.err.println(
                    "[assay] SKIPPED: no Chromium on the PATH or no Allure in " + COMMAND_LINE.toAbsolutePath()
                            + ", so no browser has seen the report (apt-get install chromium; run the tests with"
                            + " Maven)");
        }
        assumeTrue(possible, "no Chromium on the PATH, or no Allure");
        chromium = Chromium.start(program.orElseThrow(), Files.createDirectory(folder.resolve("profile")));
    }

    @AfterEach
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    private Path report(RunRecord run, List<RunSummary> earlier) throws IOException, InterruptedException {
        Path results = folder.resolve("results");
        Path report = folder.resolve("report");
        AllureResults.write(
                run,
                folder,
                results,
                report,
                new ReportContext(
                        Map.of(Runs.HOSTILE, Runs.HOSTILE),
                        List.of(),
                        List.of(new ReportLink(Runs.HOSTILE, "https://civitai.com/models/1", "link")),
                        earlier,
                        new ReportExecutor(Runs.HOSTILE, "assay", null)));
        return AllureHtml.generate(COMMAND_LINE, results, report, "Assay");
    }

    private void show(String route) {
        chromium.evaluate("location.hash = " + '"' + route + '"');
        chromium.evaluate("new Promise(r => setTimeout(r, 120))");
    }

    @Test
    void hostile_text_runs_nothing_and_asks_nobody() throws IOException, InterruptedException {
        RunRecord run = Runs.hostile(folder);
        Path index = report(run, List.of(RunSummary.of(run)));
        List<String> cases = TEST_CASE
                .matcher(Files.readString(index))
                .results()
                .map(m -> m.group(1))
                .distinct()
                .toList();
        assertThat(cases).hasSize(2);
        chromium.open(index.toUri().toString());
        chromium.await("document.querySelectorAll('.widget').length > 4");
        for (String route : List.of("", "categories", "suites", "behaviors", "packages", "graph", "timeline")) {
            show(route);
            for (String id : cases) {
                show(route + "/" + id);
            }
        }
        for (String id : cases) {
            for (String tab : List.of("", "/history", "/retries")) {
                show("testresult/" + id + tab);
                chromium.evaluate("""
                    (() => {
                      document.querySelectorAll('.attachment-row, .link_type_expand, .status-details__message, .long-line, button')
                          .forEach(e => e.click());
                      document.querySelectorAll('*').forEach(e => e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})));
                      return new Promise(r => setTimeout(r, 250));
                    })()
                    """);
            }
            assertThat(chromium.evaluate("document.body.textContent").asText()).contains("alert(1)");
        }
        // Allure's own script complains of our haste; a script of a stranger would open a dialog.
        assertThat(chromium.complaints.stream()
                        .filter(c -> c.startsWith("dialog"))
                        .toList())
                .isEmpty();
        assertThat(chromium.evaluate("document.querySelectorAll('img[src=x]').length")
                        .asInt())
                .isZero();
        assertThat(chromium.requests.stream()
                        .filter(r -> !r.matches("(?s)(file|data|blob|about):.*"))
                        .toList())
                .isEmpty();
    }

    @Test
    void a_fresh_workspace_shows_trends_and_the_past_of_a_criterion() throws IOException, InterruptedException {
        RunRecord run = Runs.mixed(folder);
        RunRecord first = Runs.with(run, "BROKEN", 6);
        Path index = report(run, List.of(renamed(RunSummary.of(first), "one"), renamed(RunSummary.of(first), "two")));
        chromium.open(index.toUri().toString());
        chromium.await("document.querySelectorAll('.widget').length > 4");
        String trend =
                "[...document.querySelectorAll('[data-id=history-trend] text')].map(t => t.textContent).join(' ')";
        chromium.await(trend + ".includes('#3')");
        assertThat(chromium.evaluate(trend).asText()).contains("#1").contains("#2");
        String id = TEST_CASE
                .matcher(Files.readString(index))
                .results()
                .map(m -> m.group(1))
                .findFirst()
                .orElseThrow();
        show("testresult/" + id + "/history");
        chromium.await("/\\d of 3/.test(document.body.textContent)");
        assertThat(chromium.complaints).isEmpty();
    }

    /** Allure's own pages have faults of their own; what we put into them has none. */
    @Test
    void what_we_write_into_the_report_breaks_no_rule_of_accessibility() throws IOException, InterruptedException {
        RunRecord run = Runs.mixed(folder);
        Path index = report(run, List.of(RunSummary.of(run)));
        List<String> cases = TEST_CASE
                .matcher(Files.readString(index))
                .results()
                .map(m -> m.group(1))
                .distinct()
                .toList();
        assertThat(cases).hasSize(6);
        for (int width : new int[] {1280, 390}) {
            chromium.view(width, 900, false); // Allure has no dark pages of its own choice
            chromium.open(index.toUri().toString());
            chromium.await("document.querySelectorAll('.widget').length > 4");
            for (String id : cases) {
                show("testresult/" + id);
                chromium.await("document.querySelector('.description__text') !== null");
                Axe.assertNoViolation(chromium, "{include: [['.description__text']]}", id + " at " + width);
            }
        }
    }

    private static RunSummary renamed(RunSummary d, String run) {
        return new RunSummary(
                d.schema(),
                run,
                d.night(),
                d.started(),
                d.seconds(),
                d.outcome(),
                d.problem(),
                d.model(),
                d.parts(),
                d.base(),
                d.baseHash(),
                d.modelFamily(),
                d.suite(),
                d.renderer(),
                d.declared(),
                d.criteria(),
                d.cost(),
                d.record(),
                d.thumbnail(),
                d.asked());
    }
}
