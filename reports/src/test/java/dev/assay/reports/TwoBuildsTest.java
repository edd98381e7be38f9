package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecords;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two builds at once in one folder and one store. Twenty times: {@code -Dassay.build.pairs=20}. */
class TwoBuildsTest {
    private static final int PAIRS = Integer.getInteger("assay.build.pairs", 1);

    @TempDir
    Path root;

    @Test
    void each_of_two_builds_at_once_judges_its_own_run() throws Exception {
        Files.copy(Builds.MICROCOSM.resolve("loras/sound.safetensors"), root.resolve("good.safetensors"));
        Files.copy(Builds.MICROCOSM.resolve("loras/grid.safetensors"), root.resolve("bad.safetensors"));
        Builds builds = new Builds(root);
        for (int i = 0; i < PAIRS; i++) {
            if (i % 4 == 3) { // from the beginning again
                delete(root.resolve(".assay/renders"));
            }
            Map<String, String> settings = Map.of("assay.build.gate", "true", "assay.collection", "shelf" + i);
            Path goodLog = root.resolve("good" + i + ".txt");
            Path badLog = root.resolve("bad" + i + ".txt");
            Process good = builds.evaluation("good.safetensors", settings, goodLog);
            Process bad = builds.evaluation("bad.safetensors", settings, badLog);
            // Whoever is done reports; the other may be at work still, or have written its record since.
            Process first = good;
            while (first.isAlive()) {
                first = first == good ? bad : good;
                Thread.sleep(20);
            }
            Process other = first == good ? bad : good;
            if (i % 2 == 1) {
                assertThat(other.waitFor(5, TimeUnit.MINUTES)).isTrue();
            }
            Process ofFirst = builds.lastStep(name(first == good), settings, said(first == good, i));
            assertThat(other.waitFor(5, TimeUnit.MINUTES)).isTrue();
            Process ofOther = builds.lastStep(name(other == good), settings, said(other == good, i));
            assertThat(ofFirst.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(ofOther.waitFor(5, TimeUnit.MINUTES)).isTrue();

            assertThat(Builds.said(said(true, i)))
                    .as("round " + i + ", the sound LoRA; its evaluation: " + Builds.said(goodLog))
                    .contains("good", "PASSED: all ", "good.safetensors is in (1 file")
                    .doesNotContain("bad");
            assertThat(Builds.said(said(false, i)))
                    .as("round " + i + ", the LoRA with a grid; its evaluation: " + Builds.said(badLog))
                    .contains("bad", "REGRESSED: ", "not added to ")
                    .doesNotContain("good");
            CuratedCollection shelf = CuratedCollection.in(root.resolve("shelf" + i));
            assertThat(shelf.manifest().files()).extracting(Entry::name).containsExactly("good.safetensors");
            assertThat(shelf.manifest().quarantine()).hasSize(1);
        }
        try (Stream<Path> runs = Files.list(root.resolve("out/runs"))) {
            List<Path> all = runs.toList();
            assertThat(all).hasSize(2 * PAIRS);
            all.forEach(run -> RunRecords.readSealed(run.resolve("run.json")));
        }
    }

    private static String name(boolean good) {
        return good ? "good.safetensors" : "bad.safetensors";
    }

    private Path said(boolean good, int round) {
        return root.resolve("said-of-" + (good ? "good" : "bad") + round + ".txt");
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
