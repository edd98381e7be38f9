package dev.assay.harness.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every format for a moment. {@code -Dassay.fuzz.seconds=3600} gives each an hour, {@code -Dassay.fuzz.format=gguf} chooses,
 * {@code -Dassay.fuzz.seed=N} makes other inputs; see docs/fuzzing.md.
 */
@Tag("slow")
class FuzzTest {
    private static final int INPUTS = 4_000; // of each format
    private static final long SECONDS = Long.getLong("assay.fuzz.seconds", 0);
    private static final long SEED = Long.getLong("assay.fuzz.seed", 20_261_129);
    private static final String FORMAT = System.getProperty("assay.fuzz.format", "");

    @TempDir
    static Path folder;

    static Stream<String> formats() {
        Map<String, Fuzz> all = new Formats(folder).all();
        assertThat(FORMAT.isEmpty() || all.containsKey(FORMAT))
                .as("assay.fuzz.format: one of " + all.keySet())
                .isTrue();
        return all.keySet().stream().filter(f -> FORMAT.isEmpty() || f.equals(FORMAT));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void damaged_files_are_read_or_refused_in_words_and_cost_what_they_may(String format) {
        Fuzz fuzz = new Formats(folder).all().get(format);
        Fuzz.Result result = SECONDS > 0 ? fuzz.seconds(SECONDS, SEED) : fuzz.inputs(INPUTS, SEED);
        assertThat(result.failures()).isEmpty();
        // Mutations that are always refused, or never, would test little.
        assertThat(result.read()).as("read").isPositive();
        if (!format.equals("picture-text")) { // a hint, which is never refused
            assertThat(result.refused()).as("refused").isPositive();
        }
    }
}
