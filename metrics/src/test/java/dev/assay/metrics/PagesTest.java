package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.verdict.BuiltIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever reads a verdict can look its metric up. */
class PagesTest {
    private static final Path PAGES = Path.of("../docs/metrics");
    private static final String TABLE = "<!-- What follows is made by PagesTest. -->";
    private static final List<String> HEADINGS = List.of(
            "## What it measures",
            "## How to read it",
            "## What fools it",
            "## Weights",
            "## How it is checked",
            "## Cost");

    @Test
    void every_metric_has_a_page_and_every_page_a_metric() throws IOException {
        List<String> names = names().stream().map(name -> name + ".md").toList();
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertThat(pages.map(p -> p.getFileName().toString()).filter(name -> !name.equals("README.md")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void a_page_of_a_metric_begins_with_the_question_that_reports_show() throws IOException {
        for (MetricInfo info : new Metrics().infos()) {
            assertThat(Files.readAllLines(PAGES.resolve(info.name() + ".md")).get(0))
                    .isEqualTo("# " + info.name() + ": " + info.question());
        }
    }

    @Test
    void a_page_begins_with_the_question_and_has_the_headings_in_order() throws IOException {
        for (String name : names()) {
            List<String> lines = Files.readAllLines(PAGES.resolve(name + ".md"));
            assertThat(lines.get(0)).startsWith("# " + name + ": ").endsWith("?");
            assertThat(lines.stream().filter(line -> line.startsWith("## ")))
                    .as(name)
                    .isEqualTo(HEADINGS);
        }
    }

    /** With {@code -Ddocs=write} it writes the table instead. */
    @Test
    void the_table_of_metrics_is_what_the_code_says() throws IOException {
        Path file = PAGES.resolve("README.md");
        String text = Files.readString(file).replace("\r\n", "\n");
        int from = text.indexOf(TABLE);
        assertThat(from).as("the line %s in %s", TABLE, file).isNotNegative();
        String right = text.substring(0, from) + TABLE + "\n\n" + table();
        if ("write".equals(System.getProperty("docs"))) {
            Files.writeString(file, right);
        }
        assertThat(Files.readString(file).replace("\r\n", "\n"))
                .as("%s; -Ddocs=write on the command line of this test writes it", file)
                .isEqualTo(right);
    }

    private static String table() {
        Metrics metrics = new Metrics();
        return "| metric | family | question | unit | range | better | networks |\n|---|---|---|---|---|---|---|\n"
                + metrics.infos().stream()
                        .sorted(Comparator.comparing(MetricInfo::family).thenComparing(MetricInfo::name))
                        .map(i -> "| [" + i.name() + "](" + i.name() + ".md) | "
                                + String.join(
                                        " | ",
                                        i.family().word(),
                                        i.question(),
                                        i.unit(),
                                        i.range().toString(),
                                        i.better().name().toLowerCase(Locale.ROOT),
                                        metrics.needs(i.name()).stream()
                                                .map(ModelRole::name)
                                                .collect(Collectors.joining(", ")))
                                + " |\n")
                        .collect(Collectors.joining());
    }

    /** Of every metric that a verdict can be of: those of the catalog, and the checks of every run. */
    private static List<String> names() {
        return Stream.concat(new Metrics().infos().stream().map(MetricInfo::name), BuiltIn.NAMES.stream())
                .toList();
    }
}
