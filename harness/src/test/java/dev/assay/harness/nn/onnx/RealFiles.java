package dev.assay.harness.nn.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/**
 * Published networks and real pictures with counted people, hands and faces. They are too large, and not ours, to be part of the repository: a
 * folder with {@code weights} and {@code pictures}, named by the property {@code assay.real} or the variable {@code ASSAY_REAL}, else {@code shared}
 * beside the repository. Where it is missing, the tests that need it are skipped and say so.
 */
final class RealFiles {
    /** Drawings among the pictures; all others are photographs or look like some. */
    private static final Set<String> DRAWN = Set.of("object-red-car.jpg", "text-music-cover.png");

    private RealFiles() {}

    private static Path folder(String name) {
        String named = System.getProperty("assay.real", System.getenv().getOrDefault("ASSAY_REAL", "../../shared"));
        Path folder = Path.of(named, name);
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                () -> "no real " + name + " in " + folder.toAbsolutePath().normalize()
                        + "; name a folder that has some with -Dassay.real=FOLDER");
        return folder;
    }

    static Path weights() {
        return folder("weights");
    }

    /** A picture with its marks, x and y in pixels. */
    record Picture(String file, boolean drawn, Image image, List<Mark> faces, List<Mark> heads, List<Mark> hands) {}

    /** @param hard hidden, tiny, gloved or strongly stylised */
    record Mark(double x, double y, boolean hard) {}

    static List<Picture> pictures() {
        Path folder = folder("pictures");
        try {
            JsonNode truth =
                    new ObjectMapper().readTree(folder.resolve("truth.json").toFile());
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            truth.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
            List<Picture> pictures = new ArrayList<>();
            sorted.forEach((file, said) -> {
                Image image = PictureFile.read(folder.resolve(file));
                boolean drawn = file.startsWith("anime-") || file.startsWith("drawn-") || DRAWN.contains(file);
                pictures.add(new Picture(
                        file,
                        drawn,
                        image,
                        marks(said, "faces", image),
                        marks(said, "heads_without_counted_face", image),
                        marks(said, "hands", image)));
            });
            return pictures;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Mark> marks(JsonNode said, String name, Image image) {
        List<Mark> marks = new ArrayList<>();
        said.path(name)
                .forEach(m -> marks.add(new Mark(
                        m.get("x").asDouble() * image.width(),
                        m.get("y").asDouble() * image.height(),
                        m.path("hard").asBoolean())));
        return marks;
    }
}
