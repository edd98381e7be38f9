package dev.assay.harness.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads in processes of their own: killed in the middle, and several at once. All 50 kills: {@code -Dassay.build.kills=50}. */
@Tag("slow")
class HubProcessTest {
    private static final int KILLS = Integer.getInteger("assay.build.kills", 4);
    private static final HubReference MODEL = HubReference.parse("hf:" + FakeHub.REPOSITORY + "/model.safetensors");

    private final byte[] weights = HubDownloadTest.pattern(3_000_000);

    @TempDir
    Path folder;

    /** What the processes run; arguments: endpoint, cache. */
    static final class Fetcher {
        private Fetcher() {}

        public static void main(String[] arguments) {
            HubAccess access =
                    new HubAccess(Path.of(arguments[1]), arguments[0], Optional.empty(), Optional.empty(), false);
            System.out.println("ready");
            System.out.flush();
            Path file = new HubDownload(access, HubTimes.USUAL, Transfer.QUIET)
                    .fetch(MODEL, null)
                    .orElseThrow();
            System.out.println("fetched " + Hashes.sha256(file));
        }
    }

    private static Process start(FakeHub hub, Path cache) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fetcher.class.getName(),
                        hub.endpoint(),
                        cache.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void a_download_killed_at_any_moment_damages_nothing_and_is_not_begun_anew() throws Exception {
        Random random = new Random(20261125);
        int killedAtWork = 0;
        long fetched = 0;
        try (FakeHub hub = new FakeHub().large("model.safetensors", weights)) {
            hub.pauseMillis = 3; // about half a second for all
            for (int kill = 0; kill < KILLS; kill++) {
                Path cache = folder.resolve("cache" + kill);
                hub.sent.set(0);
                Process process = start(hub, cache);
                try (var said = process.inputReader()) {
                    assertThat(said.readLine()).isEqualTo("ready");
                    int enough = random.nextInt(weights.length);
                    while (hub.sent.get() < enough && process.isAlive()) {
                        Thread.sleep(1);
                    }
                    process.toHandle().destroyForcibly(); // Process.destroyForcibly would close the stream
                    killedAtWork += said.lines().noneMatch(l -> l.startsWith("fetched")) ? 1 : 0;
                }
                process.waitFor();
                assertThat(named(cache))
                        .as("files that have their name are whole")
                        .allMatch(this::isWhole);
                hub.sent.set(0);
                HubDownload next = new HubDownload(hub.access(cache), HubTimes.USUAL, Transfer.QUIET);
                assertThat(next.fetch(MODEL, null).orElseThrow()).matches(this::isWhole);
                fetched += hub.sent.get();
                assertThat(leftovers(cache)).isEmpty();
            }
        }
        assertThat(killedAtWork).isGreaterThan(KILLS / 2);
        assertThat(fetched).as("bytes fetched by those that went on").isLessThan((long) KILLS * weights.length);
    }

    @Test
    void processes_at_once_fetch_a_file_once() throws Exception {
        Path cache = folder.resolve("shared");
        try (FakeHub hub = new FakeHub().large("model.safetensors", weights)) {
            hub.pauseMillis = 3;
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                processes.add(start(hub, cache));
            }
            for (Process process : processes) {
                try (var said = process.inputReader()) {
                    assertThat(said.lines()).contains("fetched " + Hashes.sha256(weights));
                }
                assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            }
            assertThat(hub.sent.get()).isEqualTo(weights.length);
        }
        assertThat(leftovers(cache)).isEmpty();
    }

    private boolean isWhole(Path file) {
        return Hashes.sha256(file).equals(Hashes.sha256(weights));
    }

    private static List<Path> named(Path cache) throws IOException {
        return files(cache, "models--assay-tests--tiny-clip").stream()
                .filter(p ->
                        !p.toString().endsWith(".incomplete") && !p.toString().contains("refs"))
                .toList();
    }

    private static List<Path> leftovers(Path cache) throws IOException {
        return files(cache, "").stream()
                .filter(p ->
                        p.toString().endsWith(".incomplete") || p.toString().endsWith(".tmp"))
                .toList();
    }

    private static List<Path> files(Path cache, String below) throws IOException {
        if (!Files.isDirectory(cache.resolve(below))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(cache.resolve(below))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
