package dev.assay.harness.render;

import dev.assay.harness.image.Image;
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

    private final Path folder;

    public RenderStore(Path folder) {
        this.folder = folder;
    }

    /** A picture in the store. */
    public record Stored(Path file, Image image, double seconds) {}

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
            return key.equals(png.text().get(KEY))
                    ? Optional.of(new Stored(file, png.image(), seconds(png.text())))
                    : Optional.empty();
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }

    /** Writes the picture with its provenance in text chunks, whole or not at all. */
    public Stored put(String key, Rendering rendering, Renderer renderer) {
        Provenance p = rendering.provenance();
        Map<String, String> text = new LinkedHashMap<>(describe(rendering.request(), p.modelHash(), renderer));
        text.put(KEY, key);
        text.put("assay:seconds", Double.toString(p.seconds()));
        text.put("assay:peakVramBytes", Long.toString(p.peakVramBytes()));
        text.put("Software", "Assay");
        text.put("parameters", parameters(rendering.request()));
        Path file = file(key);
        try {
            Files.createDirectories(file.getParent());
            Path partial = Files.createTempFile(file.getParent(), key.substring(0, 8), ".partial");
            Files.write(partial, Png.encode(rendering.image(), text));
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a finished picture in " + file, e);
        }
        return new Stored(file, rendering.image(), p.seconds());
    }

    private Path file(String key) {
        return folder.resolve(key.substring(0, 2)).resolve(key + ".png");
    }

    private static double seconds(Map<String, String> text) {
        return Double.parseDouble(text.getOrDefault("assay:seconds", "0"));
    }

    private static TreeMap<String, String> describe(RenderRequest request, String modelHash, Renderer renderer) {
        GenerationSettings s = request.settings();
        TreeMap<String, String> text = new TreeMap<>();
        text.put("assay:model", modelHash);
        text.put("assay:prompt", request.prompt());
        text.put("assay:negativePrompt", request.negativePrompt());
        text.put("assay:seed", Long.toString(request.seed()));
        text.put("assay:settings", s.toString());
        text.put("assay:repeat", Integer.toString(request.repeat()));
        text.put("assay:renderer", renderer.name() + " " + renderer.version());
        text.put("assay:device", renderer.device());
        return text;
    }

    /** The one-text form that A1111 and the tools around it read. */
    private static String parameters(RenderRequest r) {
        GenerationSettings s = r.settings();
        return r.prompt() + "\nNegative prompt: " + r.negativePrompt() + "\nSteps: " + s.steps() + ", Sampler: "
                + s.sampler() + ", Schedule type: " + s.scheduler() + ", CFG scale: " + s.guidanceScale() + ", Seed: "
                + r.seed() + ", Size: " + s.width() + "x" + s.height();
    }
}
