package dev.assay.harness.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An 8-bit sRGB picture; the only form in which pixels travel between packages. Immutable. */
public final class Image {
    private final int width;
    private final int height;
    private final byte[] rgb; // (height, width, 3), unsigned
    private @Nullable String sha256; // null until somebody asks; two threads that ask at once find the same

    private Image(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(
                    "expected " + width + " x " + height + " x 3 bytes, found " + rgb.length);
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /** Copies {@code rgb}, shape (height, width, 3), unsigned bytes. */
    public static Image of(int width, int height, byte[] rgb) {
        return new Image(width, height, rgb.clone());
    }

    /** The same without a copy: nobody else has the array. */
    static Image owning(int width, int height, byte[] rgb) {
        return new Image(width, height, rgb);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** That the pixels take in memory. */
    public int bytes() {
        return rgb.length;
    }

    /** One channel of one pixel, 0 to 255; channel 0 is red. */
    public int value(int x, int y, int channel) {
        return rgb[(y * width + x) * 3 + channel] & 0xff;
    }

    /** A copy of the pixels, shape (height, width, 3), unsigned bytes. */
    public byte[] rgb() {
        return rgb.clone();
    }

    /** Luma Y' of ITU-R BT.601, shape (height, width), 0 to 255. */
    public double[] luma() {
        double[] y = new double[width * height];
        for (int i = 0; i < y.length; i++) {
            y[i] = 0.299 * (rgb[3 * i] & 0xff) + 0.587 * (rgb[3 * i + 1] & 0xff) + 0.114 * (rgb[3 * i + 2] & 0xff);
        }
        return y;
    }

    /** SHA-256 of size and pixels, 64 hexadecimal digits: two pictures have the same only where every pixel is. */
    public String sha256() {
        if (sha256 == null) {
            sha256 = hash();
        }
        return sha256;
    }

    private String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((width + " x " + height + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(rgb));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public boolean hasSizeOf(Image other) {
        return width == other.width && height == other.height;
    }

    /**
     * Root mean square of the differences over pixels and channels, in grey levels.
     *
     * @throws IllegalArgumentException when the pictures differ in size
     */
    public double rmsTo(Image other) {
        if (!hasSizeOf(other)) {
            throw new IllegalArgumentException("the pictures differ in size: " + this + ", " + other);
        }
        long squares = 0;
        for (int i = 0; i < rgb.length; i++) {
            int d = (rgb[i] & 0xff) - (other.rgb[i] & 0xff);
            squares += (long) d * d;
        }
        return Math.sqrt((double) squares / rgb.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Image i && width == i.width && height == i.height && Arrays.equals(rgb, i.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "Image " + width + " x " + height;
    }
}
