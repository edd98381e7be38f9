package dev.assay.harness.image;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A picture file that somebody else made: PNG, JPEG or WebP, known by its content and not by its name. Pixels come out as
 * Pillow's {@code convert("RGB")} gives them (see {@link Png#decode}): 8 bits, alpha dropped, colour profiles ignored. All
 * are turned as their EXIF orientation says, as Pillow's {@code ImageOps.exif_transpose} does.
 *
 * @param text by keyword, untrusted: the text chunks of a PNG; of JPEG and WebP what tools write into EXIF, under the
 *     keywords that the same tools use in a PNG
 * @param lossy whether the format has changed pixels: JPEG, and WebP with a VP8 frame
 */
public record PictureFile(Image image, Map<String, String> text, Format format, boolean lossy) {
    public static final long MAX_BYTES = 1L << 28;
    static final String ANIMATION = "is an animation; expected one still picture: save the frame that is to be judged";
    static final int MAX_SIDE = 16384; // pixels
    static final long MAX_PIXELS = 1L << 26;

    public PictureFile {
        text = Collections.unmodifiableMap(new LinkedHashMap<>(text));
    }

    /** What can be read. */
    public enum Format {
        PNG,
        JPEG,
        WEBP
    }

    /**
     * Decodes a whole file.
     *
     * @throws ImageFileException on anything that is no sound still picture of at most 16384 pixels a side and 64 Mi pixels
     */
    public static PictureFile decode(byte[] file) {
        if (starts(file, 0, PngChunks.SIGNATURE)) {
            Png.Decoded png = Png.decode(file);
            return new PictureFile(png.upright(), png.text(), Format.PNG, false);
        }
        if (starts(file, 0, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff})) {
            return Jpeg.decode(file);
        }
        if (starts(file, 0, ascii("RIFF")) && starts(file, 8, ascii("WEBP"))) {
            return Webp.decode(file);
        }
        throw new ImageFileException("is no PNG, JPEG or WebP file, by its first bytes" + otherKind(file));
    }

    /**
     * The picture in a file.
     *
     * @throws ImageFileException naming the file
     */
    public static Image read(Path file) {
        try {
            return decode(bytes(file)).image();
        } catch (ImageFileException e) {
            throw new ImageFileException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * A file's bytes, bounded.
     *
     * @throws ImageFileException saying what is wrong, without the file's name
     */
    public static byte[] bytes(Path file) {
        try {
            return SmallFile.bytes(file, MAX_BYTES);
        } catch (IOException e) {
            throw new ImageFileException("cannot be read: " + Trouble.words(e), e);
        }
    }

    /** @throws ImageFileException when it is larger than a decoder should be asked to make */
    static void requireSize(int width, int height) {
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE || (long) width * height > MAX_PIXELS) {
            throw new ImageFileException("expected 1 to " + MAX_SIDE + " pixels a side and at most " + MAX_PIXELS
                    + " in all, found " + Integer.toUnsignedString(width) + " x " + Integer.toUnsignedString(height));
        }
    }

    private static String otherKind(byte[] file) {
        if (starts(file, 0, ascii("GIF8"))) {
            return " (it is a GIF)";
        }
        if (starts(file, 4, ascii("ftyp")) && file.length >= 12) {
            String brand = new String(file, 8, 4, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            return brand.matches("[a-z0-9 ]{4}") ? " (it is of the kind " + brand.strip() + ")" : "";
        }
        return file.length == 0 ? " (it is empty)" : "";
    }

    private static boolean starts(byte[] file, int at, byte[] with) {
        if (file.length < at + with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if (file[at + i] != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
