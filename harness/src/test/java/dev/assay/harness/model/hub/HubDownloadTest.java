package dev.assay.harness.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubDownloadTest {
    private static final HubTimes QUICK =
            new HubTimes(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofMillis(400), Duration.ofMillis(1), 3);
    private static final HubReference MODEL = HubReference.parse("hf:" + FakeHub.REPOSITORY + "/model.safetensors");
    private static final HubReference CONFIG = HubReference.parse("hf:" + FakeHub.REPOSITORY + "/config.json");

    private final byte[] weights = pattern(1_000_003);

    @TempDir
    Path folder;

    private FakeHub hub;
    private Path cache;

    @BeforeEach
    void open() throws IOException {
        hub = new FakeHub()
                .small("config.json", "{\"model_type\": \"clip\"}\n")
                .small("onnx/deep/settings.json", "{}\n")
                .large("model.safetensors", weights);
        cache = folder.resolve("hub");
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private HubDownload download() {
        return new HubDownload(hub.access(cache), QUICK, Transfer.QUIET);
    }

    /** The same as in hub_layout.py. */
    static byte[] pattern(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (31 * i + (i >> 8));
        }
        return bytes;
    }

    private static byte[] bytes(int count, int seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void a_large_file_comes_from_where_the_hub_says_and_the_token_does_not() throws IOException {
        hub.token = "hf_secret";
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        assertThat(hub.asked).containsExactly("HEAD* hub", "GET* hub", "GET store");
    }

    /** The listing was made by huggingface_hub 2.4.0 from a hub with the same files (src/test/python/hub_layout.py). */
    @Test
    void the_layout_is_that_of_huggingface_hub() throws IOException {
        download().fetch(CONFIG, null);
        download().fetch(MODEL, null);
        download().fetch(HubReference.parse("hf:" + FakeHub.REPOSITORY + "/onnx/deep/settings.json"), null);
        assertThat(listing(cache)).isEqualTo(golden());
    }

    private static List<String> golden() throws IOException {
        try (var in = HubDownloadTest.class.getResourceAsStream("/golden/hub-layout.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** Files with their sizes, links with their targets. */
    private static List<String> listing(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            List<String> lines = new ArrayList<>();
            for (Path p : all.sorted().toList()) {
                String name = top.relativize(p).toString().replace('\\', '/');
                if (Files.isSymbolicLink(p)) {
                    lines.add(
                            name + " -> " + Files.readSymbolicLink(p).toString().replace('\\', '/'));
                } else if (name.equals("CACHEDIR.TAG")) {
                    lines.add(name + " " + Files.readAllLines(p).get(0));
                } else if (Files.isRegularFile(p)) {
                    lines.add(name + " " + Files.size(p));
                }
            }
            return lines;
        }
    }

    @Test
    void what_is_in_the_cache_needs_no_network() throws IOException {
        Path file = download().fetch(MODEL, null).orElseThrow();
        hub.asked.clear();
        HubAccess offline = new HubAccess(cache, "http://127.0.0.1:1", Optional.empty(), Optional.empty(), true);
        assertThat(new HubDownload(offline, QUICK, Transfer.QUIET).fetch(MODEL, null))
                .contains(file);
        assertThat(new HubDownload(offline, QUICK, Transfer.QUIET).fetch(MODEL.at(FakeHub.COMMIT), null))
                .contains(file);
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void offline_nothing_is_asked_and_the_message_says_why() {
        HubAccess access = HubAccess.of(
                Map.of("HF_HUB_OFFLINE", "1", "HF_ENDPOINT", hub.endpoint(), "HF_HUB_CACHE", cache.toString()), folder);
        assertThatThrownBy(() -> new HubDownload(access, QUICK, Transfer.QUIET).fetch(MODEL, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("HF_HUB_OFFLINE")
                .hasMessageContaining(cache.toString());
        assertThat(hub.asked).isEmpty();
        assertThat(cache).doesNotExist();
    }

    @Test
    void a_connection_that_breaks_goes_on_where_it_stopped() throws IOException {
        hub.cuts.set(2);
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        assertThat(hub.asked.stream().filter(a -> a.contains("bytes="))).hasSize(2);
        assertThat(hub.sent.get()).isLessThan(weights.length + 200_000);
    }

    @Test
    void what_an_earlier_process_left_is_not_fetched_again() throws IOException {
        leave(Hashes.sha256(weights), java.util.Arrays.copyOf(weights, 900_000));
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        assertThat(hub.asked).contains("GET store bytes=900000-");
        assertThat(hub.sent.get()).isEqualTo(100_003);
    }

    @Test
    void damaged_leftovers_are_noticed_and_fetched_anew() throws IOException {
        leave(Hashes.sha256(weights), bytes(900_000, 99));
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        leave(Hashes.sha256(weights), bytes(2_000_000, 99)); // longer than the file
        assertThat(download().fetch(MODEL, null)).contains(file);
    }

    @Test
    void a_host_without_ranges_begins_anew() throws IOException {
        hub.ranges = false;
        leave(Hashes.sha256(weights), java.util.Arrays.copyOf(weights, 900_000));
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
    }

    private void leave(String etag, byte[] part) throws IOException {
        Path blobs = Files.createDirectories(cache.resolve("models--assay-tests--tiny-clip/blobs"));
        Files.write(blobs.resolve(etag + ".assay.incomplete"), part);
    }

    @Test
    void a_host_that_falls_silent_is_left_and_asked_again() throws IOException {
        hub.stalls.set(1);
        Path file = download().fetch(MODEL, null).orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
    }

    @Test
    void a_busy_host_is_asked_again_but_not_for_ever() throws IOException {
        hub.busy.set(2);
        assertThat(download().fetch(MODEL, null)).isPresent();
        Files.delete(download().fetch(MODEL, null).orElseThrow().toRealPath());
        hub.busy.set(100);
        assertThatThrownBy(() -> download().fetch(MODEL, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("busy (503");
        assertThat(hub.busy.get()).isEqualTo(97);
    }

    @Test
    void bytes_with_another_checksum_never_get_the_files_name() throws IOException {
        hub.instead = bytes(weights.length, 2);
        assertThatThrownBy(() -> download().fetch(MODEL, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected checksum " + Hashes.sha256(weights))
                .hasMessageContaining("found " + Hashes.sha256(hub.instead));
        assertThat(listing(cache).stream().filter(l -> l.contains("blobs") || l.contains("snapshots")))
                .isEmpty();
        hub.instead = null;
        assertThat(download().fetch(MODEL, null)).isPresent();
    }

    @Test
    void another_file_than_the_table_knows_is_refused_before_its_first_byte() {
        assertThatThrownBy(() -> download().fetch(MODEL, "ab".repeat(32)))
                .hasMessageContaining("expected SHA-256 abab")
                .hasMessageContaining("nothing was downloaded");
        assertThat(hub.sent.get()).isZero();
    }

    @Test
    void more_or_fewer_bytes_than_announced_are_an_error() {
        hub.instead = bytes(10, 3);
        assertThatThrownBy(() -> download().fetch(MODEL, null)).hasMessageContaining("announces 10");
    }

    @ParameterizedTest
    @CsvSource({
        "401, RepoNotFound, set HF_TOKEN",
        "401, GatedRepo, has terms to accept",
        "403, GatedRepo, hf auth login",
        "404, RepoNotFound, no such repository or file",
        "404, RevisionNotFound, no such revision",
        "418, '', found status 418",
        "500, '', busy (500",
    })
    void an_answer_that_is_none_says_what_to_do(int status, String code, String said) {
        hub.status = status;
        hub.errorCode = code.isEmpty() ? null : code;
        assertThatThrownBy(() -> download().fetch(MODEL, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(said)
                .hasMessageContaining(MODEL.toString());
        assertThat(hub.asked).hasSize(status == 500 ? 3 : 1);
        assertThat(cache).doesNotExist();
    }

    @Test
    void a_refused_token_is_called_one_and_never_shown() {
        hub.token = "hf_right";
        HubAccess wrong = new HubAccess(cache, hub.endpoint(), Optional.of("hf_wrong"), Optional.empty(), false);
        assertThatThrownBy(() -> new HubDownload(wrong, QUICK, Transfer.QUIET).fetch(MODEL, null))
                .hasMessageContaining("refuses this token")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hf_wrong"));
        assertThat(wrong.toString()).doesNotContain("hf_wrong");
    }

    @Test
    void the_token_may_come_from_the_file_that_python_writes() throws IOException {
        hub.token = "hf_from_file";
        Files.writeString(folder.resolve("token"), "hf_from_file\n");
        HubAccess access = HubAccess.of(
                Map.of("HF_HOME", folder.toString(), "HF_ENDPOINT", hub.endpoint() + "/"), Path.of("/nowhere"));
        assertThat(new HubDownload(access, QUICK, Transfer.QUIET).fetch(MODEL, null))
                .hasValueSatisfying(p -> assertThat(p).startsWith(folder.resolve("hub")));
    }

    @Test
    void a_file_that_the_repository_lacks_is_no_error_here() {
        assertThat(download().fetch(HubReference.parse("hf:" + FakeHub.REPOSITORY + "/other.json"), null))
                .isEmpty();
    }

    @Test
    void a_renamed_repository_is_followed_within_the_hub() throws IOException {
        hub.token = "hf_secret";
        Path file = download()
                .fetch(HubReference.parse("hf:old/name/model.safetensors"), null)
                .orElseThrow();
        assertThat(Files.readAllBytes(file)).isEqualTo(weights);
        assertThat(hub.asked).containsExactly("HEAD* hub", "HEAD* hub", "GET* hub", "GET* hub", "GET store");
    }

    @Test
    void a_server_that_is_no_hub_is_told_from_one() throws IOException {
        var other = com.sun.net.httpserver.HttpServer.create(
                new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", e -> {
            try (e) {
                e.sendResponseHeaders(200, -1);
            }
        });
        other.start();
        try {
            HubAccess access = new HubAccess(
                    cache,
                    "http://127.0.0.1:" + other.getAddress().getPort(),
                    Optional.empty(),
                    Optional.empty(),
                    false);
            assertThatThrownBy(() -> new HubDownload(access, QUICK, Transfer.QUIET).fetch(MODEL, null))
                    .hasMessageContaining("does not answer as a hub does");
        } finally {
            other.stop(0);
        }
    }

    @Test
    void nobody_there_is_said_with_the_file() {
        HubAccess access = new HubAccess(cache, "http://127.0.0.1:1", Optional.empty(), Optional.empty(), false);
        assertThatThrownBy(() -> new HubDownload(access, QUICK, Transfer.QUIET).fetch(MODEL, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(MODEL + ": cannot be downloaded from http://127.0.0.1:1: ")
                .hasMessageContaining("ConnectException")
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void eight_threads_fetch_a_file_once() {
        hub.pauseMillis = 2;
        List<Path> found = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> download().fetch(MODEL, null).orElseThrow())
                .toList();
        assertThat(found).hasSize(8);
        assertThat(Hashes.sha256(found.get(0))).isEqualTo(Hashes.sha256(weights));
        assertThat(hub.sent.get()).isEqualTo(weights.length);
    }

    @Test
    void progress_ends_with_all_bytes() {
        Map<String, Long> last = new java.util.HashMap<>();
        new HubDownload(hub.access(cache), QUICK, (file, done, of) -> last.put(file, done)).fetch(MODEL, null);
        assertThat(last).isEqualTo(Map.of(FakeHub.REPOSITORY + "/model.safetensors", (long) weights.length));
    }

    @Test
    void a_moved_cache_still_works() throws IOException {
        download().fetch(MODEL, null);
        Path moved = folder.resolve("elsewhere");
        Files.move(cache, moved);
        HubAccess access = new HubAccess(moved, "http://127.0.0.1:1", Optional.empty(), Optional.empty(), true);
        assertThat(Files.readAllBytes(new HubDownload(access, QUICK, Transfer.QUIET)
                        .fetch(MODEL, null)
                        .orElseThrow()))
                .isEqualTo(weights);
    }

    /** A ref of a cache is a file like any other: what it says is not to be trusted. */
    @Test
    void a_hostile_ref_leads_nowhere() throws IOException {
        Path refs = Files.createDirectories(cache.resolve("models--assay-tests--tiny-clip/refs"));
        Files.writeString(refs.resolve("main"), "../../../../secret");
        assertThat(new HubCache(cache).find(MODEL)).isEmpty();
        assertThat(download().fetch(MODEL, null)).isPresent();
        assertThat(Files.readString(refs.resolve("main"))).isEqualTo(FakeHub.COMMIT);
    }

    @Test
    void the_variables_of_huggingface_hub_say_where_the_cache_is() {
        Path home = Path.of("/home/x");
        assertThat(HubAccess.of(Map.of(), home).cache()).isEqualTo(Path.of("/home/x/.cache/huggingface/hub"));
        assertThat(HubAccess.of(Map.of("XDG_CACHE_HOME", "/c"), home).cache()).isEqualTo(Path.of("/c/huggingface/hub"));
        assertThat(HubAccess.of(Map.of("HF_HOME", "~/hf"), home).cache()).isEqualTo(Path.of("/home/x/hf/hub"));
        assertThat(HubAccess.of(Map.of("HF_HUB_CACHE", "/d", "HF_HOME", "/e"), home)
                        .cache())
                .isEqualTo(Path.of("/d"));
        assertThatThrownBy(() ->
                        HubAccess.of(Map.of("HF_ENDPOINT", "ftp://x"), home).endpoint())
                .hasMessageContaining("HF_ENDPOINT");
        assertThatThrownBy(() -> HubAccess.of(Map.of("HF_ENDPOINT", "https://me:hf_secret@mirror"), home)
                        .endpoint())
                .hasMessageContaining("HF_ENDPOINT")
                .hasMessageContaining("mirror")
                .hasMessageContaining("HF_TOKEN")
                .hasMessageNotContaining("hf_secret");
        assertThat(Stream.of("1", "ON", "yes", "True")
                        .map(v ->
                                HubAccess.of(Map.of("HF_HUB_OFFLINE", v), home).offline())
                        .collect(Collectors.toSet()))
                .containsExactly(true);
    }
}
