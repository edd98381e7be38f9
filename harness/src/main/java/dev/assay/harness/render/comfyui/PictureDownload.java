package dev.assay.harness.render.comfyui;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.image.Png;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.text.PlainText;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Gets the pixels of a finished job. */
final class PictureDownload {
    private static final int TRIES = 3;
    private static final long MAX_BYTES = 1L << 28;
    private static final long METADATA_BYTES = 16L << 20; // prompt and workflow lie in the file

    private final ComfyClient client;

    PictureDownload(ComfyClient client) {
        this.client = client;
    }

    /** A job that is done, and whose picture cannot be had. */
    static final class NoPictureException extends ComfyException {
        private static final long serialVersionUID = 1L;

        NoPictureException(String message, Throwable cause) {
            super(Kind.REFUSED, message, "", cause);
        }
    }

    /**
     * Decoded pixels: a file also holds the prompt, and differs where the pixels do not.
     *
     * @param settings that say the size; null for any
     * @throws NoPictureException saying what came instead
     */
    Image get(Outcome outcome, ComfyJob job, String outputNode, GenerationSettings settings) {
        List<PictureRef> found = outcome.pictures().stream()
                .filter(p -> p.node().equals(outputNode))
                .toList();
        if (found.size() > 1) {
            throw new NoPictureException(
                    client.where() + ": expected one picture of a job, found " + found.size()
                            + "; set batch_size to 1 in the workflow",
                    null);
        }
        if (found.isEmpty()) {
            byte[] sent = job.png(outputNode)
                    .orElseThrow(() -> new NoPictureException(
                            client.where() + ": the job " + job.id()
                                    + " is done, and the server names no picture of node " + outputNode,
                            null));
            return decode(sent, "the picture that the socket sent", settings);
        }
        return fetch(found.get(0), settings);
    }

    /** More than once: a proxy cuts answers short, and a disk may be slow to show a file. */
    private Image fetch(PictureRef picture, GenerationSettings settings) {
        ComfyException last = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                byte[] file = client.view(picture, bound(settings));
                return decode(file, PlainText.line(picture.filename(), 200), settings);
            } catch (ComfyException e) {
                last = e;
            }
        }
        throw new NoPictureException(last.getMessage() + " (asked " + TRIES + " times)", last);
    }

    private static long bound(GenerationSettings settings) {
        return settings == null
                ? MAX_BYTES
                : Math.min(MAX_BYTES, METADATA_BYTES + 8L * settings.width() * settings.height());
    }

    private Image decode(byte[] file, String name, GenerationSettings settings) {
        Image image;
        requireSize(name, PngSize.of(file), settings);
        try {
            image = Png.decode(file).image();
        } catch (ImageFileException e) {
            throw new NoPictureException(client.where() + ": " + name + ": " + e.getMessage(), e);
        }
        requireSize(name, Optional.of(new PngSize(image.width(), image.height())), settings);
        return image;
    }

    private void requireSize(String name, Optional<PngSize> found, GenerationSettings settings) {
        found.filter(f -> settings != null && (f.width() != settings.width() || f.height() != settings.height()))
                .ifPresent(f -> {
                    throw new NoPictureException(
                            client.where() + ": " + name + ": expected " + settings.width() + " x " + settings.height()
                                    + " pixels, found " + f.width() + " x " + f.height(),
                            null);
                });
    }

    /** What a PNG's header says of its size: a huge answer is refused before its pixels are made. */
    private record PngSize(int width, int height) {
        private static final long SIGNATURE = 0x89504E470D0A1A0AL;
        private static final int HEADER = 24; // bytes: signature, length and name of IHDR, width, height

        /** Empty for what is no PNG, which decoding says in its own words. */
        static Optional<PngSize> of(byte[] file) {
            ByteBuffer bytes = ByteBuffer.wrap(file);
            return file.length < HEADER || bytes.getLong(0) != SIGNATURE
                    ? Optional.empty()
                    : Optional.of(new PngSize(bytes.getInt(HEADER - 8), bytes.getInt(HEADER - 4)));
        }
    }
}
