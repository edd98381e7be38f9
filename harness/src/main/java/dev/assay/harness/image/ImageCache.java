package dev.assay.harness.image;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decoded pictures, known by their pixels, in a bounded part of the memory. A run goes through all its pictures again and again, and the one
 * that was used last is the one that it needs last: so the first that come stay, and the others take turns in what room is left. For threads.
 */
public final class ImageCache {
    private static final int SHARE = 4; // of the heap, one part for pictures: decoders take up to two more
    private static final int TURNS = 4; // of the room, one part for those that take turns

    private final long maxBytes;
    private final Map<String, Image> stay = new HashMap<>(); // by pixels
    private final Map<String, Image> turns = new LinkedHashMap<>(16, 0.75f, true); // by pixels, in the order of use
    private long bytes; // of all
    private boolean full; // nothing stays any more that is not there

    /** A quarter of Java's memory. */
    public ImageCache() {
        this(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** @param maxBytes of pixels; a picture larger than a quarter of it is not kept */
    public ImageCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The picture in a file.
     *
     * @param sha256 {@link Image#sha256()}
     * @throws ImageFileException when it cannot be read, or shows other pixels
     */
    public Image image(Path file, String sha256) {
        Image found = find(sha256);
        if (found != null) {
            return found;
        }
        Image image = PictureFile.read(file);
        if (!image.sha256().equals(sha256)) {
            throw new ImageFileException(file + ": shows other pixels than when the run began to use it; run again when"
                    + " nobody writes there");
        }
        add(image);
        return image;
    }

    private synchronized @Nullable Image find(String sha256) {
        Image found = stay.get(sha256);
        return found == null ? turns.get(sha256) : found;
    }

    /** Keeps a picture that is decoded already. */
    public synchronized void add(Image image) {
        if (image.bytes() > maxBytes / TURNS || find(image.sha256()) != null) {
            return;
        }
        bytes += image.bytes();
        full |= bytes > maxBytes - maxBytes / TURNS;
        (full ? turns : stay).put(image.sha256(), image);
        for (Iterator<Image> oldest = turns.values().iterator(); bytes > maxBytes; ) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
