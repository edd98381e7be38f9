package dev.assay.harness.nn.embed;

import dev.assay.harness.files.LockFile;
import dev.assay.harness.files.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Vectors of one encoder in one file, which runs append to. Layout, big-endian: 8 bytes of magic, the length of a vector (4 bytes), 4 zero
 * bytes; then records of the same size: key (32 bytes), vector (float32 each), CRC-32C of both (4 bytes).
 *
 * <p>Records are written whole under a lock of the file, so that runs may share it. What a killed run left of a last record is overwritten
 * by the next; a record whose checksum is wrong does not exist. A file that grows beyond its bound loses its older half. No trouble with the
 * file is ever trouble of a run: vectors are then computed again.
 */
public final class VectorFile implements VectorStore {
    /** 80,000 vectors of CLIP ViT-L/14. */
    static final long MAX_BYTES = 256L << 20;

    private static final long MAGIC = 0x4153_5341_5956_4331L; // ASSAYVC1
    private static final int HEADER = 16;
    private static final int KEY = 32;
    private static final int MAX_WIDTH = 1 << 16; // numbers in a vector

    private final Path file;
    private final long maxBytes;
    private final Map<String, Long> places = new HashMap<>(); // of records in the file
    private int width; // of the vectors; 0 where there are none yet

    private VectorFile(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    /**
     * Opens the file of an encoder, or the one that will be.
     *
     * @param folder made when the first vector is added
     * @param encoder what decides its vectors, as a hash: weights, preprocessing, precision
     */
    public static VectorFile open(Path folder, String encoder) {
        return open(folder, encoder, MAX_BYTES);
    }

    static VectorFile open(Path folder, String encoder, long maxBytes) {
        VectorFile opened = new VectorFile(folder.resolve(encoder + ".vectors"), maxBytes);
        synchronized (opened) {
            opened.index();
        }
        return opened;
    }

    private int record() {
        return KEY + Float.BYTES * width + Integer.BYTES;
    }

    private void index() {
        places.clear();
        width = 0;
        if (!Files.isRegularFile(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            width = width(channel);
            ByteBuffer key = ByteBuffer.allocate(KEY);
            for (long at = HEADER; width > 0 && at + record() <= channel.size(); at += record()) {
                if (read(channel, at, key)) {
                    places.put(HexFormat.of().formatHex(key.array()), at);
                }
            }
        } catch (IOException unreadable) {
            places.clear();
        }
    }

    /** 0 where the header is not one of ours. */
    private static int width(FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (!read(channel, 0, header) || header.getLong(0) != MAGIC) {
            return 0;
        }
        int width = header.getInt(8);
        return width >= 1 && width <= MAX_WIDTH ? width : 0;
    }

    private static boolean read(FileChannel channel, long at, ByteBuffer into) throws IOException {
        into.clear();
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
                return false;
            }
        }
        into.flip();
        return true;
    }

    @Override
    public synchronized Optional<float[]> find(String key) {
        Long at = places.get(key);
        if (at == null) {
            return Optional.empty();
        }
        byte[] record = new byte[record()];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // Another run may have put another record here since; the key says so.
            if (!read(channel, at, ByteBuffer.wrap(record))
                    || !isWhole(record)
                    || !keyOf(record).equals(key)) {
                return Optional.empty();
            }
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        float[] vector = new float[width];
        ByteBuffer.wrap(record, KEY, Float.BYTES * width)
                .slice()
                .asFloatBuffer()
                .get(vector);
        return Optional.of(vector);
    }

    private static String keyOf(byte[] record) {
        return HexFormat.of().formatHex(record, 0, KEY);
    }

    private static boolean isWhole(byte[] record) {
        return ByteBuffer.wrap(record).getInt(record.length - Integer.BYTES) == checksum(record);
    }

    private static int checksum(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, record.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    @Override
    public synchronized void add(Map<String, float[]> vectors) {
        if (vectors.isEmpty()) {
            return;
        }
        int found = vectors.values().iterator().next().length;
        try {
            Files.createDirectories(file.getParent());
            append(vectors, found);
        } catch (IOException | UncheckedIOException unwritable) {
            places.clear(); // a full disk, a folder that may not be written to: the run goes on without
        }
    }

    private void append(Map<String, float[]> vectors, int found) throws IOException {
        try (LockFile lock = LockFile.take(file)) {
            FileChannel channel = lock.channel();
            if (width(channel) != found) { // new, or damaged
                channel.truncate(0);
                ByteBuffer header = ByteBuffer.allocate(HEADER);
                write(channel, 0, header.putLong(MAGIC).putInt(found).putInt(0).flip());
                places.clear();
            }
            width = found;
            long end = HEADER + (channel.size() - HEADER) / record() * record();
            ByteBuffer records = ByteBuffer.allocate(Math.multiplyExact(vectors.size(), record()));
            for (Map.Entry<String, float[]> entry : vectors.entrySet()) {
                records.put(record(entry.getKey(), entry.getValue()));
            }
            write(channel, end, records.flip());
            for (String key : vectors.keySet()) {
                places.put(key, end);
                end += record();
            }
            if (end > maxBytes) {
                halve(channel);
            }
        }
    }

    private byte[] record(String key, float[] vector) {
        byte[] record = new byte[record()];
        ByteBuffer into = ByteBuffer.wrap(record).put(HexFormat.of().parseHex(key));
        for (float v : vector) {
            into.putFloat(v);
        }
        into.putInt(checksum(record));
        return record;
    }

    /** Keeps the newer half, in a new file that takes the old one's name. */
    private void halve(FileChannel old) throws IOException {
        long records = (old.size() - HEADER) / record();
        long from = HEADER + records / 2 * record();
        Path next = WholeFile.partial(file);
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            copy(old, 0, HEADER, channel);
            copy(old, from, old.size() - from, channel);
        }
        WholeFile.place(next, file);
        index();
    }

    private static void copy(FileChannel from, long at, long bytes, FileChannel to) throws IOException {
        for (long done = 0; done < bytes; ) {
            long copied = from.transferTo(at + done, bytes - done, to);
            if (copied <= 0) {
                throw new IOException("the file of vectors became shorter while it was copied");
            }
            done += copied;
        }
    }

    private static void write(FileChannel channel, long at, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }
}
