package dev.assay.harness.render;

import dev.assay.harness.image.Png;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.suite.GenerationSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finished pictures on disk, found again by the hash of everything that decides their pixels. A picture appears under its
 * name only when it is whole: a run may be killed at any moment.
 */
public final class RenderStore {
    private static final String KEY = "assay:key";
    private static final String SECONDS = "assay:seconds";
    private static final String SECONDS_PER_STEP = "assay:secondsPerStep";
    private static final String PEAK_VRAM = "assay:peakVramBytes";
    private static final String WARM = "assay:warm";

    private final Path folder;

    public RenderStore(Path folder) {
        this.folder = folder;
    }

    /** A picture in the store. */
    public record Stored(Path file, Rendered rendered) {}

    /** SHA-256 of model, request, renderer, its version and class of device; hex. */
    public static String key(RenderRequest request, String modelHash, Renderer renderer) {
        return Hashes.sha256(describe(request, modelHash, renderer).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The picture of this key, or empty; a damaged file counts as absent and is rendered again. */
    public Optional<Stored> find(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Png.Decoded png = Png.read(file);
            return key.equals(png.text().get(KEY)) ? Optional.of(new Stored(file, rendered(png))) : Optional.empty();
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }

    /** Writes the picture with where it comes from in text chunks, whole or not at all. */
    public Stored put(String key, RenderRequest request, String modelHash, Rendered picture, Renderer renderer) {
        Map<String, String> text = new LinkedHashMap<>(describe(request, modelHash, renderer));
        text.put(KEY, key);
        text.put(SECONDS, Double.toString(picture.seconds()));
        text.put(SECONDS_PER_STEP, Double.toString(picture.secondsPerStep()));
        text.put(PEAK_VRAM, Long.toString(picture.peakVramBytes()));
        text.put(WARM, Boolean.toString(picture.warm()));
        text.put("Software", "Assay");
        if (renderer.makesPictures()) { // finished pictures were made by others, with settings that we do not know
            text.put("parameters", Infotext.of(request));
        }
        Path file = file(key);
        try {
            Files.createDirectories(file.getParent());
            Path partial = Files.createTempFile(file.getParent(), key.substring(0, 8), ".partial");
            Files.write(partial, Png.encode(picture.image(), text));
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a finished picture in " + file, e);
        }
        return new Stored(file, picture);
    }

    private Path file(String key) {
        return folder.resolve(key.substring(0, 2)).resolve(key + ".png");
    }

    private static Rendered rendered(Png.Decoded png) {
        Map<String, String> text = png.text();
        return new Rendered(
                png.image(),
                Double.parseDouble(text.getOrDefault(SECONDS, "0")),
                Double.parseDouble(text.getOrDefault(SECONDS_PER_STEP, "0")),
                Long.parseLong(text.getOrDefault(PEAK_VRAM, "0")),
                Boolean.parseBoolean(text.get(WARM)));
    }

    private static Map<String, String> describe(RenderRequest request, String modelHash, Renderer renderer) {
        GenerationSettings s = request.settings();
        Map<String, String> text = new TreeMap<>();
        text.put("assay:model", modelHash);
        text.put("assay:prompt", request.prompt());
        text.put("assay:negativePrompt", request.negativePrompt());
        text.put("assay:seed", Long.toString(request.seed()));
        if (renderer.makesPictures()) {
            text.put("assay:settings", s.toString());
        }
        text.put("assay:repeat", Integer.toString(request.repeat()));
        text.put("assay:renderer", renderer.name() + " " + renderer.version());
        text.put("assay:device", renderer.device());
        return text;
    }
}
