package dev.assay.reports.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.fuzz.Fuzz;
import dev.assay.reports.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged lines of a history cost their own line; as {@code FuzzTest} of the harness, with the same properties. */
@Tag("slow")
class HistoryFuzzTest {
    private static final long SECONDS = Long.getLong("assay.fuzz.seconds", 0);
    private static final long SEED = Long.getLong("assay.fuzz.seed", 20_261_129);
    private static final long FIXED_BYTES = 64 << 20; // the buffers of a file of any length

    @TempDir
    static Path folder;

    private static final ThreadLocal<Path> OWN = ThreadLocal.withInitial(HistoryFuzzTest::ownFile);

    private static Path ownFile() {
        try {
            return Files.createTempFile(folder, "history", ".jsonl");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] history() {
        StringBuilder lines = new StringBuilder();
        for (String id : List.of("20261122-1-a", "20261122-2-b")) {
            RunSummary digest = RunSummary.of(Runs.passed(folder, "ab".repeat(32), id), "runs/run.json", null);
            lines.append(History.line(digest)).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Object read(byte[] bytes) throws IOException {
        Files.write(OWN.get(), bytes);
        History.Content content = new History(OWN.get()).read();
        content.damages().forEach(d -> assertThat(d.what()).isNotBlank());
        return content;
    }

    @Test
    void a_damaged_history_is_read_as_far_as_it_can_be() throws IOException {
        assertThat(((History.Content) read(history())).digests()).hasSize(2);
        Fuzz fuzz = new Fuzz("history", true, List.of(history()), HistoryFuzzTest::read, input -> FIXED_BYTES);
        Fuzz.Result result = SECONDS > 0 ? fuzz.seconds(SECONDS, SEED) : fuzz.inputs(2000, SEED);
        assertThat(result.failures()).isEmpty();
        assertThat(result.read()).isPositive();
    }
}
