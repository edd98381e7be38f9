package dev.assay.harness.render;

import dev.assay.harness.files.WholeFile;
import dev.assay.harness.image.ImageCache;
import dev.assay.harness.image.Png;
import dev.assay.harness.model.ContentKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finished pictures on disk, found again by the hash of everything that decides their pixels. A picture appears under its
 * name only when it is whole: a run may be killed at any moment. Each carries the hash of its pixels, and a seal over its key, that
 * hash and all that is said of it: pixels of another key, or none of a render, are not found, and are rendered again. Who can write to
 * the folder can forge a seal: it keeps out accidents, not people.
 */
public final class RenderStore {
    private static final String KEY = "assay:key";
    /** {@link dev.assay.harness.image.Image#sha256()} of the picture. */
    private static final String PIXELS = "assay:pixels";

    private static final String SEAL = "assay:seal";
    private static final String OURS = "assay:";
    private static final String SECONDS = "assay:seconds";
    private static final String SECONDS_PER_STEP = "assay:secondsPerStep";
    private static final String PEAK_VRAM = "assay:peakVramBytes";
    private static final String WARM = "assay:warm";

    private final Path folder;
    private final ImageCache images = new ImageCache(); // decoded pictures

    public RenderStore(Path folder) {
        this.folder = folder;
    }

    /** Deletes what killed runs left half written. */
    public void sweep() {
        WholeFile.sweep(folder, 2);
    }

    public Path folder() {
        return folder;
    }

    /** Whether a file is there under this key; {@link #find} looks into it. */
    public boolean has(String key) {
        return Files.isRegularFile(file(key));
    }

    /** The picture of this key, or empty; a damaged file, or one that does not prove its pixels, counts as absent and is rendered again. */
    public Optional<Picture> find(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Png.Decoded png = Png.read(file);
            Map<String, String> text = png.text();
            boolean proven = key.equals(text.get(KEY))
                    && png.image().sha256().equals(text.get(PIXELS))
                    && seal(text).equals(text.get(SEAL));
            if (!proven) {
                return Optional.empty();
            }
            images.add(png.image());
            return Optional.of(new Picture(
                    Long.parseLong(text.get(PictureOrigin.SEED)),
                    file,
                    png.image().sha256(),
                    cost(text),
                    true,
                    images::image));
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }

    /**
     * Writes the picture with where it comes from in text chunks, whole or not at all. Where another run was first with the same picture,
     * that one stays, and is given back: two runs at once never change pixels under each other.
     *
     * @param more that is said of it in its file, by name
     */
    public Picture put(PictureOrigin origin, Rendered picture, Map<String, String> more) {
        String key = origin.key();
        Map<String, String> text = new LinkedHashMap<>(origin.fields());
        text.put(KEY, key);
        text.put(SECONDS, Double.toString(picture.cost().seconds()));
        text.put(SECONDS_PER_STEP, Double.toString(picture.cost().secondsPerStep()));
        text.put(PEAK_VRAM, Long.toString(picture.cost().peakVramBytes()));
        text.put(WARM, Boolean.toString(picture.cost().warm()));
        text.put(PIXELS, picture.image().sha256());
        text.putAll(more);
        text.put(SEAL, seal(text));
        text.put("Software", "Assay");
        Path file = file(key);
        try {
            Path partial = WholeFile.draft(file, Png.encode(picture.image(), text), true);
            if (!firstWith(partial, file)) {
                Optional<Picture> other = find(key);
                if (other.isPresent()) {
                    Files.deleteIfExists(partial);
                    return other.get();
                }
                WholeFile.place(partial, file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a finished picture in " + file, e);
        }
        images.add(picture.image());
        return new Picture(
                Long.parseLong(text.get(PictureOrigin.SEED)),
                file,
                picture.image().sha256(),
                picture.cost(),
                false,
                images::image);
    }

    /** Gives a finished picture its name unless that is taken; false where it is, or where the file system cannot tell at once. */
    private static boolean firstWith(Path partial, Path file) throws IOException {
        try {
            Files.createLink(file, partial);
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            return false;
        }
        Files.deleteIfExists(partial);
        return true;
    }

    /** Over everything of ours in a picture but itself, in the order of names. */
    private static String seal(Map<String, String> text) {
        ContentKey all = new ContentKey("assay-seal/1");
        new TreeMap<>(text).forEach((name, value) -> {
            if (name.startsWith(OURS) && !name.equals(SEAL)) {
                all.with(name, value);
            }
        });
        return all.sha256();
    }

    private Path file(String key) {
        return folder.resolve(key.substring(0, 2)).resolve(key + ".png");
    }

    private static Cost cost(Map<String, String> text) {
        return new Cost(
                Double.parseDouble(text.getOrDefault(SECONDS, "0")),
                Double.parseDouble(text.getOrDefault(SECONDS_PER_STEP, "0")),
                Long.parseLong(text.getOrDefault(PEAK_VRAM, "0")),
                Boolean.parseBoolean(text.get(WARM)));
    }
}
