package dev.assay.harness.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageInputStreamImpl;

/** ImageIO's decoders of JPEG and WebP, asked for the size before they are asked for pixels. */
final class Decoder {
    private Decoder() {}

    /**
     * A file in memory that loses patience: a decoder that goes on asking behind the end (the one of lossless WebP takes what
     * it asks for as zeros, for hours) is stopped.
     */
    private static final class Bytes extends ImageInputStreamImpl {
        private static final int PATIENCE = 256; // reads behind the end; a sound file needs a handful

        private final byte[] file;
        private int behind;

        Bytes(byte[] file) {
            this.file = file;
        }

        @Override
        public int read() {
            bitOffset = 0;
            return streamPos < file.length ? file[(int) streamPos++] & 0xff : end();
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            bitOffset = 0;
            if (streamPos >= file.length) {
                return end();
            }
            int count = (int) Math.min(length, file.length - streamPos);
            System.arraycopy(file, (int) streamPos, to, offset, count);
            streamPos += count;
            return count;
        }

        @Override
        public long length() {
            return file.length;
        }

        private int end() {
            behind++;
            if (behind > PATIENCE) {
                throw new ImageFileException("is damaged: it ends before its pixels do");
            }
            return -1;
        }
    }

    static Image decode(String format, byte[] file) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        if (!readers.hasNext()) {
            throw new IllegalStateException("no decoder of " + format + " on the class path");
        }
        ImageReader reader = readers.next();
        List<String> warnings = new ArrayList<>();
        try (ImageInputStream stream = new Bytes(file)) {
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            reader.setInput(stream, true, true);
            PictureFile.requireSize(reader.getWidth(0), reader.getHeight(0));
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            return DecodeMemory.within(file.length + 8 * pixels, () -> picture(reader, warnings));
        } catch (ImageFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // ImageIO throws unchecked exceptions of many kinds on damaged files.
            DecodeMemory.rethrowIfMemory(e);
            throw new ImageFileException("is damaged or of a kind that is not read: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    private static Image picture(ImageReader reader, List<String> warnings) throws IOException {
        BufferedImage picture = reader.read(0);
        for (String warning : warnings) {
            if (warning.matches("(Truncated|Corrupt|Premature|Invalid).*")) {
                throw new ImageFileException("is damaged: " + warning);
            }
        }
        if (picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            throw new ImageFileException("is made for print (CMYK); expected RGB or grey");
        }
        return Image.owning(picture.getWidth(), picture.getHeight(), rgb(picture.getRaster()));
    }

    /** Samples as they are in the file; a colour model would bend greys by a gamma of its own. */
    private static byte[] rgb(Raster raster) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        byte[] rgb = new byte[width * raster.getHeight() * 3];
        int[] row = new int[width * bands];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[(y * width + x) * 3 + c] = (byte) row[x * bands + (bands < 3 ? 0 : c)];
                }
            }
        }
        return rgb;
    }
}
