package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldRecordsTest {
    /** Written when a record said of which build it was; sealed over that too. */
    private static final String WITH_BUILD = """
        {
          "schema" : "assay-run/1",
          "id" : "20261122-235959-123-sound",
          "outcome" : "PASSED",
          "started" : "2026-11-22T23:59:59Z",
          "seconds" : 1.5,
          "asked" : {
            "assay.lora" : "sound.safetensors"
          },
          "build" : {
            "token" : "b1",
            "processes" : [ 4711, 12 ]
          },
          "seal" : "4fdeeb82a99f2738a46ad42533c5aa4353bd6b7d23729fc2754a3a2cc29003f8"
        }
        """;

    @TempDir
    Path folder;

    @Test
    void a_record_that_names_its_build_is_still_read_and_its_seal_fits() throws IOException {
        RunRecord record = RunRecords.readSealed(file(WITH_BUILD));

        assertThat(record.id()).isEqualTo("20261122-235959-123-sound");
        assertThat(record.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(record.asked()).containsEntry("assay.lora", "sound.safetensors");
        assertThatThrownBy(() -> RunRecords.readSealed(file(WITH_BUILD.replace("4711", "4712"))))
                .hasMessageContaining("was edited after the run had ended");
    }

    @Test
    void the_family_of_a_metric_is_a_lower_case_word_in_the_file_and_may_be_one_that_nobody_knows() throws IOException {
        RunRecord record = RunRecords.read(file("""
            {"schema": "assay-run/1", "id": "x", "outcome": "PASSED", "verdicts": [
              {"id": "grid", "family": "artifact", "outcome": "PASSED"},
              {"id": "smell", "family": "odour", "outcome": "PASSED"},
              {"id": "none", "outcome": "PASSED"}]}
            """));

        assertThat(record.verdicts())
                .extracting(RunRecord.VerdictEntry::family)
                .containsExactly(Family.ARTIFACT, Family.UNKNOWN, Family.UNKNOWN);
        RunRecords.write(folder, record);
        assertThat(RunRecords.last(folder)).content().contains("\"family\" : \"artifact\"");
        assertThat(RunRecords.read(RunRecords.last(folder))).isEqualTo(record);
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("run.json"), json);
    }
}
