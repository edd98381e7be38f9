package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.reports.Axe;
import dev.assay.reports.Chromium;
import dev.assay.reports.Runs;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site in a real browser. Where none is installed this is skipped, loudly; {@link DashboardTest} looks at the pages anyway. */
@Tag("slow")
class DashboardBrowserTest {
    @TempDir
    Path folder;

    private Chromium chromium;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = Chromium.find();
        if (program.isEmpty()) {
            System.err.println(
                    "[assay] SKIPPED: no Chromium on the PATH, so no browser has seen the dashboard (apt-get install chromium)");
        }
        assumeTrue(program.isPresent(), "no Chromium on the PATH");
        chromium = Chromium.start(program.get(), Files.createDirectory(folder.resolve("profile")));
    }

    @AfterEach
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    private void assertQuiet() {
        assertThat(chromium.complaints).isEmpty();
        assertThat(chromium.requests).isNotEmpty().allMatch(r -> r.startsWith("file://") || r.startsWith("about:"));
    }

    @Test
    void hostile_text_runs_nothing_and_asks_nobody() throws IOException {
        Path index = Hostile.site(folder);
        List<Path> pages;
        try (Stream<Path> files = Files.walk(index.getParent())) {
            pages = files.filter(f -> f.toString().endsWith(".html")).sorted().toList();
        }
        // Every text stands on the overview; of the several hundred pages a seventh is enough for a real browser.
        for (int i = 0; i < pages.size(); i++) {
            if (!pages.get(i).equals(index) && i % 7 != 0) {
                continue;
            }
            chromium.open(pages.get(i).toUri().toString());
            JsonNode found = chromium.evaluate("""
                    (() => {
                      document.querySelectorAll('details').forEach(d => { d.open = true; });
                      document.querySelectorAll('button, summary, select, input').forEach(e => {
                        e.focus(); e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}));
                        if (e.tagName === 'BUTTON') { e.click(); }
                      });
                      return new Promise(r => setTimeout(() => r([window.__pwned === undefined, document.title, location.protocol]), 30));
                    })()
                    """);
            assertThat(found.get(0).asBoolean()).as("%s", pages.get(i)).isTrue();
            assertThat(found.get(1).asText()).endsWith("· Assay");
            assertThat(found.get(2).asText()).isEqualTo("file:");
        }
        assertQuiet();
    }

    @Test
    void a_script_that_got_in_would_still_not_run() throws IOException {
        Path index = Hostile.site(folder);
        Path broken = index.resolveSibling("broken.html");
        Files.writeString(
                broken,
                Files.readString(index)
                        .replace(
                                "<main",
                                "<script>window.__pwned=1</script><img src=x onerror='window.__pwned=2'><img src=http://127.0.0.1:9/x><main"));
        chromium.open(broken.toUri().toString());
        assertThat(chromium.evaluate("window.__pwned === undefined").asBoolean())
                .isTrue();
        assertThat(chromium.complaints).anyMatch(c -> c.contains("Content Security Policy"));
    }

    @Test
    void the_table_is_found_sorted_and_filtered_with_the_keyboard_alone() {
        Path index = site(300, 3);
        chromium.open(index.toUri().toString());
        chromium.press("Tab", 9);
        assertThat(chromium.evaluate("document.activeElement.className").asText())
                .isEqualTo("skip");
        int steps = 0;
        while (!chromium.evaluate("document.activeElement.textContent").asText().startsWith("Size") && steps++ < 120) {
            chromium.press("Tab", 9);
            assertThat(chromium.evaluate(
                                    "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'")
                            .asBoolean())
                    .as("focus can be seen on %s", chromium.evaluate("document.activeElement.outerHTML"))
                    .isTrue();
        }
        chromium.press("Enter", 13);
        assertThat(chromium.evaluate("document.querySelector('th[aria-sort]').textContent")
                        .asText())
                .isEqualTo("Size ↓");
        assertThat(chromium.evaluate("document.querySelectorAll('#models tbody tr').length")
                        .asInt())
                .isEqualTo(50);
        chromium.evaluate("document.getElementById('find').focus()");
        chromium.call("Input.insertText", java.util.Map.of("text", "NEON-film"));
        assertThat(chromium.evaluate("document.getElementById('found').textContent")
                        .asText())
                .matches("[1-9] of 300 models");
        assertThat(chromium.evaluate(
                                "[...document.querySelectorAll('#models tbody .name')].every(n => n.textContent.startsWith('neon-film'))")
                        .asBoolean())
                .isTrue();
        assertQuiet();
    }

    @Test
    void pages_fit_a_phone_and_draw_their_charts_by_day_and_by_night() throws IOException {
        Path index = site(20, 5);
        for (Path page : List.of(
                index,
                index.resolveSibling("models/" + Slug.of(FakeHistory.name(3)) + ".html"),
                index.resolveSibling("metrics/" + Slug.of("grid") + ".html"),
                index.resolveSibling("suites/" + Slug.of("starter") + ".html"))) {
            for (boolean dark : new boolean[] {false, true}) {
                chromium.view(390, 844, dark);
                chromium.open(page.toUri().toString());
                assertThat(chromium.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .as("%s", page)
                        .isLessThanOrEqualTo(390);
                if (!page.equals(index)) {
                    chromium.evaluate("document.querySelector('.chart').scrollIntoView()");
                    chromium.await("document.querySelectorAll('.chart canvas').length > 0");
                }
                String paper = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText();
                assertThat(paper).isEqualTo(dark ? "rgb(15, 19, 25)" : "rgb(255, 255, 255)");
            }
        }
        assertQuiet();
    }

    @Test
    void pages_break_no_rule_of_accessibility() throws IOException {
        Path index = site(20, 5);
        Path pictured = pictured();
        for (Path page : List.of(
                index,
                index.resolveSibling("models/" + Slug.of(FakeHistory.name(3)) + ".html"),
                index.resolveSibling("metrics/" + Slug.of("grid") + ".html"),
                index.resolveSibling("suites/" + Slug.of("starter") + ".html"),
                pictured,
                pictured.resolveSibling("models/" + Slug.of("three-legs") + ".html"))) {
            Axe.assertPage(chromium, page.toUri().toString());
        }
        assertQuiet();
    }

    @Test
    void what_no_suite_asked_is_not_judged_and_has_no_number() throws IOException {
        chromium.open(pictured().toUri().toString());
        String cost = "[...document.querySelectorAll('#models thead th')].some(h => h.textContent === 'cost')";
        assertThat(chromium.evaluate(cost).asBoolean())
                .isFalse(); // what a run took is its machine's load: no column of its own

        History history = new History(folder.resolve("pictured.jsonl"));
        history.append(FakeHistory.digest(3, 1, "2026-11-21")); // of a suite that asks for cost
        chromium.open(Dashboard.write(history, Listing.none(), folder.resolve("both"))
                .toUri()
                .toString());
        assertThat(chromium.evaluate(cost).asBoolean()).isTrue();
        String cell =
                "[...document.querySelectorAll('#models tbody tr')].map(r => r.querySelector('.name a').textContent + ': '"
                        + " + r.querySelector('[data-label=cost]').textContent)";
        assertThat(chromium.evaluate(cell))
                .extracting(JsonNode::asText)
                .anySatisfy(t -> assertThat(t).isEqualTo("three-legs: \u2013 not judged"))
                .anySatisfy(t -> assertThat(t)
                        .matches(FakeHistory.name(3).replace(".safetensors", "") + ": \u2713 passed [0-9.]+ s"));

        chromium.evaluate("""
                ['about', 'verdict'].forEach(id => {
                  const s = document.getElementById(id);
                  s.value = [...s.options].find(o => o.textContent === (id === 'about' ? 'cost' : 'not judged')).value;
                  ['input', 'change'].forEach(e => s.dispatchEvent(new Event(e, {bubbles: true})));
                })
                """);
        assertThat(chromium.evaluate(cell))
                .extracting(JsonNode::asText)
                .containsExactly("three-legs: \u2013 not judged");
        assertQuiet();
    }

    /** A site about a run whose pictures lie on the disk. */
    private Path pictured() throws IOException {
        RunRecord run = Runs.mixed(RunRecords.folder(folder.resolve("out"), "20261122-120000-000-three-legs"));
        RunRecords.write(folder.resolve("out"), run);
        History history = new History(folder.resolve("pictured.jsonl"));
        history.append(RunSummary.of(run, "out/runs/" + run.id() + "/run.json", null));
        return Dashboard.write(history, Listing.none(), folder.resolve("pictured"));
    }

    private Path site(int models, int nights) {
        try {
            FakeHistory.write(folder.resolve("fake.jsonl"), models, nights);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return Dashboard.write(
                new History(folder.resolve("fake.jsonl")), FakeHistory.listing(models), folder.resolve("fake"));
    }
}
