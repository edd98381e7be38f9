package dev.assay.harness.image;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decoded pictures, known by their pixels, in a bounded part of the memory: those that nobody asked for the longest go first and are decoded
 * again when somebody does. For threads.
 */
public final class ImageCache {
    private static final int SHARE = 4; // of the heap, one part for pictures: decoders take up to two more

    private final long mostBytes;
    private final Map<String, Image> known = new LinkedHashMap<>(16, 0.75f, true); // by pixels, in the order of use
    private long bytes;

    /** A quarter of Java's memory. */
    public ImageCache() {
        this(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** @param mostBytes of pixels; a single larger picture is not kept */
    public ImageCache(long mostBytes) {
        this.mostBytes = mostBytes;
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
        Image image = decode(file);
        if (!image.sha256().equals(sha256)) {
            throw new ImageFileException(file + ": shows other pixels than when the run began to use it; run again when"
                    + " nobody writes there");
        }
        add(image);
        return image;
    }

    private static Image decode(Path file) {
        try {
            return PictureFile.decode(PictureFile.bytes(file)).image();
        } catch (ImageFileException e) {
            throw new ImageFileException(file + ": " + e.getMessage(), e);
        }
    }

    private synchronized Image find(String sha256) {
        return known.get(sha256);
    }

    /** Keeps a picture that is decoded already. */
    public synchronized void add(Image image) {
        if (image.bytes() > mostBytes || known.putIfAbsent(image.sha256(), image) != null) {
            return;
        }
        bytes += image.bytes();
        for (Iterator<Image> oldest = known.values().iterator(); bytes > mostBytes; ) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
