package dev.assay.harness.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file (W3C PNG, third edition), each checked, before any pixel is decoded. What a picture needs is kept
 * (size, palette, pixels) and the text; everything else is dropped, so that a decoder never sees it.
 *
 * @param decodedBytes memory of a decoder and of what it makes
 * @param text by keyword, in file order; of a repeated keyword the last
 * @param orientation 1 to 8 as in EXIF, which the chunk eXIf holds: 1 is upright
 * @param essential a PNG file of header, palette and pixels only
 */
record PngChunks(
        int width, int height, long decodedBytes, Map<String, String> text, int orientation, InputStream essential) {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int DEFLATE_RATIO = 1032; // no deflate stream expands further

    static PngChunks read(byte[] file) {
        if (!Arrays.equals(file, 0, Math.min(8, file.length), SIGNATURE, 0, 8)) {
            throw new ImageFileException("is not a PNG file; expected it to start with the PNG signature");
        }
        ByteBuffer in = ByteBuffer.wrap(file).position(8);
        ByteArrayOutputStream essential = new ByteArrayOutputStream(file.length);
        essential.writeBytes(SIGNATURE);
        Map<String, String> text = new LinkedHashMap<>();
        int orientation = 1;
        ByteBuffer header = null; // of IHDR
        long compressed = 0; // bytes of pixels
        PngText.Budget budget = new PngText.Budget();
        while (true) {
            int start = in.position();
            ByteBuffer data = next(in, file);
            String type = new String(file, start + 4, 4, StandardCharsets.ISO_8859_1);
            if (header == null) {
                header = header(type, data);
            }
            switch (type) {
                case "IHDR", "PLTE", "IDAT", "IEND" -> essential.write(file, start, in.position() - start);
                case "tEXt", "zTXt", "iTXt" ->
                    PngText.read(type, data, budget).ifPresent(t -> text.put(t.keyword(), t.text()));
                case "eXIf" ->
                    orientation = Exif.of(
                                    Exif.metadata(Arrays.copyOfRange(file, start + 8, start + 8 + data.capacity())))
                            .orientation();
                case "acTL" -> requireStill(data);
                default -> {
                    // Other chunks change how a picture is shown or carry what we do not use.
                }
            }
            compressed += type.equals("IDAT") ? data.capacity() : 0;
            if (type.equals("IEND")) {
                break;
            }
        }
        int width = header.getInt(0);
        int height = header.getInt(4);
        long bits = (long) width * height * header.get(8) * channels(header.get(9));
        if (compressed * DEFLATE_RATIO < bits / 8) {
            throw new ImageFileException("is damaged: " + compressed + " compressed bytes cannot hold " + width + " x "
                    + height + " pixels");
        }
        return new PngChunks(
                width,
                height,
                Math.max(bits / 8, (long) width * height) + 3L * width * height,
                text,
                orientation,
                new ByteArrayInputStream(essential.toByteArray()));
    }

    /** An animation's frames beyond the first would pass unseen. */
    private static void requireStill(ByteBuffer control) {
        if (control.capacity() >= 4 && control.getInt(0) > 1) {
            throw new ImageFileException(PictureFile.ANIMATION);
        }
    }

    /** Length, type, data and checksum; leaves {@code in} behind the chunk and gives a view of the data. */
    private static ByteBuffer next(ByteBuffer in, byte[] file) {
        int start = in.position();
        if (in.remaining() < 12 || in.getInt(start) < 0 || in.getInt(start) > in.remaining() - 12) {
            throw new ImageFileException(
                    "is cut short: the chunk at byte " + start + " goes beyond the end of the file");
        }
        int length = in.getInt(start);
        CRC32 crc = new CRC32();
        crc.update(file, start + 4, length + 4);
        if ((int) crc.getValue() != in.getInt(start + 8 + length)) {
            throw new ImageFileException("is damaged: the chunk at byte " + start + " has a wrong checksum");
        }
        in.position(start + 12 + length);
        return in.slice(start + 8, length);
    }

    private static ByteBuffer header(String type, ByteBuffer data) {
        if (!type.equals("IHDR") || data.capacity() != 13) {
            throw new ImageFileException("is damaged: expected a header chunk of 13 bytes first");
        }
        PictureFile.requireSize(data.getInt(0), data.getInt(4));
        return data;
    }

    private static int channels(byte colorType) {
        return switch (colorType) {
            case 0, 3 -> 1;
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> throw new ImageFileException("is damaged: unknown colour type " + colorType);
        };
    }
}
