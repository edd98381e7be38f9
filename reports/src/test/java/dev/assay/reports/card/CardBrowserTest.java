package dev.assay.reports.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Axe;
import dev.assay.reports.Chromium;
import dev.assay.reports.Runs;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.page.RunPage;
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

/** The card in a real browser; skipped, loudly, where there is none. */
@Tag("slow")
class CardBrowserTest {
    @TempDir
    Path folder;

    private Chromium chromium;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = Chromium.find();
        if (program.isEmpty()) {
            System.err.println(
                    "[assay] SKIPPED: no Chromium on the PATH, so no browser has seen the card (apt-get install"
                            + " chromium)");
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

    private Path write(RunRecord run, String text) throws IOException {
        FileFacts facts = new FileFacts(text, text, text, List.of(text, text), "ab".repeat(32));
        VerdictCard card =
                VerdictCard.of(run, Outcome.REGRESSED, List.of(text, text), facts, new VerdictCard.Waived(text, text));
        Path to = folder.resolve("card");
        return Cards.write(
                card,
                RunPage.of(card, run, folder, to, folder, List.of(), Caller.COMMAND)
                        .shortened()
                        .html(),
                to,
                false);
    }

    @Test
    void hostile_text_runs_nothing_and_asks_nobody() throws IOException {
        Path page = write(Runs.hostile(folder), Runs.HOSTILE);
        Path badge = page.resolveSibling(page.getFileName().toString().replace(".html", ".svg"));
        for (Path file : List.of(page, badge)) {
            chromium.open(file.toUri().toString());
            chromium.evaluate("""
                (() => {
                  document.querySelectorAll('details').forEach(d => { d.open = true; });
                  document.querySelectorAll('*').forEach(e => e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})));
                  return new Promise(r => setTimeout(r, 100));
                })()
                """);
            assertThat(chromium.evaluate("document.querySelectorAll('script, img[src=x], foreignObject').length")
                            .asInt())
                    .isZero();
            assertThat(chromium.evaluate("document.documentElement.textContent").asText())
                    .isNotBlank();
        }
        assertThat(chromium.complaints).isEmpty();
        assertThat(chromium.requests).isNotEmpty().allMatch(r -> r.matches("(?s)(file|data|about):.*"));
    }

    @Test
    void a_card_breaks_no_rule_of_accessibility_and_fits_a_phone() throws IOException {
        Path page = write(Runs.mixed(folder), "style");
        Axe.assertPage(chromium, page.toUri().toString());
        assertThat(chromium.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(390);
        assertThat(chromium.complaints).isEmpty();
    }
}
