package dev.assay.harness.run;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes run records: {@code OUT/runs/ID/run.json} and a copy of that which answered last, {@code OUT/last-run.json}. A record ends in a seal, the
 * hash of all before it, so that an edit shows. Who can write to the folder can forge it: it keeps out accidents, not people.
 */
public final class RunRecords {
    private static final JsonMapper JSON = Json.LENIENT
            .rebuild()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .build();

    /** Of a record: 10,000 pictures with their scores take about 50 MB. */
    private static final long MAX_BYTES = 256 << 20;

    private static final String SEAL = "seal";

    private RunRecords() {}

    public static Path folder(Path out, String id) {
        return out.resolve("runs").resolve(id);
    }

    public static Path file(Path out, String id) {
        return folder(out, id).resolve("run.json");
    }

    public static Path last(Path out) {
        return out.resolve("last-run.json");
    }

    /** An earlier run answers again: it is the newest. */
    public static void again(Path out, String id) {
        try {
            WholeFile.write(last(out), SmallFile.bytes(file(out, id), MAX_BYTES));
        } catch (IOException e) {
            throw new AssayException("cannot write " + last(out) + ": " + Trouble.words(e), e);
        }
    }

    /** Writes both files, each whole or not at all. */
    public static void write(Path out, RunRecord record) {
        try {
            byte[] json = sealed(record);
            Path file = file(out, record.id());
            Files.createDirectories(file.getParent());
            WholeFile.sweep(out, 3); // what killed runs left half written
            WholeFile.write(file, json);
            WholeFile.write(last(out), json);
        } catch (IOException e) {
            throw new AssayException("cannot write the run record to " + out + ": " + Trouble.words(e), e);
        }
    }

    /** @throws AssayException on a file that is no run record of a schema we know, or was edited after it was sealed */
    public static RunRecord read(Path file) {
        return read(file, false);
    }

    /** As {@link #read(Path)}, and refuses a record without a seal, as they were before. */
    public static RunRecord readSealed(Path file) {
        return read(file, true);
    }

    private static RunRecord read(Path file, boolean sealed) {
        try {
            JsonNode tree = JSON.readTree(SmallFile.bytes(file, MAX_BYTES));
            if (!(tree instanceof ObjectNode fields)) {
                throw new AssayException(file + ": expected a run record, found " + tree.getNodeType());
            }
            String schema = fields.path("schema").asText();
            if (!RunRecord.SCHEMA.equals(schema)) {
                throw new AssayException(file + ": expected schema " + RunRecord.SCHEMA + ", found " + schema);
            }
            JsonNode seal = fields.remove(SEAL);
            if (seal == null ? sealed : !seal.asText().equals(seal(fields))) {
                throw new AssayException(file
                        + (seal == null
                                ? ": has no seal; run again"
                                : ": was edited after the run had ended: its seal does not fit; run again"));
            }
            return JSON.treeToValue(fields, RunRecord.class);
        } catch (IOException e) {
            throw new AssayException(file + ": expected a run record, found " + Trouble.words(e), e);
        }
    }

    /** By way of the text, so that what is hashed is what a reader finds. */
    private static byte[] sealed(RunRecord record) throws IOException {
        ObjectNode fields = (ObjectNode) JSON.readTree(JSON.writeValueAsBytes(record));
        fields.put(SEAL, seal(fields));
        return JSON.writeValueAsBytes(fields);
    }

    private static String seal(ObjectNode fields) throws IOException {
        return Hashes.sha256(JSON.writeValueAsBytes(fields));
    }
}
