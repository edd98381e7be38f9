package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Png;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.Audit;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Entry;
import dev.assay.reports.history.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Judgements with a gate, killed at random moments: half of them from an empty store on, half where only the last step is left to do. More of
 * them: {@code -Dassay.build.kills=50}. {@code KilledGateTest} and {@code KilledNightlyTest} kill the gate and the nightly by themselves.
 */
@Tag("slow")
class KilledBuildTest {
    private static final int KILLS = Integer.getInteger("assay.build.kills", 4);
    private static final Map<String, String> GATE = Map.of("assay.build.gate", "true", "assay.collection", "shelf");

    @TempDir
    Path root;

    private final Random random = new Random(20261129);

    @Test
    void a_build_killed_at_any_moment_leaves_only_what_is_whole_and_the_next_one_says_the_same() throws Exception {
        Files.copy(Builds.MICROCOSM.resolve("loras/sound.safetensors"), root.resolve("mine.safetensors"));
        Builds builds = new Builds(root);
        Path log = root.resolve("log.txt");
        long undisturbed = millis(builds, log);
        RunRecord right = records().get(0);
        assertThat(right.outcome()).as(Builds.said(log)).isEqualTo(Outcome.PASSED);

        int killed = 0;
        for (int i = 0; i < KILLS / 2; i++) {
            delete(root.resolve(".assay"));
            delete(root.resolve("shelf"));
            killed += kill(builds.judgement("mine.safetensors", GATE, log), undisturbed);
            requireWhole();
        }
        long again = millis(builds, log);
        RunRecord after = records().get(records().size() - 1);
        assertThat(after.verdicts().stream().map(VerdictEntry::measurements))
                .isEqualTo(right.verdicts().stream()
                        .map(VerdictEntry::measurements)
                        .toList());
        assertThat(after.outcome()).isEqualTo(Outcome.PASSED);
        for (int i = 0; i < KILLS - KILLS / 2; i++) {
            delete(root.resolve("shelf"));
            killed += kill(builds.judgement("mine.safetensors", GATE, log), again);
            requireWhole();
        }
        millis(builds, log);
        assertThat(Builds.said(log))
                .contains("PASSED: all ")
                .containsAnyOf("is in (1 file", "was there; its verdict is new");
        CuratedCollection shelf = CuratedCollection.in(root.resolve("shelf"));
        assertThat(shelf.manifest().files()).extracting(Entry::name).containsExactly("mine.safetensors");
        assertThat(Audit.of(shelf).clean()).isTrue();
        assertThat(Audit.of(shelf).leftovers()).isEmpty();
        assertThat(killed).as("killed before they were done").isGreaterThanOrEqualTo(KILLS / 2);
    }

    /** Of a judgement that nobody disturbs. */
    private static long millis(Builds builds, Path log) throws Exception {
        long began = System.nanoTime();
        assertThat(builds.judgement("mine.safetensors", GATE, log).waitFor(5, TimeUnit.MINUTES))
                .isTrue();
        return Math.max(1, (System.nanoTime() - began) / 1_000_000);
    }

    /** 1 for one that was killed at work. */
    private int kill(Process process, long millis) throws InterruptedException {
        boolean done = process.waitFor(random.nextLong(millis + 1), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        process.waitFor();
        return done ? 0 : 1;
    }

    /** Every picture and record under its name is whole and proves itself; the history has no torn line, the collection what its manifest says. */
    private void requireWhole() throws Exception {
        Path store = root.resolve(".assay/renders");
        if (Files.isDirectory(store)) {
            try (Stream<Path> files = Files.walk(store)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".png")).toList()) {
                    Png.Decoded png = Png.read(file);
                    assertThat(png.image().sha256()).isEqualTo(png.text().get("assay:pixels"));
                }
            }
        }
        records();
        assertThat(new History(root.resolve(".assay/history.jsonl")).read().damages())
                .isEmpty();
        Audit audit = Audit.of(CuratedCollection.in(root.resolve("shelf")));
        assertThat(audit.missing()).isEmpty();
        assertThat(audit.changed()).isEmpty();
    }

    private List<RunRecord> records() throws Exception {
        Path runs = root.resolve("out/runs");
        List<RunRecord> all = new ArrayList<>();
        if (Files.isDirectory(runs)) {
            try (Stream<Path> folders = Files.list(runs)) {
                for (Path folder : folders.sorted().toList()) {
                    if (Files.exists(folder.resolve("run.json"))) {
                        all.add(RunRecords.readSealed(folder.resolve("run.json")));
                    }
                }
            }
        }
        return all;
    }

    private static void delete(Path folder) throws Exception {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
