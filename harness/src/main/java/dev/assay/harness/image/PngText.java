package dev.assay.harness.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One text chunk of a PNG file: tEXt (Latin-1), iTXt (UTF-8, maybe compressed), zTXt (compressed Latin-1). */
record PngText(String keyword, String text) {
    /** What the texts of one file may still take after decompression, in bytes. */
    static final class Budget {
        private int left = 1 << 24;

        private int left() {
            return left;
        }

        private void spend(int bytes) {
            left -= bytes;
            if (left < 0) {
                throw new ImageFileException("has more than 16 MiB of text");
            }
        }
    }

    /** Empty for a chunk that is not as the format says: text is no reason to refuse a picture. */
    static Optional<PngText> read(String type, ByteBuffer data, Budget budget) {
        byte[] bytes = new byte[data.capacity()];
        data.get(0, bytes);
        budget.spend(bytes.length);
        int end = zero(bytes, 0);
        if (end < 1) {
            return Optional.empty();
        }
        String keyword = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        return switch (type) {
            case "tEXt" -> text(keyword, bytes, end + 1, false, StandardCharsets.ISO_8859_1, budget);
            case "zTXt" -> text(keyword, bytes, end + 2, true, StandardCharsets.ISO_8859_1, budget);
            default -> {
                // keyword, 0, compressed, method, language, 0, translated keyword, 0, text
                int language = end + 3 > bytes.length ? -1 : zero(bytes, end + 3);
                int translated = language < 0 ? -1 : zero(bytes, language + 1);
                yield translated < 0
                        ? Optional.empty()
                        : text(keyword, bytes, translated + 1, bytes[end + 1] != 0, StandardCharsets.UTF_8, budget);
            }
        };
    }

    private static Optional<PngText> text(
            String keyword, byte[] bytes, int from, boolean compressed, Charset charset, Budget budget) {
        if (from > bytes.length) {
            return Optional.empty();
        }
        if (!compressed) {
            return Optional.of(new PngText(keyword, new String(bytes, from, bytes.length - from, charset)));
        }
        return inflate(bytes, from, budget).map(b -> new PngText(keyword, new String(b, charset)));
    }

    private static Optional<byte[]> inflate(byte[] bytes, int from, Budget budget) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(bytes, from, bytes.length - from);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk, 0, Math.min(chunk.length, budget.left() + 1));
                if (count == 0) {
                    return Optional.empty(); // cut short, or wants a dictionary
                }
                budget.spend(count);
                out.write(chunk, 0, count);
            }
            return Optional.of(out.toByteArray());
        } catch (DataFormatException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }

    /** The whole chunk with length and checksum: tEXt for printable ASCII, else iTXt. */
    byte[] chunk() {
        checkWritable();
        byte[] key = keyword.getBytes(StandardCharsets.ISO_8859_1);
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        boolean plain = text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 127));
        int between = plain ? 1 : 5; // zeros: the keyword's end; not compressed; no language; no translation
        int length = key.length + between + value.length;
        ByteBuffer out = ByteBuffer.allocate(12 + length);
        out.putInt(length);
        out.put((plain ? "tEXt" : "iTXt").getBytes(StandardCharsets.ISO_8859_1));
        out.put(key).position(out.position() + between).put(value);
        CRC32 crc = new CRC32();
        crc.update(out.slice(4, length + 4));
        return out.putInt((int) crc.getValue()).array();
    }

    private void checkWritable() {
        boolean printable = keyword.chars().allMatch(c -> (c >= 32 && c < 127) || (c > 160 && c < 256));
        if (keyword.isEmpty()
                || keyword.length() > 79
                || !printable
                || !keyword.strip().equals(keyword)) {
            throw new IllegalArgumentException(
                    "PNG keyword: expected 1 to 79 printable Latin-1 characters, found \"" + keyword + "\"");
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("PNG text " + keyword + ": expected no NUL character");
        }
    }

    private static int zero(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}
