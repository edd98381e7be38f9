package dev.assay.harness.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.io.AssayException;
import dev.assay.harness.io.SmallFile;
import dev.assay.harness.io.Trouble;
import dev.assay.harness.io.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes run records: {@code OUT/runs/ID/run.json} and a copy of the newest, {@code OUT/last-run.json}. */
public final class RunRecords {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
            .build();

    /** Of a record: 10,000 pictures with their scores take about 50 MB. */
    private static final long MOST_BYTES = 256 << 20;

    private RunRecords() {}

    public static Path folder(Path out, String id) {
        return out.resolve("runs").resolve(id);
    }

    public static Path last(Path out) {
        return out.resolve("last-run.json");
    }

    /** Writes both files, each whole or not at all. */
    public static void write(Path out, RunRecord record) {
        try {
            byte[] json = JSON.writeValueAsBytes(record);
            Path folder = Files.createDirectories(folder(out, record.id()));
            WholeFile.sweep(out, 3); // what killed runs left half written
            WholeFile.write(folder.resolve("run.json"), json);
            WholeFile.write(last(out), json);
        } catch (IOException e) {
            throw new AssayException("cannot write the run record to " + out + ": " + Trouble.words(e), e);
        }
    }

    /** @throws IllegalArgumentException on a file that is no run record of a schema we know */
    public static RunRecord read(Path file) {
        try {
            RunRecord record = JSON.readValue(SmallFile.bytes(file, MOST_BYTES), RunRecord.class);
            if (!RunRecord.SCHEMA.equals(record.schema())) {
                throw new IllegalArgumentException(
                        file + ": expected schema " + RunRecord.SCHEMA + ", found " + record.schema());
            }
            return record;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": expected a run record, found " + Trouble.words(e), e);
        }
    }
}
