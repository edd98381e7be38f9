package dev.assay.reports;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.reports.words.Words;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A run as its record tells it.
 *
 * @param folder of the record
 * @param trouble why there is no record that can be believed; null where there is one
 */
record JudgedRun(RunRecord run, Path folder, String trouble) {
    /** The run that has just written this record: sealed, as all are that are written. */
    static JudgedRun fresh(Path record) {
        return new JudgedRun(
                RunRecords.readSealed(record), record.toAbsolutePath().getParent(), null);
    }

    /** A record that the user names, however old: what it says is shown, as long as it says what it did. */
    static JudgedRun earlier(Path record) {
        if (!Files.isRegularFile(record)) {
            return none("there is no such record: " + record, record);
        }
        try {
            return new JudgedRun(
                    RunRecords.read(record), record.toAbsolutePath().getParent(), null);
        } catch (RuntimeException unreadable) {
            return none(Words.line(unreadable.getMessage(), 600), record);
        }
    }

    /** @param where the record was expected */
    static JudgedRun none(String trouble, Path where) {
        return new JudgedRun(
                RunRecord.broken("none", Instant.now(), "unknown", "unknown", trouble),
                where.toAbsolutePath().getParent(),
                trouble);
    }
}
