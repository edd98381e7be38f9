package dev.assay.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import dev.assay.reports.Gate;
import dev.assay.reports.Runs;
import dev.assay.reports.card.VerdictCard;
import dev.assay.reports.facts.FileFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPageTest {
    @TempDir
    Path folder;

    private RunPage page(RunRecord run) {
        Gate gate = Gate.judge(run);
        return page(run, gate.outcome(), gate.reasons());
    }

    private RunPage page(RunRecord run, Outcome outcome, List<String> reasons) {
        VerdictCard card = VerdictCard.of(run, outcome, reasons, FileFacts.NONE, null);
        return RunPage.of(
                card, run, folder, folder.resolve("report"), folder.resolve("docs"), List.of(), Caller.COMMAND);
    }

    private Document html(RunRecord run) throws IOException {
        return html(page(run));
    }

    private Document html(RunPage page) throws IOException {
        Path file = page.write(folder.resolve("report").resolve("page.html"));
        assertThat(Files.size(file)).isLessThan(10_000_000);
        return Jsoup.parse(file, "UTF-8");
    }

    private static List<String> headings(Document html) {
        return html.select("h2").eachText();
    }

    @Test
    void what_failed_comes_first_and_what_passed_after_the_pictures() throws IOException {
        Document html = html(page(Runs.mixed(folder), Outcome.REGRESSED, List.of("limbs: worse")));
        assertThat(html.select("h1").text()).startsWith("REGRESSED More figures have a hand or foot too many");
        assertThat(headings(html))
                .containsExactly(
                        "What got worse",
                        "What is not decided",
                        "All pictures",
                        "What passed",
                        "How it was made, and how to make it again",
                        "What to do next");
        assertThat(html.select("section").get(0).text()).contains("limbs");
        assertThat(html.select("section").get(0).select("img")).isNotEmpty();
        assertThat(html.select(".passed li")).hasSize(3);
        assertThat(html.select(".gallery .exhibit")).hasSize(14);
        assertThat(html.select(".gallery img")).hasSize(14 * 4 * 2);
        assertThat(html.select(".gallery > .exhibit .strip.base img").first().attr("alt"))
                .isEqualTo("base, seed 1");
        assertThat(html.select("script, link, iframe")).isEmpty();
    }

    @Test
    void a_picture_opens_the_full_one_where_it_lies() throws IOException {
        RunRecord run = Runs.mixed(folder);
        String address = html(run).select(".gallery a").first().attr("href");
        assertThat(folder.resolve("report").resolve(address).normalize()).isRegularFile();
    }

    @Test
    void the_card_is_the_page_without_all_pictures_and_without_this_machine() throws IOException {
        Document card = Jsoup.parse(page(Runs.mixed(folder)).shortened().html());
        assertThat(headings(card)).doesNotContain("All pictures").contains("What got worse", "What passed");
        assertThat(card.select("a")).isEmpty();
        assertThat(card.select("img")).isNotEmpty().hasSizeLessThan(10);
        assertThat(card.select("details summary").eachText()).contains("Files and their SHA-256");
    }

    @Test
    void it_says_how_to_make_it_again_in_any_shell() throws IOException {
        RunRecord run =
                Runs.asking(Runs.mixed(folder), Map.of("assay.lora", "microcosm:three-legs", "assay.seeds", "2"));
        assertThat(html(run).select("section:not(:last-of-type) pre").eachText())
                .containsExactly(
                        "assay judge microcosm:three-legs --seeds 2",
                        "mvn verify \"-Dassay.lora=microcosm:three-legs\" \"-Dassay.seeds=2\"");
        RunRecord dollars = Runs.asking(Runs.mixed(folder), Map.of("assay.lora", "$a.safetensors"));
        assertThat(html(dollars).select("section:not(:last-of-type) pre").eachText())
                .hasSize(4)
                .contains("assay judge '$a.safetensors'");
    }

    @Test
    void a_criterion_asked_without_the_trigger_shows_the_pictures_that_it_looked_at() throws IOException {
        RunRecord run = Runs.mixed(folder);
        VerdictEntry asked = run.verdicts().stream()
                .filter(v -> v.metric().equals("limbs"))
                .findFirst()
                .orElseThrow();
        List<RenderingEntry> pictures = new ArrayList<>(run.renderings());
        run.renderings().stream()
                .filter(r -> r.role().equals("base"))
                .forEach(r -> pictures.add(r.as("untriggered"))); // as if the LoRA did nothing without its word
        RunRecord both =
                Runs.showing(Runs.with(run, "REGRESSED", 2, List.of(asked, Entries.untriggered(asked)), ""), pictures);
        Elements articles = html(both).select("article:contains(limbs)");
        Element with = articles.get(0).selectFirst(".exhibit");
        Element without = articles.get(1).selectFirst(".exhibit");
        assertThat(with.select(".prompt").text())
                .isEqualTo(without.select(".prompt").text());
        assertThat(with.text()).contains("candidate").doesNotContain("without");
        assertThat(without.text()).contains("candidate without its trigger words");
        assertThat(sources(without).get(0).equals(sources(with).get(0))).isTrue(); // too long to be printed
        assertThat(sources(without).get(1).equals(sources(with).get(1))).isFalse();
    }

    private static List<String> sources(Element exhibit) {
        return exhibit.select("img").eachAttr("src");
    }

    @Test
    void what_to_do_next_has_its_command() throws IOException {
        RunRecord run = Runs.asking(
                Runs.single(folder, "REGRESSED"),
                Map.of("assay.lora", "microcosm:three-legs", "assay.base", "a b.safetensors"));
        assertThat(html(run).select("section:last-of-type pre").eachText())
                .containsExactly("assay judge microcosm:three-legs --base \"a b.safetensors\" --strength 0.5");
        assertThat(Jsoup.parse(page(run).shortened().html()).select("pre")).isEmpty();
    }

    @Test
    void a_run_that_broke_says_why_and_judges_nothing() throws IOException {
        Document html = html(Runs.stopped("there is no such file: style.safetensors"));
        assertThat(html.select("h1").text()).startsWith("BROKEN There is no judgement");
        assertThat(html.select(".trouble").text()).isEqualTo("there is no such file: style.safetensors");
        assertThat(headings(html)).doesNotContain("What got worse", "What passed", "All pictures");
        assertThat(html.select("section:last-of-type").text()).contains("give the same command again");
    }

    @Test
    void a_refused_file_has_its_reason_once_and_no_picture() throws IOException {
        Document html = html(Runs.refused("477480 bytes are missing"));
        assertThat(html.select("h1").text()).isEqualTo("REGRESSED It cannot work: no picture was made");
        assertThat(html.select("article").first().text()).contains("477480 bytes are missing");
        assertThat(html.text()).contains("2 criteria not judged: no picture was made", "1 regressed, 2 not judged");
        assertThat(headings(html)).contains("Why it cannot work").doesNotContain("What got worse");
        assertThat(html.select("img")).isEmpty();
    }

    @Test
    void pictures_that_are_gone_are_said_to_be() throws IOException {
        RunRecord run = Runs.mixed(folder);
        try (Stream<Path> files = Files.list(folder.resolve("store"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        RunPage page = page(run);
        Document html = Jsoup.parse(page.html());
        assertThat(html.text()).contains("The pictures of this run are not there any more.");
        assertThat(html.select(".gallery")).isEmpty();
        assertThat(html.select("article img[alt*=not there any more]")).isNotEmpty();
    }

    @Test
    void every_outcome_has_a_page() throws IOException {
        for (Outcome outcome : Outcome.values()) {
            Document html = html(Runs.single(folder, outcome.name()));
            assertThat(html.select("h1").text()).as(outcome.name()).isNotBlank();
        }
        assertThat(html(Runs.withoutParts(Runs.mixed(folder))).select("h1").text())
                .isNotBlank();
    }

    @Test
    void a_page_has_room_for_many_pictures_and_says_what_it_has_no_room_for() {
        RunRecord run = Runs.mixed(folder);
        Exhibits exhibits = new Exhibits(run, folder, folder);
        Gallery all = Gallery.of(exhibits, 9_000_000);
        assertThat(all.prompts().size()).isEqualTo(14);
        assertThat(all.note()).isEmpty();
        long bytes = all.prompts().stream().mapToLong(Exhibit::bytes).sum();
        Gallery fewerSeeds = Gallery.of(exhibits, bytes * 3 / 5);
        assertThat(fewerSeeds.prompts().size()).isEqualTo(14);
        assertThat(fewerSeeds.prompts().stream().map(Exhibit::heading)).allMatch(h -> h.endsWith("(2 of 4 seeds)"));
        Gallery few = Gallery.of(exhibits, bytes / 8);
        assertThat(few.prompts().size()).isBetween(1, 13);
        assertThat(few.note())
                .isEqualTo("This page has no room for the pictures of "
                        + (14 - few.prompts().size()) + " more prompts.");
        assertThat(few.prompts().stream().mapToLong(Exhibit::bytes).sum()).isLessThanOrEqualTo(bytes / 8);
    }
}
