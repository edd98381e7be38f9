package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.text.AssayException;
import dev.assay.reports.Runs;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private History history() {
        return new History(folder.resolve("history.jsonl"));
    }

    /** A run with its record and pictures on disk, appended. */
    private RunSummary real(String id) throws IOException {
        Path run = RunRecords.folder(folder.resolve("out"), id);
        Files.createDirectories(run);
        RunRecord record = Runs.mixed(run);
        RunRecords.write(folder.resolve("out"), record);
        Path written = RunRecords.file(folder.resolve("out"), record.id());
        if (!written.getParent().equals(run)) {
            Files.move(run.resolve("store"), written.resolveSibling("store"));
        }
        RunSummary digest = RunSummary.of(record, folder.relativize(written).toString(), null);
        history().append(digest);
        return digest;
    }

    private static Document page(Path file) throws IOException {
        return Jsoup.parse(file.toFile(), "UTF-8");
    }

    private static List<Path> pages(Path site) throws IOException {
        try (Stream<Path> files = Files.walk(site)) {
            return files.filter(f -> f.toString().endsWith(".html")).sorted().toList();
        }
    }

    private static JsonNode data(Document page) throws IOException {
        return JSON.readTree(page.getElementById("data").data());
    }

    @Test
    void a_run_with_its_record_has_a_page_with_pictures_and_the_command() throws IOException {
        RunSummary digest = real("one");
        Path index = Dashboard.write(history(), Listing.none(), folder.resolve("site"));
        Document model = page(index.resolveSibling("models").resolve(Slug.of(digest.model()) + ".html"));
        assertThat(model.select("h1 .chip").text()).contains("broken");
        assertThat(model.select("pre.command").text())
                .isEqualTo("mvn verify \"-Dassay.lora=three-legs.safetensors@0.8\"");
        assertThat(model.select(".sheet img")).isNotEmpty();
        assertThat(model.select(".strip img")).isNotEmpty();
        assertThat(data(model).get("pairs")).isNotEmpty();
        assertThat(data(model).get("charts")).hasSize(6);
        Document metric = page(index.resolveSibling("metrics").resolve(Slug.of("limbs") + ".html"));
        assertThat(metric.select("code").eachText()).contains("docs/metrics/limbs.md");
        assertThat(metric.select("dl.facts").text()).contains("asks Is limbs still right?");
        for (Element image : model.select("img")) {
            assertThat(index.resolveSibling("models").resolve(image.attr("src")))
                    .exists();
            assertThat(image.attr("alt")).isNotEmpty();
        }
        assertThat(data(page(index)).get("rows").get(0).get(11).asText()).endsWith("/thumb.png");
    }

    @Test
    void a_models_page_leads_with_what_got_worse_and_keeps_pictures_of_records_that_are_gone() throws IOException {
        RunSummary digest = real("one");
        Path site = folder.resolve("site");
        Path model = site.resolve("models").resolve(Slug.of(digest.model()) + ".html");
        Dashboard.write(history(), Listing.none(), site);
        List<String> lead =
                page(model).select("section[aria-labelledby=lead] figcaption").eachText();
        assertThat(lead).isNotEmpty().allMatch(text -> text.contains("(regressed)"));

        Path index = site.resolve(RunPictures.folder(digest)).resolve("pictures.json");
        String before = Files.readString(index)
                .replace("assay-dashboard-pictures/2", "assay-dashboard-pictures/1")
                .replaceAll(",\"regressed\":(true|false)", "");
        Files.writeString(index, before);
        Dashboard.write(history(), Listing.none(), site);
        assertThat(page(model)
                        .select("section[aria-labelledby=lead] figcaption")
                        .eachText())
                .isEqualTo(lead);

        Files.writeString(index, before);
        Files.delete(folder.resolve(digest.record()));
        Dashboard.write(history(), Listing.none(), site);
        assertThat(page(model).select("section[aria-labelledby=lead]")).isEmpty();
        assertThat(page(model).select(".strip img")).isNotEmpty();
    }

    @Test
    void pictures_are_made_once_and_swept_with_their_model() throws IOException {
        real("one");
        Path site = folder.resolve("site");
        Dashboard.write(history(), Listing.none(), site);
        List<Path> first = pictures(site);
        assertThat(first).isNotEmpty();
        long stamp = Files.getLastModifiedTime(first.get(0)).toMillis();
        Dashboard.write(history(), Listing.none(), site);
        assertThat(pictures(site)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first.get(0)).toMillis()).isEqualTo(stamp);

        History other = new History(folder.resolve("other.jsonl"));
        other.append(FakeHistory.digest(1, 1, "2026-11-01"));
        Dashboard.write(other, Listing.none(), site);
        assertThat(pictures(site)).isEmpty();
        assertThat(pages(site)).hasSize(1 + 1 + 1 + 6); // overview, model, suite, metrics
    }

    private static List<Path> pictures(Path site) throws IOException {
        try (Stream<Path> files = Files.walk(site)) {
            return files.filter(f -> f.toString().endsWith(".png")).sorted().toList();
        }
    }

    @Test
    void a_folder_with_something_else_in_it_is_left_alone() throws IOException {
        Path mine = Files.writeString(
                Files.createDirectories(folder.resolve("home")).resolve("thesis.txt"), "mine");
        assertThatExceptionOfType(AssayException.class)
                .isThrownBy(() -> Dashboard.write(history(), Listing.none(), mine.getParent()))
                .withMessageContaining("a folder of its own");
        assertThat(mine).hasContent("mine");
    }

    @Test
    void every_link_of_the_site_leads_somewhere_in_it() throws IOException {
        for (int night = 0; night < 3; night++) {
            for (int model = 0; model < 8; model++) {
                history().append(FakeHistory.digest(model, night, "2026-11-0" + (night + 1)));
            }
        }
        Path index = Dashboard.write(history(), FakeHistory.listing(9), folder.resolve("site"));
        int links = 0;
        for (Path file : pages(index.getParent())) {
            for (Element e : page(file).select("[href], [src]")) {
                String target = e.hasAttr("href") ? e.attr("href") : e.attr("src");
                if (!target.startsWith("#")) {
                    assertThat(file.resolveSibling(target))
                            .as("%s in %s", target, file)
                            .exists();
                    links++;
                }
            }
        }
        assertThat(links).isGreaterThan(100);
        JsonNode rows = data(page(index)).get("rows");
        assertThat(rows).hasSize(9);
        for (JsonNode row : rows) {
            assertThat(index.resolveSibling(row.get(1).asText())).exists();
        }
    }

    @Test
    void what_was_never_judged_is_never_called_passed() throws IOException {
        Path index = Dashboard.write(history(), FakeHistory.listing(3), folder.resolve("site"));
        Document page = page(index);
        assertThat(page.select(".tile").eachText()).contains("3 – not judged", "0 ✓ passed");
        data(page).get("rows").forEach(row -> assertThat(row.get(3).asInt()).isEqualTo(State.UNJUDGED.code()));
    }

    @Test
    void the_same_states_are_known_to_the_script() throws IOException {
        String script;
        try (var in = DashboardTest.class.getResourceAsStream("/dashboard/assay.js")) {
            script = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        int at = 0;
        List<State> byCode = Arrays.stream(State.values())
                .sorted(Comparator.comparingInt(State::code))
                .toList();
        for (State state : byCode) {
            assertThat(state).as("its code is its place").isEqualTo(byCode.get(state.code()));
            int next = script.indexOf("word: \"" + state.word() + "\"", at);
            assertThat(next).as(state.word()).isGreaterThan(at);
            assertThat(script.substring(next, script.indexOf('}', next))).contains("style: \"" + state.style() + "\"");
            at = next;
        }
    }

    /** What no text of a stranger may become, whatever browser shows it. */
    @Test
    void hostile_text_stays_text() throws IOException {
        Path index = Hostile.site(folder);
        List<Path> pages = pages(index.getParent());
        assertThat(pages).hasSizeGreaterThan(2 * Hostile.TEXTS.size());
        Set<String> tags = Set.of(
                "html",
                "head",
                "meta",
                "title",
                "link",
                "body",
                "a",
                "header",
                "main",
                "footer",
                "script",
                "nav",
                "h1",
                "h2",
                "h3",
                "p",
                "ul",
                "ol",
                "li",
                "strong",
                "span",
                "section",
                "div",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
                "details",
                "summary",
                "small",
                "noscript",
                "label",
                "input",
                "select",
                "option",
                "button",
                "bdi",
                "dl",
                "dt",
                "dd",
                "code",
                "pre",
                "figure",
                "figcaption",
                "img");
        for (Path file : pages) {
            assertThat(file.getFileName().toString()).matches("[a-z0-9-]+\\.html");
            Document page = page(file);
            assertThat(page.select("script")).hasSize(file.equals(index) ? 2 : 3);
            assertThat(page.select("meta[http-equiv]").eachAttr("http-equiv"))
                    .containsExactly("Content-Security-Policy");
            assertThat(page.select("meta[http-equiv]").attr("content")).startsWith("default-src 'none'");
            for (Element e : page.getAllElements()) {
                if (e.tagName().startsWith("#")) {
                    continue;
                }
                assertThat(tags).as("an element in %s", file).contains(e.tagName());
                for (Attribute a : e.attributes()) {
                    assertThat(a.getKey())
                            .doesNotStartWith("on")
                            .isNotEqualTo("style")
                            .isNotEqualTo("srcdoc");
                    if (Set.of("href", "src", "action").contains(a.getKey())) {
                        assertThat(a.getValue()).matches("#[a-z]+|(\\.\\./)?([a-z]+/)?[A-Za-z0-9./-]+");
                    }
                }
            }
            String source = Files.readString(file);
            assertThat(source.chars().noneMatch(c -> c < ' ' && c != '\n')).isTrue();
            assertThat(source).doesNotContain("\u202e", "\u2066", "\u200f", "\u2028", "\u0000");
            assertThat(data(page)).isNotEmpty();
        }
        List<String> names = new ArrayList<>();
        data(page(index)).get("rows").forEach(r -> names.add(r.get(0).asText()));
        assertThat(names).contains("<script>window.__pwned=1;document.title='pwned'</script>", "<b>never judged</b>");
        assertThat(names).allMatch(n -> n.codePointCount(0, n.length()) <= 120);
    }
}
