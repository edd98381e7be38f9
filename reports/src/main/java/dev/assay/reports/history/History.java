package dev.assay.reports.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.LockFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The history of all runs: a text file with one {@link RunSummary} per line, as JSON in ASCII, only ever appended to. A process that
 * dies while it appends leaves a torn last line: it is reported and skipped, the next append starts on a line of its own, and no
 * other line is touched.
 */
public final class History {
    private static final JsonMapper JSON = Json.LENIENT
            .rebuild()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // also lone surrogates and U+2028, which break other readers
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .addModule(new SimpleModule().addDeserializer(String.class, new Repeated()))
            .addMixIn(VerdictEntry.class, Brief.class)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();
    private static final ObjectReader READER = JSON.readerFor(RunSummary.class);
    private static final String OLD_SCHEMA = "assay-digest/1";
    private static final byte[] OLD_START = ("{\"schema\":\"" + OLD_SCHEMA + "\"").getBytes(StandardCharsets.US_ASCII);

    /** What {@link VerdictEntry#brief} leaves empty takes no room in a line. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private interface Brief {}

    private final Path file;

    public History(Path file) {
        this.file = file;
    }

    public Path file() {
        return file;
    }

    /** How a line of this history names a file: relative to the history's folder; absolute where that is on another disk. */
    public String pathTo(Path target) {
        Path whole = target.toAbsolutePath().normalize();
        try {
            Path folder = file.toAbsolutePath().normalize().getParent();
            return folder.relativize(whole).toString().replace('\\', '/');
        } catch (IllegalArgumentException anotherDisk) {
            return whole.toString();
        }
    }

    /**
     * What the file holds.
     *
     * @param digests in the order of appending; of lines with the same run id and model the last
     * @param damages lines that could not be used
     */
    public record Content(List<RunSummary> digests, List<Damage> damages) {
        public Content {
            digests = List.copyOf(digests);
            damages = List.copyOf(damages);
        }
    }

    /**
     * A line that could not be used.
     *
     * @param line counted from 1
     */
    public record Damage(int line, String what) {}

    /** Appends one line and waits until it is on the disk; safe against other processes that append. */
    public void append(RunSummary digest) {
        try {
            byte[] json = line(digest).getBytes(StandardCharsets.US_ASCII);
            append(json);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the history " + file, e);
        }
    }

    /** A digest as it stands in the file, without the line break. */
    public static String line(RunSummary digest) {
        try {
            return JSON.writeValueAsString(digest);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(byte[] json) throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        boolean fresh = !Files.exists(file);
        try (LockFile lock = LockFile.take(file)) {
            FileChannel channel = lock.channel();
            long end = channel.size();
            boolean torn = end > 0 && !endsWithLineBreak(channel, end);
            ByteBuffer line = ByteBuffer.allocate(json.length + 2);
            if (torn) {
                line.put((byte) '\n');
            }
            line.put(json).put((byte) '\n').flip();
            channel.position(end);
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
        if (fresh) {
            WholeFile.syncFolder(folder);
        }
    }

    private static boolean endsWithLineBreak(FileChannel channel, long end) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.read(last, end - 1);
        return last.get(0) == '\n';
    }

    /** Everything that can be read; a file that does not exist is an empty history. */
    public Content read() {
        if (!Files.exists(file)) {
            return new Content(List.of(), List.of());
        }
        Map<Key, RunSummary> digests = new LinkedHashMap<>();
        List<Damage> damages = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            new Lines(in, Files.size(file))
                    .forEachBatch((bytes, ends, from) -> IntStream.range(0, ends.length)
                            .parallel()
                            .mapToObj(i -> {
                                int start = i == 0 ? 0 : ends[i - 1] + 1;
                                return parse(from + i, bytes, start, ends[i] - start);
                            })
                            .toList()
                            .forEach(line -> line.into(digests, damages)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the history " + file, e);
        }
        return new Content(List.copyOf(digests.values()), damages);
    }

    /** A run counts once for each model: files with the same bytes share it. */
    private record Key(String run, String model) {}

    /** A digest or a damage; a blank line is neither. */
    private record Line(RunSummary digest, Damage damage) {
        void into(Map<Key, RunSummary> digests, List<Damage> damages) {
            if (digest != null) {
                Key key = new Key(digest.run(), digest.model());
                digests.remove(key); // the order is that of the last appending
                digests.put(key, digest);
            }
            if (damage != null) {
                damages.add(damage);
            }
        }
    }

    private static Line parse(int number, byte[] bytes, int start, int length) {
        try {
            if (!isOld(bytes, start, length)) {
                return new Line(READER.readValue(bytes, start, length), null);
            }
        } catch (IOException | IllegalArgumentException blankOrDamaged) {
            // Bytes that are no UTF-8 become U+FFFD, which may stand in a text, and spoil their own line only.
        }
        return parse(number, new String(bytes, start, length, StandardCharsets.UTF_8));
    }

    private static boolean isOld(byte[] bytes, int start, int length) {
        int end = start + Math.min(length, OLD_START.length);
        return Arrays.equals(bytes, start, end, OLD_START, 0, OLD_START.length);
    }

    private static Line parse(int number, String text) {
        if (text.isBlank()) {
            return new Line(null, null);
        }
        try {
            RunSummary digest = text.contains(OLD_SCHEMA)
                    ? JSON.treeToValue(renewed(JSON.readTree(text)), RunSummary.class)
                    : READER.readValue(text);
            return new Line(digest, null);
        } catch (JacksonException | IllegalArgumentException damaged) {
            String why = damaged instanceof JacksonException json
                    ? Trouble.ofParser(json.getOriginalMessage())
                    : damaged.getMessage();
            String kind = text.stripTrailing().endsWith("}") ? "" : "torn, as by a process that died while appending: ";
            return new Line(null, new Damage(number, kind + Words.line(why, 200)));
        }
    }

    /** A line as it was before its criteria had the fields of a run record. */
    private static JsonNode renewed(JsonNode line) {
        if (line instanceof ObjectNode digest
                && OLD_SCHEMA.equals(digest.path("schema").asText())) {
            digest.put("schema", RunSummary.SCHEMA);
            for (JsonNode each : digest.path("criteria")) {
                if (each instanceof ObjectNode criterion) {
                    criterion.set("metricVersion", criterion.remove("version"));
                    JsonNode low = criterion.remove("low");
                    JsonNode high = criterion.remove("high");
                    if (low != null && high != null) {
                        criterion.putArray("interval").add(low).add(high);
                    }
                }
            }
        }
        return line;
    }
}
