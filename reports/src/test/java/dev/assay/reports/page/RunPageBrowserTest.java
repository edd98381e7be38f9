package dev.assay.reports.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Axe;
import dev.assay.reports.Chromium;
import dev.assay.reports.Runs;
import dev.assay.reports.card.VerdictCard;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.pages.ReportLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run in a real browser; skipped, loudly, where there is none. */
@Tag("slow")
class RunPageBrowserTest {
    @TempDir
    Path folder;

    private Chromium chromium;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = Chromium.find();
        if (program.isEmpty()) {
            System.err.println(
                    "[assay] SKIPPED: no Chromium on the PATH, so no browser has seen the page of a run (apt-get"
                            + " install chromium)");
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

    private String page(RunRecord run, Outcome outcome, String text) throws IOException {
        Path docs = Files.createDirectories(folder.resolve("docs"));
        Files.writeString(docs.resolve("limbs.md"), "# limbs");
        VerdictCard card = VerdictCard.of(
                run,
                outcome,
                List.of(text, text),
                new FileFacts(text, text, text, List.of(text), "ab".repeat(32)),
                new VerdictCard.Waived(text, text));
        return RunPage.of(
                        card,
                        run,
                        folder,
                        folder,
                        docs,
                        List.of(ReportLink.file(text, folder.resolve("run.json"), folder)),
                        Caller.COMMAND)
                .write(folder.resolve("page.html"))
                .toUri()
                .toString();
    }

    private void assertQuiet() {
        assertThat(chromium.complaints).isEmpty();
        assertThat(chromium.requests).isNotEmpty().allMatch(r -> r.matches("(?s)(file|data|about):.*"));
    }

    @Test
    void hostile_text_runs_nothing_and_asks_nobody() throws IOException {
        chromium.open(page(Runs.hostile(folder), Outcome.REGRESSED, Runs.HOSTILE));
        JsonNode found = chromium.evaluate("""
            (() => {
              document.querySelectorAll('details').forEach(d => { d.open = true; });
              document.querySelectorAll('*').forEach(e => e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})));
              return new Promise(r => setTimeout(() =>
                  r([document.querySelectorAll('script, img[src=x], foreignObject, iframe').length, document.body.textContent.length]), 100));
            })()
            """);
        assertThat(found.get(0).asInt()).isZero();
        assertThat(found.get(1).asInt()).isPositive();
        assertQuiet();
    }

    @Test
    void a_page_breaks_no_rule_of_accessibility_and_fits_the_narrowest_phone() throws IOException {
        for (RunRecord run :
                List.of(Runs.mixed(folder), Runs.withSoft(folder, Outcome.REGRESSED), Runs.stopped("no such file"))) {
            Axe.assertPage(chromium, page(run, run.outcome(), "style"));
            for (boolean dark : new boolean[] {false, true}) {
                chromium.view(360, 800, dark);
                chromium.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
                assertThat(chromium.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .isLessThanOrEqualTo(360);
                assertThat(chromium.evaluate("getComputedStyle(document.body).backgroundColor")
                                .asText())
                        .isEqualTo(dark ? "rgb(15, 19, 25)" : "rgb(255, 255, 255)");
            }
        }
        assertQuiet();
    }

    @Test
    void the_arrow_keys_put_base_and_candidate_in_one_place() throws IOException {
        chromium.view(1280, 900, false);
        chromium.open(page(Runs.mixed(folder), Outcome.REGRESSED, "style"));
        String shown =
                "['base', 'candidate'].map(r => document.querySelector('.gallery .' + r).getBoundingClientRect().top"
                        + " * (document.querySelector('.gallery .' + r).offsetHeight > 0)).map(Math.round)";
        int steps = 0;
        while (!chromium.evaluate("document.activeElement.id").asText().equals("both") && steps++ < 60) {
            chromium.press("Tab", 9);
            assertThat(chromium.evaluate("document.activeElement === document.body"
                                    + " || getComputedStyle(document.activeElement).outlineStyle !== 'none'")
                            .asBoolean())
                    .as("focus can be seen on %s", chromium.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
                    .isTrue();
        }
        assertThat(chromium.evaluate("document.activeElement.id").asText()).isEqualTo("both");
        chromium.press("ArrowRight", 39);
        assertThat(chromium.evaluate("document.activeElement.id").asText()).isEqualTo("base");
        int base = chromium.evaluate(shown + "[0]").asInt();
        assertThat(base).isPositive();
        assertThat(chromium.evaluate(shown + "[1]").asInt()).isZero();
        chromium.press("ArrowRight", 39);
        assertThat(chromium.evaluate(shown + "[0]").asInt()).isZero();
        assertThat(chromium.evaluate(shown + "[1]").asInt()).isEqualTo(base);
        assertQuiet();
    }

    @Test
    void on_paper_every_picture_is_there_and_no_button() throws IOException {
        chromium.open(page(Runs.mixed(folder), Outcome.REGRESSED, "style"));
        chromium.call("Emulation.setEmulatedMedia", java.util.Map.of("media", "print"));
        assertThat(chromium.evaluate("document.querySelector('.sides').offsetHeight")
                        .asInt())
                .isZero();
        assertThat(chromium.evaluate("document.querySelector('.gallery img').offsetHeight")
                        .asInt())
                .isPositive();
    }
}
