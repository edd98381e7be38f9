package dev.assay.reports.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecords;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nightlies in processes of their own, killed at random moments. All 50 kills: {@code -Dassay.build.kills=50}. */
@Tag("slow")
class KilledNightlyTest {
    private static final int KILLS = Integer.getInteger("assay.build.kills", 4);
    private static final int FILES = 12;

    @TempDir
    Path root;

    private final String microcosm =
            Path.of("..", "suites", "microcosm").toAbsolutePath().normalize().toString();

    @Test
    void a_nightly_killed_at_any_moment_loses_no_verdict_and_makes_none_twice() throws Exception {
        Random random = new Random(20261125);
        Path shelf = Files.createDirectories(root.resolve("shelf"));
        Map<String, Boolean> worse = new TreeMap<>();
        change(shelf, random, worse);
        Instant start = Instant.now();
        assertThat(night()).contains("done");
        long whole = Duration.between(start, Instant.now()).toMillis();

        Map<String, String> verdicts = verdicts(shelf);
        int killedAtWork = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            change(shelf, random, worse);
            Process nightly = NightlyProcess.start(root, microcosm);
            try (BufferedReader said = reader(nightly)) {
                assertThat(said.readLine()).isEqualTo("ready");
                Thread.sleep((long) (random.nextDouble() * whole));
                nightly.toHandle().destroyForcibly();
                killedAtWork += said.lines().anyMatch(l -> l.startsWith("done")) ? 0 : 1;
            }
            nightly.waitFor();
            assertNobodyLeft();
            Map<String, String> left = verdicts(shelf);
            assertThat(left).as("verdicts that were there").containsAllEntriesOf(verdicts);
            verdicts = left;
            assertHistoryIsWhole(shelf);
        }
        assertThat(killedAtWork).as("nightlies killed before they were done").isGreaterThan(KILLS / 2);

        String last = night();
        assertThat(last).contains("done " + (worse.containsValue(true) ? 1 : 0));
        assertThat(told()).as("verdicts made although they were there").noneMatch(l -> l.startsWith("twice"));
        List<RunSummary> history = assertHistoryIsWhole(shelf);
        // A verdict whose file changed before its line was written has none; every file of tonight has one, see below.
        assertThat(history)
                .extracting(d -> d.run().substring("run-".length()))
                .doesNotHaveDuplicates()
                .isSubsetOf(verdicts(shelf).keySet());
        Map<String, RunSummary> newest = new HashMap<>();
        history.forEach(d -> newest.put(d.model(), d));
        assertThat(newest.keySet()).isEqualTo(worse.keySet());
        for (Map.Entry<String, Boolean> file : worse.entrySet()) {
            RunSummary digest = newest.get(file.getKey());
            assertThat(digest.outcome().name()).isEqualTo(file.getValue() ? "REGRESSED" : "PASSED");
            assertThat(digest.parts())
                    .extracting(RunSummary.Part::sha256)
                    .contains(Hashes.sha256(shelf.resolve(file.getKey())));
        }
        assertSiteIsWhole(root.resolve("site"), worse);
    }

    /** Three files are new or changed; no content comes twice. */
    private static void change(Path shelf, Random random, Map<String, Boolean> worse) throws IOException {
        for (int i = 0; i < 3; i++) {
            String name = "m" + random.nextInt(FILES) + ".safetensors";
            boolean bad = random.nextInt(4) == 0;
            Files.writeString(shelf.resolve(name), random.nextLong() + (bad ? " worse" : ""));
            worse.put(name, bad);
        }
    }

    /** Uninterrupted; what it says. */
    private String night() throws Exception {
        Process nightly = NightlyProcess.start(root, microcosm);
        try (BufferedReader said = reader(nightly)) {
            return String.join("\n", said.lines().toList());
        } finally {
            nightly.waitFor();
        }
    }

    private List<String> told() throws IOException {
        Path told = root.resolve("told.txt");
        return Files.exists(told) ? Files.readAllLines(told) : List.of();
    }

    /** A judge ends when its nightly does. */
    private void assertNobodyLeft() throws Exception {
        for (String line : told()) {
            Optional<ProcessHandle> judge = line.startsWith("begin ")
                    ? ProcessHandle.of(Long.parseLong(line.replaceAll("begin (\\d+) .*", "$1")))
                            .filter(KilledNightlyTest::isJudge)
                    : Optional.empty();
            for (int wait = 0; judge.isPresent() && judge.get().isAlive(); wait++) {
                assertThat(wait).as("a judge lives on: %s", line).isLessThan(400);
                Thread.sleep(50);
            }
        }
    }

    private static boolean isJudge(ProcessHandle process) { // numbers of processes come again
        return process.info().commandLine().orElse("").contains(StandInJudge.class.getSimpleName());
    }

    /** Key of the question to the record's hash. */
    private static Map<String, String> verdicts(Path shelf) throws IOException {
        Path work = shelf.resolve(".assay/nightly");
        Map<String, String> verdicts = new HashMap<>();
        if (Files.isDirectory(work)) {
            try (Stream<Path> folders = Files.list(work)) {
                for (Path folder : folders.toList()) {
                    Path record = RunRecords.last(folder);
                    if (Files.exists(record)) {
                        RunRecords.read(record);
                        verdicts.put(folder.getFileName().toString(), Hashes.sha256(record));
                    }
                }
            }
        }
        return verdicts;
    }

    /** Every line is a run, none stands twice; a line that the kill cut off is known as torn and was written again. */
    private static List<RunSummary> assertHistoryIsWhole(Path shelf) throws IOException {
        Path file = shelf.resolve("history.jsonl");
        History.Content content = new History(file).read();
        assertThat(content.damages()).allMatch(d -> d.what().startsWith("torn"));
        if (Files.exists(file)) {
            try (Stream<String> lines = Files.lines(file)) {
                assertThat(lines.count())
                        .isEqualTo(content.digests().size() + content.damages().size());
            }
        }
        assertThat(content.digests())
                .extracting(RunSummary::outcome)
                .noneMatch(o -> o.name().equals("BROKEN"));
        return content.digests();
    }

    private static void assertSiteIsWhole(Path site, Map<String, Boolean> worse) throws IOException {
        try (Stream<Path> files = Files.walk(site)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(file.getFileName().toString()).doesNotEndWith(".partial");
                if (file.toString().endsWith(".html")) {
                    assertThat(Files.readString(file).strip()).endsWith("</html>");
                }
            }
        }
        JsonNode rows = new ObjectMapper()
                .readTree(Jsoup.parse(site.resolve("index.html").toFile(), "UTF-8")
                        .getElementById("data")
                        .data())
                .get("rows");
        Set<String> names = new HashSet<>();
        for (JsonNode row : rows) {
            String name = row.get(0).asText() + ".safetensors";
            names.add(name);
            assertThat(row.get(3).asInt()).as(name).isEqualTo(worse.get(name) ? 4 : 0); // regressed, passed
            assertThat(site.resolve(row.get(1).asText())).exists();
        }
        assertThat(names).isEqualTo(worse.keySet());
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
