package dev.assay.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The golden files that lie beside the microcosm's networks. */
final class MicrocosmPictures {
    static final Path MICROCOSM = Path.of("microcosm");

    private MicrocosmPictures() {}

    static JsonNode golden(Path folder) {
        try {
            return new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Image read(Path file) {
        BufferedImage png;
        try {
            png = ImageIO.read(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
        byte[] rgb = new byte[png.getWidth() * png.getHeight() * 3];
        for (int i = 0; i < rgb.length / 3; i++) {
            int pixel = png.getRGB(i % png.getWidth(), i / png.getWidth());
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return Image.of(png.getWidth(), png.getHeight(), rgb);
    }
}
