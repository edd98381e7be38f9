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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two builds at once in one folder and one store. Twenty times: {@code -Dassay.build.pairs=20}. */
@Tag("slow")
class TwoBuildsTest {
    private static final int PAIRS = Integer.getInteger("assay.build.pairs", 1);

    @TempDir
    Path root;

    @Test
    void each_of_two_builds_at_once_judges_its_own_run() throws Exception {
        Files.copy(Builds.MICROCOSM.resolve("loras/sound.safetensors"), root.resolve("marigold.safetensors"));
        Files.copy(Builds.MICROCOSM.resolve("loras/grid.safetensors"), root.resolve("bad.safetensors"));
        Builds builds = new Builds(root);
        for (int i = 0; i < PAIRS; i++) {
            if (i % 4 == 3) { // from the beginning again
                delete(root.resolve(".assay/renders"));
            }
            Map<String, String> settings = Map.of("assay.build.gate", "true", "assay.collection", "shelf" + i);
            Path goodLog = root.resolve("marigold" + i + ".txt");
            Path badLog = root.resolve("bad" + i + ".txt");
            Process good = builds.judgement("marigold.safetensors", settings, goodLog);
            Process bad = builds.judgement("bad.safetensors", settings, badLog);
            assertThat(good.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(bad.waitFor(5, TimeUnit.MINUTES)).isTrue();

            assertThat(Builds.said(goodLog))
                    .as("round " + i + ", the sound LoRA")
                    .contains("marigold", "PASSED: all ", "marigold.safetensors is in (1 file")
                    .doesNotContain("bad");
            assertThat(Builds.said(badLog))
                    .as("round " + i + ", the LoRA with a grid")
                    .contains("bad", "REGRESSED: ", "not added to ")
                    .doesNotContain("marigold");
            assertThat(bad.exitValue()).isEqualTo(Ending.REGRESSED.code());
            CuratedCollection shelf = CuratedCollection.in(root.resolve("shelf" + i));
            assertThat(shelf.manifest().files()).extracting(Entry::name).containsExactly("marigold.safetensors");
            assertThat(shelf.manifest().quarantine()).hasSize(1);
        }
        try (Stream<Path> runs = Files.list(root.resolve("out/runs"))) {
            List<Path> all = runs.toList();
            assertThat(all).hasSize(2 * PAIRS);
            all.forEach(run -> RunRecords.readSealed(run.resolve("run.json")));
        }
        try (Stream<Path> cards = Files.list(root.resolve("target/card"))) {
            assertThat(cards.map(c -> c.getFileName().toString()).filter(n -> n.endsWith(".assay.json")))
                    .as("made by one at a time: that of the last")
                    .hasSize(1)
                    .allMatch(List.of("marigold.assay.json", "bad.assay.json")::contains);
        }
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
