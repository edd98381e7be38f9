package dev.assay.harness.image;

import com.drew.metadata.Metadata;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** WebP files with one still picture (RFC 9649). The sizes of canvas and frame are read here, before a decoder sees the file. */
final class Webp {
    private static final int ANIMATED = 2; // in the flags of VP8X

    private Webp() {}

    private record Size(int width, int height) {}

    static PictureFile decode(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        Size canvas = null;
        Size frame = null;
        boolean lossy = false;
        Metadata metadata = new Metadata();
        int at = 12;
        while (at + 8 <= file.length) {
            String type = new String(file, at, 4, StandardCharsets.ISO_8859_1);
            int length = in.getInt(at + 4);
            if (length < 0 || length > file.length - at - 8) {
                throw new ImageFileException(
                        "is cut short: the chunk at byte " + at + " goes beyond the end of the file");
            }
            ByteBuffer data = in.slice(at + 8, length).order(ByteOrder.LITTLE_ENDIAN);
            switch (type) {
                case "VP8X" -> canvas = canvas(data);
                case "VP8 ", "VP8L" -> {
                    if (frame != null) { // a decoder might take another one than is looked at here
                        throw new ImageFileException("is damaged: it has more than one picture chunk");
                    }
                    lossy = type.equals("VP8 ");
                    frame = lossy ? lossyFrame(data) : losslessFrame(data);
                    requireContent(lossy, frame, length);
                }
                case "EXIF" -> metadata = Exif.metadata(Arrays.copyOfRange(file, at + 8, at + 8 + length));
                default -> {
                    // Alpha is dropped, profiles are ignored.
                }
            }
            at += 8 + length + (length & 1);
        }
        if (frame == null) {
            throw new ImageFileException("is damaged: it has no picture chunk");
        }
        if (canvas != null && !canvas.equals(frame)) {
            throw new ImageFileException("is damaged: expected a frame of the size of the canvas, found "
                    + frame.width() + " x " + frame.height() + " on " + canvas.width() + " x " + canvas.height());
        }
        PictureFile.requireSize(frame.width(), frame.height());
        Exif exif = Exif.of(metadata);
        return new PictureFile(exif.turn(Decoder.decode("webp", file)), exif.text(), PictureFile.Format.WEBP, lossy);
    }

    /** A block of 16 x 16 pixels of one colour takes 0.45 bytes; a decoder would paint what is not there for minutes. */
    private static void requireContent(boolean lossy, Size frame, int bytes) {
        long blocks = (frame.width() + 15L) / 16 * ((frame.height() + 15L) / 16);
        if (lossy && 8L * bytes < blocks) {
            throw new ImageFileException("is damaged: " + bytes + " compressed bytes cannot hold " + frame.width()
                    + " x " + frame.height() + " pixels");
        }
    }

    private static Size canvas(ByteBuffer data) {
        requireLength(data, 10);
        if ((data.get(0) & ANIMATED) != 0) {
            throw new ImageFileException(PictureFile.ANIMATION);
        }
        return new Size(1 + (data.getInt(4) & 0xffffff), 1 + (data.getInt(6) >>> 8));
    }

    private static Size lossyFrame(ByteBuffer data) {
        requireLength(data, 10);
        return new Size(data.getShort(6) & 0x3fff, data.getShort(8) & 0x3fff);
    }

    private static Size losslessFrame(ByteBuffer data) {
        requireLength(data, 5);
        int bits = data.getInt(1);
        return new Size(1 + (bits & 0x3fff), 1 + (bits >>> 14 & 0x3fff));
    }

    private static void requireLength(ByteBuffer data, int least) {
        if (data.capacity() < least) {
            throw new ImageFileException(
                    "is damaged: expected a chunk of at least " + least + " bytes, found " + data.capacity());
        }
    }
}
