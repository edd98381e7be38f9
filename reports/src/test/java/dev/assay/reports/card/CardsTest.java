package dev.assay.reports.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import dev.assay.reports.SchemaCheck;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.page.RunPage;
import dev.assay.reports.pages.Facts;
import dev.assay.reports.pages.Row;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class CardsTest {
    private static final FileFacts FACTS =
            new FileFacts("lora", "sd15", "Apache-2.0", List.of("threelegs", "style"), "ab".repeat(32));
    private static final Pattern ELEMENT = Pattern.compile("<(/?[a-z0-9]+)");

    @TempDir
    Path folder;

    @Test
    void a_card_is_written_in_every_form() throws IOException {
        Path page = write(Runs.mixed(folder), Outcome.REGRESSED);
        assertThat(names(folder.resolve("card")))
                .containsExactlyInAnyOrder(
                        "three-legs.assay.html",
                        "three-legs.assay.json",
                        "three-legs.assay.svg",
                        "three-legs.assay.md",
                        "three-legs.assay.csv",
                        "three-legs.assay.junit.xml");
        String html = Files.readString(page);
        assertThat(html).contains("three-legs", "REGRESSED", "INCONCLUSIVE", "data:image/jpeg;base64,", "threelegs");
        assertThat(Pattern.compile("<img ").matcher(html).results().count())
                .as("base and candidate of the worst case; all pictures are on the page of the run")
                .isEqualTo(2);
    }

    @Test
    void a_card_says_how_the_file_was_used_and_who_says_so() throws IOException {
        RunRecord run = Runs.used(Runs.passed(folder, "cd".repeat(32), "id"));
        VerdictCard card = card(run, Outcome.PASSED);
        assertThat(card.usage())
                .containsExactly(
                        "asked with its trigger words \"sks, oil <b>\" (three-legs.metadata.json); the base without"
                                + " them",
                        "strength 0.8 (three-legs.metadata.json)",
                        "its own settings: steps 4 where the base has 12 (three-legs.assay.yaml), guidance 1 where the"
                                + " base has 3 (three-legs.assay.yaml), sampler lcm where the base has ddim (its family or"
                                + " its own file), scheduler sgm_uniform where the base has normal (its family or its own"
                                + " file)",
                        "made as: speed (assay.purpose (-Dassay.purpose))");
        assertThat(card.recommended().triggerWords()).containsExactly("sks", "oil <b>");
        assertThat(CardMarkdown.of(card))
                .contains("steps 4 where the base has 12")
                .doesNotContain("<b>");
        assertThat(SchemaCheck.errors("card.schema.json", CardJson.of(card), InputFormat.JSON))
                .isEmpty();
        assertThat(Facts.judged(run))
                .contains(
                        new Row("the base's pictures", "64 x 64, 12 steps, guidance 3, ddim (normal)"),
                        new Row("the candidate's", "64 x 64, 4 steps, guidance 1, lcm (sgm_uniform)"),
                        new Row(
                                "the same by settings alone",
                                "assay.triggerWords=sks, oil <b>, assay.usage.steps=4, assay.usage.guidance=1"))
                .extracting(Row::name)
                .contains("trigger words", "purpose");
    }

    @Test
    void a_card_of_an_earlier_run_does_not_stay() throws IOException {
        write(Runs.mixed(folder), Outcome.REGRESSED);
        write(Runs.passed(folder, "cd".repeat(32), "another"), Outcome.PASSED);
        assertThat(names(folder.resolve("card"))).hasSize(6);
    }

    @Test
    void the_json_keeps_to_its_schema_whatever_the_run() throws IOException {
        for (RunRecord run : List.of(
                Runs.mixed(folder),
                Runs.passed(folder, "cd".repeat(32), "id"),
                Runs.stopped("no such file"),
                Runs.hostile(folder))) {
            VerdictCard card = VerdictCard.of(
                    run, Outcome.REGRESSED, List.of("because"), FACTS, new VerdictCard.Waived("Ada", "why not"));
            String json = CardJson.of(card);
            assertThat(SchemaCheck.errors("card.schema.json", json, InputFormat.JSON))
                    .isEmpty();
            assertThat(SchemaCheck.errors(
                            "card.schema.json", json.replace("assay-card/1", "assay-card/9"), InputFormat.JSON))
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Outcome.class, names = "PASSED", mode = EnumSource.Mode.EXCLUDE)
    void a_soft_verdict_is_on_every_card_and_fails_none(Outcome outcome) throws Exception {
        RunRecord run = Runs.withSoft(folder, outcome);
        VerdictCard card = card(run, Outcome.PASSED);
        Element junit = xml(JunitXml.of(card, false)).getDocumentElement();
        assertThat(List.of(junit.getAttribute("failures"), junit.getAttribute("errors"), junit.getAttribute("skipped")))
                .containsExactly("0", "0", "1");
        assertThat(CardMarkdown.of(card))
                .contains("\u2796 " + outcome + " (soft)")
                .doesNotContain("\u274c");
        org.jsoup.nodes.Document page = Jsoup.parse(Files.readString(write(card, run)));
        assertThat(page.select("h2").eachText())
                .contains("What decides nothing")
                .doesNotContain("What got worse", "What is not decided");
        assertThat(page.select(".soft-verdict").eachText()).containsExactly(outcome + " (soft)");
        assertThat(card.plainly()).startsWith("Nothing got worse");
        String json = CardJson.of(card);
        assertThat(json).contains("\"soft\" : true");
        assertThat(SchemaCheck.errors("card.schema.json", json, InputFormat.JSON))
                .isEmpty();
        assertThat(CardCsv.of(card)).contains(",soft\r\n").contains(",\"yes\"\r\n");
    }

    @Test
    void only_a_strength_that_passed_is_recommended() {
        RunRecord run = Runs.mixed(folder);
        assertThat(card(run, Outcome.PASSED).recommended().strength()).isEqualTo(0.8);
        assertThat(card(run, Outcome.REGRESSED).recommended().strength()).isNull();
        assertThat(VerdictCard.of(run, Outcome.REGRESSED, List.of(), FileFacts.NONE, null)
                        .recommended())
                .isNull();
    }

    @Test
    void hostile_text_is_text_only() throws Exception {
        RunRecord run = Runs.hostile(folder);
        VerdictCard card = card(run, Outcome.REGRESSED);
        Path page = write(card, run);
        String html = Files.readString(page);
        assertThat(html).doesNotContain("<script", "\u202e", "\u001b", "<img src=x");
        assertThat(Jsoup.parse(html).select("[^on], img[src=x]")).isEmpty(); // no handler, whatever the attributes say
        List<String> elements =
                ELEMENT.matcher(html).results().map(m -> m.group(1)).distinct().toList();
        assertThat(elements).doesNotContain("script", "iframe", "object", "link", "form", "a", "base");
        assertThat(html).contains("default-src 'none'").doesNotContain("http://", "https://", "url(");
        String svg = Badge.svg(card);
        Document badge = xml(svg);
        assertThat(badge.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
        Document junit = xml(JunitXml.of(card, false));
        assertThat(junit.getElementsByTagName("testcase").getLength()).isEqualTo(2);
        String markdown = CardMarkdown.of(card);
        assertThat(markdown).doesNotContain("<script", "<img", "](", "\u202e");
        assertThat(markdown.lines().filter(l -> l.startsWith("|"))).hasSize(4);
    }

    @Test
    void markdown_shows_text_and_makes_nothing_of_it() {
        assertThat(CardMarkdown.text("a|b [x](https://evil) ![i](y) @someone #1 `c` *d* _e_ <b> www.evil.org"))
                .isEqualTo("a&#124;b &#91;x&#93;(https&#58;//evil) &#33;&#91;i&#93;(y) &#64;someone &#35;1 &#96;c&#96;"
                        + " &#42;d&#42; &#95;e&#95; &#60;b&#62; www&#46;evil.org");
    }

    @Test
    void a_spreadsheet_gets_no_formula() {
        RunRecord run = Runs.mixed(folder);
        String csv = CardCsv.of(VerdictCard.of(run, Outcome.REGRESSED, List.of(), FACTS, null));
        assertThat(csv.lines()).hasSize(7);
        RunRecord.VerdictEntry v = run.verdicts().get(0);
        assertThat(csv)
                .contains("\"three-legs\",\"microcosm\",\"1\",\"base\",\"artifact\",\"blank-frame\"")
                .contains(v.reason());
        VerdictCard evil = named(card(run, Outcome.REGRESSED), "=HYPERLINK(\"x\")");
        assertThat(CardCsv.of(evil)).contains("\"'=HYPERLINK(\"\"x\"\")\"").doesNotContain(",\"=");
    }

    @Test
    void junit_xml_counts_what_it_holds() throws Exception {
        VerdictCard card = card(Runs.mixed(folder), Outcome.BROKEN);
        Element strict = xml(JunitXml.of(card, false)).getDocumentElement();
        assertThat(List.of(
                        strict.getAttribute("tests"),
                        strict.getAttribute("failures"),
                        strict.getAttribute("errors"),
                        strict.getAttribute("skipped")))
                .containsExactly("6", "2", "1", "0");
        Element lenient = xml(JunitXml.of(card, true)).getDocumentElement();
        assertThat(lenient.getAttribute("skipped")).isEqualTo("1");
        assertThat(lenient.getElementsByTagName("skipped").getLength()).isEqualTo(1);
    }

    @Test
    void a_run_without_a_verdict_is_an_error_in_junit_xml() throws Exception {
        VerdictCard card = VerdictCard.of(
                Runs.stopped("no such file"), Outcome.BROKEN, List.of("no such file"), FileFacts.NONE, null);
        Element suite = xml(JunitXml.of(card, true)).getDocumentElement();
        assertThat(suite.getAttribute("errors")).isEqualTo("1");
        assertThat(suite.getElementsByTagName("error")
                        .item(0)
                        .getAttributes()
                        .getNamedItem("message")
                        .getNodeValue())
                .isEqualTo("broken: no such file");
    }

    @Test
    void the_job_summary_of_github_is_appended_to() throws IOException {
        Path summary = folder.resolve("summary.md");
        Files.writeString(summary, "before\n");
        Cards.summarize(card(Runs.mixed(folder), Outcome.REGRESSED), summary);
        assertThat(Files.readString(summary)).startsWith("before\n### ").contains("| ❌ REGRESSED | anatomy/limbs |");
    }

    @Test
    void beside_a_file_a_card_replaces_a_card_and_nothing_else() throws IOException {
        Path lora = Files.writeString(folder.resolve("style.v2.safetensors"), "weights");
        RunRecord run = Runs.mixed(folder);
        VerdictCard card = card(run, Outcome.REGRESSED);
        Path page = write(card, run);
        assertThat(Cards.beside(card, page, lora))
                .extracting(p -> p.getFileName().toString())
                .containsExactly("style.v2.assay.json", "style.v2.assay.html", "style.v2.assay.svg");
        Cards.beside(card, page, lora);
        Files.writeString(folder.resolve("style.v2.assay.json"), "my own notes");
        assertThatThrownBy(() -> Cards.beside(card, page, lora)).hasMessageContaining("not written over");
        assertThat(folder.resolve("style.v2.assay.json")).hasContent("my own notes");
        assertThat(lora).hasContent("weights");
    }

    @Test
    void whatever_a_candidate_is_called_its_cards_stay_in_their_folder() {
        for (String name : List.of("../../x", "a/b", "..", "", "x\ny", "\u202eabc", "n".repeat(5000), "CON\u0000")) {
            String file = Cards.fileName(name);
            assertThat(file).matches("[A-Za-z0-9_@+-][A-Za-z0-9._+@-]{0,119}");
        }
    }

    private Path write(RunRecord run, Outcome outcome) throws IOException {
        return write(card(run, outcome), run);
    }

    private Path write(VerdictCard card, RunRecord run) throws IOException {
        Path to = folder.resolve("card");
        return Cards.write(
                card,
                RunPage.of(card, run, folder, to, folder, List.of(), Caller.COMMAND)
                        .shortened()
                        .html(),
                to,
                false);
    }

    private static VerdictCard card(RunRecord run, Outcome outcome) {
        return VerdictCard.of(run, outcome, List.of("because"), FACTS, null);
    }

    private static VerdictCard named(VerdictCard c, String name) {
        return new VerdictCard(
                c.schema(),
                name,
                c.outcome(),
                c.reasons(),
                c.judged(),
                c.run(),
                c.model(),
                c.base(),
                c.suite(),
                c.settings(),
                c.renderer(),
                c.verdicts(),
                c.weights(),
                c.recommended(),
                c.override(),
                c.notes(),
                c.usage());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    private static Document xml(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(false);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
