package dev.assay.reports.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryTest {
    @TempDir
    Path folder;

    private RunSummary digest(int number) {
        return RunSummary.of(
                Runs.passed(folder, "ab".repeat(32), "run-" + number), "runs/" + number + "/run.json", null);
    }

    @Test
    void what_is_appended_is_read_again_in_its_order() {
        History history = new History(folder.resolve("deep/history.jsonl"));
        List<RunSummary> digests = IntStream.range(0, 20).mapToObj(this::digest).toList();
        digests.forEach(history::append);
        assertThat(history.read().digests()).isEqualTo(digests);
        assertThat(history.read().damages()).isEmpty();
    }

    @Test
    void no_file_is_an_empty_history() {
        assertThat(new History(folder.resolve("none.jsonl")).read())
                .isEqualTo(new History.Content(List.of(), List.of()));
    }

    @Test
    void hostile_text_stays_on_its_line_and_in_ascii() throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        RunSummary hostile = RunSummary.of(Runs.hostile(folder), "\u2028\r\n\ud800 lone", "\u0000");
        history.append(hostile);
        history.append(digest(1));
        byte[] bytes = Files.readAllBytes(history.file());
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)
                        .chars()
                        .allMatch(c -> c == '\n' || (c >= ' ' && c < 127)))
                .isTrue();
        assertThat(history.read().digests()).containsExactly(hostile, digest(1));
    }

    /** A process may die after any byte; the ends are the delicate places. */
    @Test
    void a_line_torn_anywhere_costs_only_itself() throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        RunSummary one = digest(1);
        RunSummary three = digest(3);
        history.append(one);
        int first = (int) Files.size(history.file());
        history.append(digest(2));
        byte[] whole = Files.readAllBytes(history.file());
        for (int length = first;
                length < whole.length;
                length += length < first + 9 || length > whole.length - 9 ? 1 : 37) {
            Files.write(history.file(), Arrays.copyOf(whole, length));
            boolean complete = length >= whole.length - 1; // only the line break is missing
            History.Content torn = history.read();
            assertThat(torn.digests()).as("cut at %d", length).hasSize(complete ? 2 : 1);
            assertThat(torn.damages()).hasSize(complete || length == first ? 0 : 1);

            history.append(three);
            History.Content after = history.read();
            assertThat(after.digests())
                    .as("cut at %d", length)
                    .hasSize(complete ? 3 : 2)
                    .contains(one, three);
        }
    }

    private static String old(String rule, String better) {
        return "{\"schema\":\"assay-digest/1\",\"run\":\"r\",\"started\":\"2026-11-01T00:00:00Z\",\"seconds\":1.0,"
                + "\"outcome\":\"REGRESSED\",\"model\":\"m\",\"suite\":{\"name\":\"s\",\"version\":\"1\",\"prompts\":2,"
                + "\"seeds\":4},\"declared\":1,\"criteria\":[{\"id\":\"grid\",\"metric\":\"grid\",\"version\":\"2\","
                + "\"family\":\"artifact\",\"outcome\":\"REGRESSED\",\"estimate\":1.0,\"low\":0.5,\"high\":1.5,\"margin\":0.25,\"rule\":\""
                + rule + "\",\"better\":\"" + better
                + "\",\"unit\":\"grey levels\",\"pairs\":8,\"unscored\":0,\"reason\":\"worse\"}]}\n";
    }

    @Test
    void a_line_as_it_was_before_criteria_had_the_fields_of_a_record_is_read() throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        Files.writeString(history.file(), old("NON_INFERIOR", "LOWER"));
        assertThat(history.read().damages()).isEmpty();
        assertThat(history.read().digests()).singleElement().satisfies(d -> {
            assertThat(d.outcome()).isEqualTo(Outcome.REGRESSED);
            assertThat(d.criteria()).singleElement().satisfies(v -> {
                assertThat(v.metricVersion()).isEqualTo("2");
                assertThat(v.outcome()).isEqualTo(Outcome.REGRESSED);
                assertThat(v.estimate()).isEqualTo(1.0);
                assertThat(v.interval()).containsExactly(0.5, 1.5);
                assertThat(v.margin()).isEqualTo(0.25);
                assertThat(v.rule()).isEqualTo(Rule.NON_INFERIOR);
                assertThat(v.better()).isEqualTo(Direction.LOWER);
                assertThat(v.pairs()).isEqualTo(8);
                assertThat(v.reason()).isEqualTo("worse");
            });
        });
    }

    @ParameterizedTest
    @CsvSource({
        "NONE_NEW, LOWER, NO_NEW_DEFECTS, LOWER",
        "NO_MORE_DEFECTS, EITHER, DEFECT_RATE_NON_INFERIOR, TWO_SIDED",
        "EFFECTIVE, EITHER, HAS_EFFECT, TWO_SIDED",
    })
    void a_line_in_the_words_of_before_is_read(String oldRule, String oldBetter, Rule rule, Direction better)
            throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        String line = History.line(digest(1))
                .replaceAll("\"rule\":\"\\w+\"", "\"rule\":\"" + oldRule + "\"")
                .replaceAll("\"better\":\"\\w+\"", "\"better\":\"" + oldBetter + "\"");
        Files.writeString(history.file(), line + "\n" + old(oldRule, oldBetter));
        assertThat(history.read().damages()).isEmpty();
        assertThat(history.read().digests())
                .hasSize(2)
                .allSatisfy(d -> assertThat(d.criteria()).isNotEmpty().allSatisfy(v -> {
                    assertThat(v.rule()).isEqualTo(rule);
                    assertThat(v.better()).isEqualTo(better);
                }));
    }

    @Test
    void a_pattern_comes_back_and_one_of_an_unknown_shape_is_none() throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        String line = "{\"schema\":\"assay-digest/2\",\"run\":\"%s\",\"started\":\"2026-11-01T00:00:00Z\","
                + "\"outcome\":\"REGRESSED\",\"model\":\"m\",\"suite\":{\"name\":\"s\"},"
                + "\"criteria\":[{\"id\":\"grid\",\"outcome\":\"REGRESSED\",\"pattern\":%s}]}\n";
        Files.writeString(
                history.file(),
                String.format(line, "a", "{\"period\":8,\"shape\":\"XY\"}")
                        + String.format(line, "b", "null")
                        + String.format(line, "c", "{\"period\":8}"));
        assertThat(history.read().damages()).isEmpty();
        assertThat(history.read().digests())
                .extracting(d -> d.criteria().get(0).pattern())
                .containsExactly(new GridPattern(8, GridPattern.Shape.XY), null, null);
        history.append(history.read().digests().get(0));
        assertThat(history.read().digests().get(2).criteria().get(0).pattern().period())
                .isEqualTo(8);
    }

    @Test
    void a_damaged_line_is_reported_with_its_number() throws IOException {
        History history = new History(folder.resolve("history.jsonl"));
        history.append(digest(1));
        Files.writeString(
                history.file(),
                "{\"schema\":\"assay-digest/9\",\"run\":\"x\"}\n\u0000\u0000\n{\"schema\":\"assay-dig\n",
                StandardOpenOption.APPEND);
        history.append(digest(2));
        History.Content content = history.read();
        assertThat(content.digests()).containsExactly(digest(1), digest(2));
        assertThat(content.damages()).extracting(History.Damage::line).containsExactly(2, 3, 4);
        assertThat(content.damages().get(0).what()).contains(RunSummary.SCHEMA);
        assertThat(content.damages().get(2).what()).startsWith("torn");
    }

    @Test
    void a_run_appended_twice_counts_once() {
        History history = new History(folder.resolve("history.jsonl"));
        history.append(digest(1));
        history.append(digest(2));
        history.append(digest(1));
        assertThat(history.read().digests()).containsExactly(digest(2), digest(1));
    }

    /** Two writers, killed at random moments: every append that returned is there, and every line but torn ones is whole. */
    @Tag("slow")
    @Test
    void processes_that_are_killed_lose_nothing_that_they_had_appended() throws Exception {
        History history = new History(folder.resolve("history.jsonl"));
        Random random = new Random(7);
        List<String> told = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            List<Process> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                writers.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Djava.awt.headless=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Appender.class.getName(),
                                history.file().toString(),
                                round + "-" + writer)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                folder.resolve("told-" + round + "-" + writer).toFile())
                        .start());
            }
            while (Files.size(folder.resolve("told-" + round + "-0")) == 0
                    && writers.get(0).isAlive()) {
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(200));
            for (Process process : writers) {
                process.destroyForcibly();
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            for (int writer = 0; writer < 2; writer++) {
                String said = Files.readString(folder.resolve("told-" + round + "-" + writer));
                told.addAll(
                        said.substring(0, said.lastIndexOf('\n') + 1).lines().toList());
            }
        }
        assertThat(told).isNotEmpty().allMatch(line -> line.matches("\\d-\\d-\\d+"));
        History.Content content = history.read();
        assertThat(content.digests()).extracting(RunSummary::run).containsAll(told);
        assertThat(content.damages()).allMatch(d -> d.what().startsWith("torn"));
    }

    /** Appends until it is killed, and says what it has appended. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] arguments) throws IOException {
            Path scratch = Files.createTempDirectory(Path.of(arguments[0]).getParent(), "scratch");
            History history = new History(Path.of(arguments[0]));
            RunSummary pattern = RunSummary.of(Runs.passed(scratch, "ab".repeat(32), "pattern"));
            for (int i = 0; ; i++) {
                String run = arguments[1] + "-" + i;
                history.append(new RunSummary(
                        RunSummary.SCHEMA,
                        run,
                        null,
                        pattern.started(),
                        1,
                        pattern.outcome(),
                        null,
                        "m",
                        pattern.parts(),
                        "b",
                        "",
                        null,
                        pattern.suite(),
                        "",
                        1,
                        pattern.criteria(),
                        null,
                        null,
                        null,
                        null));
                System.out.println(run);
            }
        }
    }
}
