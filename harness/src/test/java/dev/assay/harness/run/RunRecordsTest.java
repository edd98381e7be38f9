package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.suite.Criterion.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunRecordsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "NON_INFERIOR, HIGHER, NON_INFERIOR, HIGHER",
        "NONE_NEW, LOWER, NO_NEW_DEFECTS, LOWER",
        "NO_MORE_DEFECTS, EITHER, DEFECT_RATE_NON_INFERIOR, TWO_SIDED",
        "EFFECTIVE, EITHER, HAS_EFFECT, TWO_SIDED",
    })
    void a_record_in_the_words_of_before_is_read(String oldRule, String oldBetter, Rule rule, Direction better)
            throws IOException {
        Path file = Files.writeString(folder.resolve("run.json"), """
            {"schema": "assay-run/1", "id": "r", "outcome": "REGRESSED", "verdicts": [{
              "id": "blank-frame", "metric": "blank-frame", "metricVersion": "1", "family": "artifact", "scope": "suite",
              "outcome": "REGRESSED", "estimate": 0.5, "interval": [0.25, 0.75], "confidence": 0.95, "margin": 0.1,
              "rule": "%s", "severity": "BLOCKER", "better": "%s", "unit": "of pictures"}]}
            """.formatted(oldRule, oldBetter));
        VerdictEntry entry = RunRecords.read(file).verdicts().get(0);
        assertThat(entry.rule()).isEqualTo(rule);
        assertThat(entry.better()).isEqualTo(better);
    }
}
