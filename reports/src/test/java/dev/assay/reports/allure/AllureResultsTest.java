package dev.assay.reports.allure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.run.RunRecord;
import dev.assay.reports.Runs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllureResultsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private List<JsonNode> write(RunRecord run) throws IOException {
        Path results = folder.resolve("results");
        AllureResults.write(run, folder, results, folder.resolve("report"), ReportContext.NONE);
        List<JsonNode> read = new ArrayList<>();
        try (Stream<Path> files = Files.list(results)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-result.json")).toList()) {
                read.add(JSON.readTree(file.toFile()));
            }
        }
        return read;
    }

    private static JsonNode named(List<JsonNode> results, String start) {
        return results.stream()
                .filter(r -> r.get("name").asText().startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static String message(JsonNode result) {
        return result.path("statusDetails").path("message").asText();
    }

    @Test
    void each_verdict_is_one_result_with_its_status_and_code() throws IOException {
        List<JsonNode> results = write(Runs.mixed(folder));
        assertThat(results).as("as many as criteria").hasSize(6);
        Map<String, String> statuses = new TreeMap<>();
        results.forEach(r -> {
            String id = r.get("historyId").asText();
            statuses.put(id.substring(id.lastIndexOf('/') + 1), r.get("status").asText());
        });
        assertThat(statuses)
                .containsEntry("blank-frame", "passed")
                .containsEntry("grid", "passed")
                .containsEntry("limbs", "failed")
                .containsEntry("vendi", "skipped")
                .containsEntry("effect", "broken")
                .doesNotContainKey("run");
        assertThat(named(results, "limbs").get("descriptionHtml").asText()).contains("docs/metrics/limbs.md");
        assertThat(message(named(results, "limbs"))).startsWith("Regression: limbs: worse by");
        assertThat(message(named(results, "vendi"))).startsWith("Inconclusive: the interval crosses");
        assertThat(message(named(results, "effect"))).startsWith("Harness trouble: java.lang.IllegalState");
    }

    @Test
    void every_attachment_exists_and_is_what_it_says() throws IOException {
        int pictures = 0;
        for (JsonNode result : write(Runs.mixed(folder))) {
            for (JsonNode a : result.get("attachments")) {
                byte[] bytes = Files.readAllBytes(
                        folder.resolve("results").resolve(a.get("source").asText()));
                if (a.get("type").asText().equals("image/png")) {
                    assertThat(ImageIO.read(new ByteArrayInputStream(bytes)).getWidth())
                            .isGreaterThan(256);
                    pictures++;
                } else {
                    assertThat(a.get("type").asText()).isEqualTo("application/vnd.allure.image.diff");
                    assertThat(a.get("name").asText()).endsWith("base (expected) vs candidate (actual)");
                    JsonNode diff = JSON.readTree(bytes);
                    for (String part : List.of("expected", "actual", "diff")) {
                        String uri = diff.get(part).asText();
                        assertThat(uri).startsWith("data:image/png;base64,");
                        byte[] png = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
                        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth())
                                .isEqualTo(256);
                    }
                }
            }
        }
        assertThat(pictures).isGreaterThanOrEqualTo(6);
    }

    /** No test of their own: they stand before every criterion. */
    @Test
    void contact_sheets_stand_before_all_results() throws IOException {
        List<JsonNode> results = write(Runs.mixed(folder));
        List<JsonNode> containers = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("results"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-container.json")).toList()) {
                containers.add(JSON.readTree(file.toFile()));
            }
        }
        assertThat(containers).hasSize(1);
        Set<String> children = new HashSet<>();
        containers.get(0).get("children").forEach(c -> children.add(c.asText()));
        Set<String> uuids = new HashSet<>();
        results.forEach(r -> uuids.add(r.get("uuid").asText()));
        assertThat(children).isEqualTo(uuids);
        JsonNode sheets = containers.get(0).get("befores").get(0).get("attachments");
        assertThat(sheets).isNotEmpty();
        for (JsonNode a : sheets) {
            assertThat(a.get("name").asText()).startsWith("contact sheet: prompts ");
            assertThat(folder.resolve("results").resolve(a.get("source").asText()))
                    .isNotEmptyFile();
        }
    }

    /** As many as the terminal and the page count. */
    @Test
    void what_was_not_judged_is_a_result_each() throws IOException {
        List<JsonNode> results = write(Runs.refused("cut.safetensors: 42224 bytes are missing"));
        assertThat(results).hasSize(3);
        for (String id : List.of("applied", "grid")) {
            assertThat(named(results, id).get("status").asText()).isEqualTo("skipped");
            assertThat(message(named(results, id)))
                    .isEqualTo("Inconclusive: no picture was made: the files cannot work, as preflight says");
        }
        assertThat(message(named(results, "preflight"))).startsWith("Not applied: cut.safetensors");
    }

    @Test
    void identity_is_the_same_in_a_later_run_of_other_files() throws IOException {
        Set<String> first = identities(write(Runs.passed(folder, "aa".repeat(32), "20261122-1")));
        Set<String> second = identities(write(Runs.passed(folder, "bb".repeat(32), "20261123-2")));
        assertThat(first).isEqualTo(second).contains("microcosm/three-legs/artifact/grid");
        assertThat(String.join(" ", first)).doesNotContain("aaaa").doesNotContain("20261122");
    }

    private static Set<String> identities(List<JsonNode> results) {
        Set<String> all = new HashSet<>();
        for (JsonNode r : results) {
            assertThat(r.get("historyId")).isEqualTo(r.get("testCaseId")).isEqualTo(r.get("fullName"));
            all.add(r.get("historyId").asText());
            r.get("parameters")
                    .forEach(p -> assertThat(p.get("excluded").asBoolean()).isTrue());
        }
        return all;
    }

    @Test
    void what_an_earlier_run_left_is_deleted() throws IOException {
        write(Runs.mixed(folder));
        assertThat(write(Runs.passed(folder, "aa".repeat(32), "later"))).hasSize(1);
    }

    @Test
    void a_run_that_was_stopped_is_one_broken_result_with_the_whole_problem() throws IOException {
        List<JsonNode> results =
                write(Runs.stopped("3 of 264 keys match no layer of SDXL:\n  lora_te3_a\n  lora_te3_b"));
        assertThat(results).hasSize(1);
        assertThat(results.get(0).get("status").asText()).isEqualTo("broken");
        assertThat(message(results.get(0)))
                .contains("3 of 264 keys")
                .contains("\n  lora_te3_a")
                .contains("lora_te3_b");
        assertThat(results.get(0).get("descriptionHtml").asText()).contains("lora_te3_b");
    }

    @Test
    void hostile_texts_stay_texts() throws IOException {
        for (JsonNode r : write(Runs.hostile(folder))) {
            String html = r.get("descriptionHtml").asText();
            assertThat(html)
                    .contains("&lt;script&gt;alert(1)")
                    .doesNotContain("<script")
                    .doesNotContain("<img src=x");
            String rest = r.toString().replace(JSON.writeValueAsString(html), "");
            assertThat(rest)
                    .doesNotContain("<")
                    .doesNotContain("\\u001b")
                    .doesNotContain("\u202e")
                    .doesNotContain("\\u0000");
            assertThat(r.get("name").asText()).hasSizeLessThan(300);
        }
        Properties facts = new Properties();
        try (var in = Files.newBufferedReader(folder.resolve("results/environment.properties"))) {
            facts.load(in);
        }
        assertThat(facts.getProperty("renderer")).startsWith("‹script›alert(1)");
    }

    @Test
    void categories_catch_each_failure_by_its_code() throws IOException {
        List<JsonNode> results = write(Runs.mixed(folder));
        JsonNode categories =
                JSON.readTree(folder.resolve("results/categories.json").toFile());
        for (JsonNode r : results) {
            List<String> caught = new ArrayList<>();
            for (JsonNode c : categories) {
                if (c.get("matchedStatuses")
                                .get(0)
                                .asText()
                                .equals(r.get("status").asText())
                        && message(r).matches(c.get("messageRegex").asText())) {
                    caught.add(c.get("name").asText());
                }
            }
            switch (r.get("status").asText()) {
                case "failed" -> assertThat(caught).containsExactly("Regression: anatomy");
                case "skipped" -> assertThat(caught).containsExactly("Inconclusive");
                case "broken" -> assertThat(caught).containsExactly("Harness trouble");
                default -> assertThat(caught).isEmpty();
            }
        }
    }

    @Test
    void missing_pictures_do_not_stop_the_report() throws IOException {
        RunRecord run = Runs.mixed(folder);
        try (Stream<Path> files = Files.list(folder.resolve("store"))) {
            for (Path file : files.toList()) {
                Files.writeString(file, "no picture");
            }
        }
        assertThat(write(run)).hasSize(6);
    }

    @Test
    void analytics_scripts_are_left_out_and_nothing_else() {
        String kept = "<script>d('data','x')</script>";
        assertThat(AllureHtml.withoutAnalytics("<p>"
                        + "<script async src=\"https://www.googletagmanager.com/gtag/js?id=1\"></script>"
                        + "<script>function gtag(){} gtag('js')</script>" + kept))
                .isEqualTo("<p>" + kept);
    }
}
