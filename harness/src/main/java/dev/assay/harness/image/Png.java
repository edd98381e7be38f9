package dev.assay.harness.image;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.text.Trouble;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** PNG files in and out, with their text chunks. */
public final class Png {
    private static final long MAX_BYTES = 1L << 28; // of a file; an incompressible picture of the largest size fits
    private static final int AFTER_HEADER = 8 + 25; // signature, IHDR chunk

    private Png() {}

    /**
     * A picture and the texts beside it.
     *
     * @param image as it is stored
     * @param text by keyword in file order; untrusted
     * @param orientation 1 to 8 as in EXIF: 1 is upright
     */
    public record Decoded(Image image, Map<String, String> text, int orientation) {
        public Decoded {
            text = Collections.unmodifiableMap(new LinkedHashMap<>(text));
        }

        /** The picture as viewers show it. */
        Image upright() {
            return new Exif(orientation, Map.of()).turn(image);
        }
    }

    /**
     * The picture as 8-bit RGB PNG.
     *
     * @param text by keyword (1 to 79 Latin-1 characters), written in the map's order
     */
    public static byte[] encode(Image image, Map<String, String> text) {
        byte[] rgb = image.rgb();
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = new int[image.width() * image.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | (rgb[3 * i + 2] & 0xff);
        }
        picture.getRaster().setDataElements(0, 0, image.width(), image.height(), pixels);
        byte[] plain = write(picture);
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length + 1024);
        out.write(plain, 0, AFTER_HEADER);
        text.forEach((keyword, value) -> out.writeBytes(new PngText(keyword, value).chunk()));
        out.write(plain, AFTER_HEADER, plain.length - AFTER_HEADER);
        return out.toByteArray();
    }

    /**
     * Any PNG as 8-bit RGB, as Pillow's {@code convert("RGB")} gives it: alpha is dropped, not blended; of 16 bits the higher
     * 8 stay (Pillow differs for 16-bit grey alone, which it clips at 255); gamma and colour profiles are ignored.
     *
     * @throws ImageFileException on anything that is no sound PNG of at most 16384 pixels a side and 64 Mi pixels
     */
    public static Decoded decode(byte[] file) {
        PngChunks chunks = PngChunks.read(file);
        return DecodeMemory.within(2L * file.length + chunks.decodedBytes(), () -> decode(chunks));
    }

    private static Decoded decode(PngChunks chunks) {
        BufferedImage picture;
        try {
            picture = read(chunks.essential());
        } catch (IOException | RuntimeException e) {
            // ImageIO throws unchecked exceptions of many kinds on damaged files.
            DecodeMemory.rethrowIfMemory(e);
            throw new ImageFileException("is damaged: " + e.getMessage(), e);
        }
        if (picture.getWidth() != chunks.width() || picture.getHeight() != chunks.height()) {
            throw new ImageFileException("is damaged: expected " + chunks.width() + " x " + chunks.height()
                    + " pixels, found " + picture.getWidth() + " x " + picture.getHeight());
        }
        return new Decoded(
                Image.owning(picture.getWidth(), picture.getHeight(), rgb(picture)),
                chunks.text(),
                chunks.orientation());
    }

    /**
     * {@link #decode} of a file's bytes.
     *
     * @throws ImageFileException naming the file
     */
    public static Decoded read(Path file) {
        try {
            return decode(SmallFile.bytes(file, MAX_BYTES));
        } catch (ImageFileException e) {
            throw new ImageFileException(file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ImageFileException(file + ": cannot be read: " + Trouble.words(e), e);
        }
    }

    private static byte[] write(BufferedImage picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(picture);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static BufferedImage read(InputStream essential) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream stream = new MemoryCacheImageInputStream(essential)) {
            reader.setInput(stream, true, true);
            return reader.read(0);
        } finally {
            reader.dispose();
        }
    }

    /** Samples as they are in the file; a colour model would bend greys by a gamma of its own. */
    private static byte[] rgb(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
        IndexColorModel palette = picture.getColorModel() instanceof IndexColorModel model ? model : null;
        byte[] rgb = new byte[width * raster.getHeight() * 3];
        int[] row = new int[width * bands];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * 3;
                if (palette != null) {
                    int index = row[x];
                    if (index >= palette.getMapSize()) {
                        throw new ImageFileException("is damaged: colour " + index + " is not in its palette");
                    }
                    rgb[at] = (byte) palette.getRed(index);
                    rgb[at + 1] = (byte) palette.getGreen(index);
                    rgb[at + 2] = (byte) palette.getBlue(index);
                } else {
                    for (int c = 0; c < 3; c++) {
                        rgb[at + c] = (byte) (row[x * bands + (bands < 3 ? 0 : c)] >> shift);
                    }
                }
            }
        }
        return rgb;
    }
}
