package dev.assay.reports.picture;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pixels in, pixels out. */
public final class Pixels {
    /** Side that a small picture is enlarged to, at least, if a whole factor does it. */
    private static final int SMALLEST = 256;
    /** Side that a large picture is reduced to. */
    private static final int LARGEST = 512;

    private static final int MAX_GAIN = 16;

    static {
        ImageIO.setUseCache(false); // a file for it cannot be made everywhere
    }

    private Pixels() {}

    /** How much brighter than the truth a difference is drawn, and the drawing. */
    public record Difference(BufferedImage image, int gain, int largest) {}

    /** The picture, or empty where there is none that can be read. */
    public static Optional<BufferedImage> read(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(
                            drawn(PictureFile.decode(PictureFile.bytes(file)).image()))
                    : Optional.empty();
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }

    /** Encodes as PNG. */
    public static byte[] png(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Encodes as JPEG, for pages with many pictures; good enough to look at, not to measure. */
    public static byte[] jpeg(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(0.88f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A size at which people see something: small pictures by a whole factor with hard pixels, large ones reduced. */
    public static BufferedImage forPeople(BufferedImage image) {
        double scale = scaleForPeople(image.getWidth(), image.getHeight());
        return scale == 1 ? image : scaled(image, scale);
    }

    /** Reduced so that neither side is longer; a small picture stays as it is. */
    public static BufferedImage within(BufferedImage image, int longest) {
        int side = Math.max(image.getWidth(), image.getHeight());
        return side <= longest ? image : scaled(image, (double) longest / side);
    }

    public static double scaleForPeople(int width, int height) {
        int side = Math.max(width, height);
        return side > LARGEST ? (double) LARGEST / side : Math.max(1, (SMALLEST + side / 2) / side);
    }

    public static BufferedImage scaled(BufferedImage image, double scale) {
        int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = result.createGraphics();
        BufferedImage source = image;
        if (scale > 1) {
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        } else {
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            while (source.getWidth() >= 2 * width && source.getHeight() >= 2 * height) {
                source = halved(source); // bilinear reads four pixels only; halving first reads them all
            }
        }
        g.drawImage(source, 0, 0, width, height, null);
        g.dispose();
        return result;
    }

    private static BufferedImage halved(BufferedImage image) {
        BufferedImage half = new BufferedImage(
                Math.max(1, image.getWidth() / 2), Math.max(1, image.getHeight() / 2), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = half.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(image, 0, 0, half.getWidth(), half.getHeight(), null);
        g.dispose();
        return half;
    }

    /** Absolute difference per channel, amplified by a whole factor so that small ones are seen; black where the sizes differ. */
    public static Difference difference(BufferedImage base, BufferedImage candidate) {
        int width = Math.min(base.getWidth(), candidate.getWidth());
        int height = Math.min(base.getHeight(), candidate.getHeight());
        int largest = 0;
        int[][] apart = new int[height][width]; // packed rgb
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int b = base.getRGB(x, y);
                int c = candidate.getRGB(x, y);
                int d = 0;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    int channel = Math.abs((b >> shift & 0xff) - (c >> shift & 0xff));
                    largest = Math.max(largest, channel);
                    d |= channel << shift;
                }
                apart[y][x] = d;
            }
        }
        int gain = largest == 0 ? 1 : Math.max(1, Math.min(MAX_GAIN, 255 / largest));
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, apart[y][x] * gain); // no carry between channels: gain * largest is at most 255
            }
        }
        return new Difference(image, gain, largest);
    }

    /** Stands for a picture that is not there. */
    public static BufferedImage missing(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(0x55, 0x55, 0x55));
        g.fillRect(0, 0, width, height);
        g.setColor(new Color(0x99, 0x99, 0x99));
        g.drawLine(0, 0, width - 1, height - 1);
        g.drawLine(0, height - 1, width - 1, 0);
        g.dispose();
        return image;
    }

    private static BufferedImage drawn(Image image) {
        BufferedImage drawn = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                drawn.setRGB(x, y, image.value(x, y, 0) << 16 | image.value(x, y, 1) << 8 | image.value(x, y, 2));
            }
        }
        return drawn;
    }
}
