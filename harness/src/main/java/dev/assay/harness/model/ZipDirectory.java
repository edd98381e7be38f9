package dev.assay.harness.model;

import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The directory of a zip archive, with its 64-bit fields. Java's own readers want a file, or give no positions in it, and a tensor
 * is named by its bytes' position. After PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16.
 */
final class ZipDirectory {
    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_NAME_BYTES = 4096;
    private static final int END = 22; // bytes of the end record without its comment
    private static final int END_MAGIC = 0x06054b50;
    private static final int END64_MAGIC = 0x06064b50;
    private static final int LOCATOR = 20; // bytes of the pointer to the 64-bit end record
    private static final int LOCATOR_MAGIC = 0x07064b50;
    private static final int ENTRY_MAGIC = 0x02014b50;
    private static final int LOCAL_MAGIC = 0x04034b50;
    private static final int LOCAL = 30; // bytes of an entry's own header before its name
    private static final int MAX_COMMENT = 65_535;
    private static final int EXTRA64 = 1;

    private ZipDirectory() {}

    /** An entry; {@code header} is the position of its own header, {@code bytes} the length of its data in the archive. */
    record Entry(String name, boolean stored, long bytes, long header) {}

    static List<Entry> read(Path file, SeekableByteChannel channel) throws IOException {
        long size = channel.size();
        int tail = (int) Math.min(size, END + MAX_COMMENT);
        ByteBuffer end = little(SafetensorsHeader.bytes(channel, size - tail, tail));
        int at = tail - END;
        while (at >= 0 && end.getInt(at) != END_MAGIC) {
            at--;
        }
        if (at < 0) {
            throw new ModelFileException(
                    file,
                    "is a zip archive (PyTorch's .ckpt, .pt, .bin) without its end: the download was cut short;"
                            + " download the file again");
        }
        long count = end.getShort(at + 10) & 0xffff;
        long start = end.getInt(at + 16) & 0xffffffffL;
        long position = size - tail + at;
        if ((count == 0xffff || start == 0xffffffffL) && position >= LOCATOR) {
            ByteBuffer locator = little(SafetensorsHeader.bytes(channel, position - LOCATOR, LOCATOR));
            if (locator.getInt(0) == LOCATOR_MAGIC) {
                position = locator.getLong(8);
                ChannelReader in = new ChannelReader(file, channel, checked(file, position, size), size);
                if (in.i32() != END64_MAGIC) {
                    throw damaged(file);
                }
                in.skip(28, "the zip archive's end");
                count = in.i64();
                in.skip(8, "the zip archive's end");
                start = in.i64();
            }
        }
        if (count < 0 || count > MAX_ENTRIES) {
            throw damaged(file);
        }
        return entries(file, channel, checked(file, start, size), count);
    }

    private static List<Entry> entries(Path file, SeekableByteChannel channel, long start, long count)
            throws IOException {
        long size = channel.size();
        ChannelReader in = new ChannelReader(file, channel, start, size);
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            if (in.i32() != ENTRY_MAGIC) {
                throw damaged(file);
            }
            in.skip(6, "the zip directory");
            int method = in.u16();
            in.skip(8, "the zip directory");
            long packed = in.i32() & 0xffffffffL;
            long plain = in.i32() & 0xffffffffL;
            int nameBytes = in.u16();
            int extraBytes = in.u16();
            int commentBytes = in.u16();
            in.skip(8, "the zip directory");
            long header = in.i32() & 0xffffffffL;
            String name = in.text(nameBytes, MAX_NAME_BYTES, "a name in the zip archive");
            long extraEnd = in.position() + extraBytes;
            while (extraEnd - in.position() >= 4) {
                int id = in.u16();
                int length = in.u16();
                if (length > extraEnd - in.position()) {
                    throw damaged(file);
                }
                long fieldEnd = in.position() + length;
                if (id == EXTRA64) {
                    if (plain == 0xffffffffL && fieldEnd - in.position() >= 8) {
                        plain = in.i64();
                    }
                    if (packed == 0xffffffffL && fieldEnd - in.position() >= 8) {
                        packed = in.i64();
                    }
                    if (header == 0xffffffffL && fieldEnd - in.position() >= 8) {
                        header = in.i64();
                    }
                }
                in.skip(fieldEnd - in.position(), "the zip directory");
            }
            in.skip(extraEnd - in.position() + commentBytes, "the zip directory");
            if (packed < 0 || packed > size || header < 0 || header > size) {
                throw damaged(file);
            }
            if (!names.add(name)) { // what one program checks, another would not load
                throw new ModelFileException(
                        file, "its zip archive has two entries " + PlainText.quoted(name) + "; do not trust this file");
            }
            entries.add(new Entry(name, method == 0, packed, header));
        }
        return entries;
    }

    /** Position of the entry's first byte of data, which lies wholly in the file. */
    static long dataStart(Path file, SeekableByteChannel channel, Entry entry) throws IOException {
        long size = channel.size();
        if (entry.header() > size - LOCAL) {
            throw damaged(file);
        }
        ByteBuffer local = little(SafetensorsHeader.bytes(channel, entry.header(), LOCAL));
        long start = entry.header() + LOCAL + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
        if (local.getInt(0) != LOCAL_MAGIC || start > size - entry.bytes()) {
            throw damaged(file);
        }
        return start;
    }

    private static long checked(Path file, long position, long size) {
        if (position < 0 || position > size) {
            throw damaged(file);
        }
        return position;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ModelFileException damaged(Path file) {
        return new ModelFileException(
                file,
                "its zip directory is damaged: the download was cut short, or do not trust this file; download it"
                        + " again");
    }
}
