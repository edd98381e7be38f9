package dev.assay.reports.collection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Hashes;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates in processes of their own: killed at random moments, and many at once. All 50 kills: {@code -Dassay.build.kills=50}. */
@Tag("slow")
class KilledGateTest {
    private static final int KILLS = Integer.getInteger("assay.build.kills", 6);
    private static final int GATES = 8;

    @TempDir
    Path folder;

    @Test
    void a_gate_killed_at_any_moment_loses_nothing_and_damages_nothing() throws Exception {
        Path collection = folder.resolve("collection");
        Path files = folder.resolve("files");
        Random random = new Random(20261122);
        Map<String, String> hashes = new HashMap<>();
        Set<String> promised = new HashSet<>();
        int killedAtWork = 0;
        int made = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Path batch = files.resolve("batch" + kill);
            for (int i = 0; i < 40; i++, made++) {
                Path file = Judgements.file(batch, "m" + made + ".safetensors", made, 1 + random.nextInt(600_000));
                hashes.put(file.getFileName().toString(), Hashes.sha256(file));
            }
            Process gate = GateProcess.start(collection, batch);
            try (BufferedReader said = reader(gate)) {
                assertThat(said.readLine()).isEqualTo("ready");
                Thread.sleep(random.nextInt(120), random.nextInt(1_000_000));
                gate.toHandle().destroyForcibly();
                List<String> lines = said.lines().toList();
                lines.stream().filter(l -> l.startsWith("added ")).forEach(l -> promised.add(l.substring(6)));
                assertThat(lines).noneMatch(l -> l.startsWith("turned"));
                killedAtWork += lines.contains("done") ? 0 : 1;
            }
            gate.waitFor();
            // As the killed gate left it: what it promised is there, and what the manifest names is as it was judged.
            Manifest left = CuratedCollection.in(collection).manifest();
            assertThat(names(left)).containsAll(promised);
            for (Entry e : left.files()) {
                assertThat(e.sha256()).isEqualTo(hashes.get(e.name()));
            }
            assertThat(Audit.of(CuratedCollection.in(collection)).missing()).isEmpty();
            // The next gate cleans up; the batch can be given again, and nothing of it is turned away.
            CuratedCollection next = CuratedCollection.in(collection);
            next.recover();
            Audit audit = Audit.of(next);
            assertThat(audit.clean()).as(audit.toString()).isTrue();
            assertThat(audit.leftovers()).isEmpty();
            Path again = batch.resolve("m" + (made - 40) + ".safetensors");
            assertThat(next.admit(Judgements.candidate(again, "PASSED")))
                    .isInstanceOf(CuratedCollection.Result.Added.class);
        }
        assertThat(killedAtWork)
                .as("gates that were killed before they were done")
                .isGreaterThan(KILLS / 2);
        for (int i = 0; i < made; i++) {
            String name = "m" + i + ".safetensors";
            assertThat(Hashes.sha256(files.resolve("batch" + i / 40).resolve(name)))
                    .isEqualTo(hashes.get(name));
        }
    }

    @Test
    void eight_gates_at_once_end_consistent() throws Exception {
        Path collection = folder.resolve("collection");
        List<Process> gates = new ArrayList<>();
        int each = 6;
        for (int g = 0; g < GATES; g++) {
            Path files = folder.resolve("files" + g);
            for (int i = 0; i < each; i++) {
                Judgements.file(files, "g" + g + "-" + i + ".safetensors", 100 * g + i, 100_000);
            }
            Judgements.file(files, "same.safetensors", 4711, 50_000); // all want to add this one
            Judgements.file(files, "taken.safetensors", 9000 + g, 50_000); // and each another of this name
            gates.add(GateProcess.start(collection, files));
        }
        int taken = 0;
        for (Process gate : gates) {
            try (BufferedReader said = reader(gate)) {
                List<String> lines = said.lines().toList();
                assertThat(lines).contains("done", "added same.safetensors");
                taken += lines.contains("added taken.safetensors") ? 1 : 0;
            }
            assertThat(gate.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(taken).isEqualTo(1);
        CuratedCollection end = CuratedCollection.in(collection);
        assertThat(names(end.manifest())).hasSize(GATES * each + 2);
        assertThat(end.manifest().quarantine()).hasSize(GATES - 1);
        Audit audit = Audit.of(end);
        assertThat(audit.clean()).as(audit.toString()).isTrue();
        assertThat(audit.leftovers()).isEmpty();
        try (Stream<Path> inside = Files.list(collection)) {
            assertThat(inside.filter(Files::isRegularFile).count()).isEqualTo(GATES * each + 3);
        }
    }

    @Test
    void threads_of_one_process_wait_for_each_other_too() throws Exception {
        Path collection = folder.resolve("collection");
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            files.add(Judgements.file(folder.resolve("files"), "t" + i + ".safetensors", i, 20_000));
        }
        files.parallelStream().forEach(f -> CuratedCollection.in(collection).admit(Judgements.candidate(f, "PASSED")));
        assertThat(CuratedCollection.in(collection).manifest().files()).hasSize(24);
        assertThat(Audit.of(CuratedCollection.in(collection)).clean()).isTrue();
    }

    private static List<String> names(Manifest manifest) {
        return manifest.files().stream().map(Entry::name).toList();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
