package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Answers on disk, one small file each, found again by everything that decides them: pixels, question, model, the server's facts of it, how
 * it was asked. A file appears under its name only when it is whole; a damaged one counts as absent.
 */
final class AnswerCache {
    private static final long MAX_BYTES = 1 << 16; // of a file

    private final Path folder;
    private final String judge;

    /** @param judge model and the server's facts of it, and how it is asked */
    AnswerCache(Path folder, String judge) {
        this.folder = folder;
        this.judge = judge;
    }

    static String pixels(Image image) {
        MessageDigest digest = Hashes.sha256();
        digest.update(ByteBuffer.allocate(8)
                .putInt(image.width())
                .putInt(image.height())
                .array());
        digest.update(image.rgb());
        return HexFormat.of().formatHex(digest.digest());
    }

    Optional<Reading> find(String pixels, Query question) {
        Path file = file(pixels, question);
        try {
            JsonNode entry = JudgeHttp.JSON.readTree(SmallFile.bytes(file, MAX_BYTES));
            boolean same = entry != null
                    && entry.path("judge").asText().equals(judge)
                    && entry.path("pixels").asText().equals(pixels)
                    && entry.path("question").asText().equals(question.text())
                    && entry.path("yes").isNumber()
                    && entry.path("no").isNumber();
            return same
                    ? Optional.of(new Reading(
                            entry.get("yes").asDouble(),
                            entry.get("no").asDouble(),
                            entry.path("seen").asText()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    void put(String pixels, Query question, Reading reading) {
        ObjectNode entry = JudgeHttp.JSON.createObjectNode();
        entry.put("judge", judge);
        entry.put("pixels", pixels);
        entry.put("question", question.text());
        entry.put("yes", reading.yes());
        entry.put("no", reading.no());
        entry.put("seen", reading.seen());
        Path file = file(pixels, question);
        try {
            WholeFile.write(file, (entry.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the judge's answer in " + file, e);
        }
    }

    private Path file(String pixels, Query question) {
        String key =
                Hashes.sha256(String.join("\n", judge, pixels, question.text()).getBytes(StandardCharsets.UTF_8));
        return folder.resolve(key.substring(0, 2)).resolve(key + ".json");
    }
}
