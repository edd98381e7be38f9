package dev.assay.harness.model.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The hashes by which model sites know a file, from one pass over it. AutoV1: of 64 KiB at 1 MiB, 8 digits; AutoV2: of the whole
 * file, 10; AutoV3: of the bytes after a safetensors header, 12, which edited metadata does not change. All of SHA-256.
 */
public final class ModelHashes {
    public static final String SHA256 = "SHA256";
    public static final String TENSORS = "SHA256-tensors";
    private static final int CHUNK = 1 << 20; // bytes read at a time
    private static final long AUTO_V1_BEGIN = 0x100000;
    private static final long AUTO_V1_BYTES = 0x10000;

    /** Told while a file is read. */
    @FunctionalInterface
    public interface Progress {
        void read(Path file, long done, long of);
    }

    private final Path cache; // null: none

    /** @param cache a file for hashes by path, size and time of change; null for none. A damaged one is begun anew. */
    public ModelHashes(Path cache) {
        this.cache = cache;
    }

    /**
     * @param tensorsBegin position of the first byte of tensors; -1 if the container has no such section
     * @throws ModelFileException when the file cannot be read
     */
    public Map<String, String> of(Path file, long tensorsBegin, Progress progress) {
        try {
            String key = file.toAbsolutePath().normalize().toString();
            String state =
                    Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
            ObjectNode known = load();
            if (known.path(key).path("state").asText("").equals(state)) {
                Map<String, String> hashes = new LinkedHashMap<>();
                known.path(key)
                        .path("hashes")
                        .properties()
                        .forEach(e -> hashes.put(e.getKey(), e.getValue().asText("")));
                return hashes;
            }
            Map<String, String> hashes = compute(file, tensorsBegin, progress);
            if (cache != null) {
                ObjectNode entry = known.putObject(key).put("state", state);
                hashes.forEach(entry.putObject("hashes")::put);
                store(known);
            }
            return hashes;
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read for its hash: " + e, e);
        }
    }

    private static Map<String, String> compute(Path file, long tensorsBegin, Progress progress) throws IOException {
        MessageDigest whole = Hashes.sha256();
        MessageDigest tensors = Hashes.sha256();
        MessageDigest early = Hashes.sha256();
        long size = Files.size(file);
        long at = 0;
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                whole.update(chunk, 0, read);
                if (tensorsBegin >= 0) {
                    update(tensors, chunk, at, read, tensorsBegin, Long.MAX_VALUE);
                }
                update(early, chunk, at, read, AUTO_V1_BEGIN, AUTO_V1_BEGIN + AUTO_V1_BYTES);
                at += read;
                progress.read(file, at, size);
            }
        }
        Map<String, String> hashes = new LinkedHashMap<>();
        String all = HexFormat.of().formatHex(whole.digest());
        if (at >= AUTO_V1_BEGIN + AUTO_V1_BYTES) {
            hashes.put("AutoV1", HexFormat.of().formatHex(early.digest()).substring(0, 8));
        }
        hashes.put("AutoV2", all.substring(0, 10).toUpperCase(Locale.ROOT));
        if (tensorsBegin >= 0) {
            String section = HexFormat.of().formatHex(tensors.digest());
            hashes.put("AutoV3", section.substring(0, 12));
            hashes.put(SHA256, all);
            hashes.put(TENSORS, section);
        } else {
            hashes.put(SHA256, all);
        }
        return hashes;
    }

    /** Adds what of the chunk, which lies at {@code at} in the file, is between {@code begin} and {@code end}. */
    private static void update(MessageDigest digest, byte[] chunk, long at, int length, long begin, long end) {
        long from = Math.max(begin, at);
        long to = Math.min(end, at + length);
        if (from < to) {
            digest.update(chunk, (int) (from - at), (int) (to - from));
        }
    }

    private ObjectNode load() {
        if (cache == null || !Files.isRegularFile(cache)) {
            return Json.LENIENT.createObjectNode();
        }
        try {
            JsonNode known = Json.LENIENT.readTree(cache.toFile());
            return known instanceof ObjectNode object ? object : Json.LENIENT.createObjectNode();
        } catch (IOException e) {
            return Json.LENIENT.createObjectNode();
        }
    }

    /** A cache that cannot be written costs time only. */
    private void store(ObjectNode known) {
        try {
            WholeFile.write(cache, Json.LENIENT.writeValueAsBytes(known));
        } catch (IOException e) {
            return;
        }
    }
}
