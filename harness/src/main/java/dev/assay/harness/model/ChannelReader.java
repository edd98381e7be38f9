package dev.assay.harness.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads little-endian values of a part of a hostile file in order. No length that the file names is trusted: what does not fit
 * into the rest of the part is refused before anything is allocated.
 */
final class ChannelReader {
    private static final int BUFFER = 1 << 16; // bytes

    private final Path file;
    private final SeekableByteChannel channel;
    private final long end;
    private final ByteBuffer buffer;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private long next; // position in the file of the byte after the buffer

    /** Reads bytes {@code from} (inclusive) to {@code end} (exclusive) of the channel. */
    ChannelReader(Path file, SeekableByteChannel channel, long from, long end) {
        this.file = file;
        this.channel = channel;
        this.end = end;
        this.next = from;
        this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(8, end - from)))
                .order(ByteOrder.LITTLE_ENDIAN)
                .limit(0);
    }

    /** Position in the file of the next byte. */
    long position() {
        return next - buffer.remaining();
    }

    long remaining() {
        return end - position();
    }

    int u8() throws IOException {
        need(1);
        return buffer.get() & 0xff;
    }

    int u16() throws IOException {
        need(2);
        return buffer.getShort() & 0xffff;
    }

    int i32() throws IOException {
        need(4);
        return buffer.getInt();
    }

    long i64() throws IOException {
        need(8);
        return buffer.getLong();
    }

    /**
     * @param most bytes allowed
     * @param what the text is, for messages
     */
    String text(long length, int most, String what) throws IOException {
        byte[] bytes = bytes(length, most, what);
        if (isAscii(bytes)) {
            return bytes.length == 0 ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
        }
        try {
            return utf8.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ModelFileException(file, what + " is not UTF-8; the file is damaged", e);
        }
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    byte[] bytes(long length, int most, String what) throws IOException {
        if (length < 0 || length > most) {
            throw new ModelFileException(
                    file,
                    what + " has " + Long.toUnsignedString(length) + " bytes; expected at most " + most
                            + ": the file is damaged or not to be trusted");
        }
        checkFits(length, what);
        byte[] bytes = new byte[(int) length];
        int done = 0;
        while (done < bytes.length) {
            need(1);
            int count = Math.min(buffer.remaining(), bytes.length - done);
            buffer.get(bytes, done, count);
            done += count;
        }
        return bytes;
    }

    void skip(long count, String what) {
        checkFits(count, what);
        if (count <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) count);
        } else {
            next = position() + count;
            buffer.limit(0);
        }
    }

    private void checkFits(long count, String what) {
        if (count < 0 || count > remaining()) {
            throw new ModelFileException(
                    file,
                    what + " needs " + Long.toUnsignedString(count) + " bytes, but only " + remaining()
                            + " follow: the download was cut short or the file is damaged; download the file again");
        }
    }

    private void need(int count) throws IOException {
        if (buffer.remaining() >= count) {
            return;
        }
        checkFits(count, "the next value");
        buffer.compact();
        channel.position(next);
        buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + (end - next)));
        while (buffer.position() < count) {
            int read = channel.read(buffer);
            if (read < 0) {
                throw new ModelFileException(file, "the file ended while it was read; is it being written?");
            }
            next += read;
        }
        buffer.flip();
    }
}
