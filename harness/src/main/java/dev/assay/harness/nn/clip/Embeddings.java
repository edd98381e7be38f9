package dev.assay.harness.nn.clip;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Vectors of pictures and texts, each computed once: metrics ask for the same picture more than once. */
public final class Embeddings {
    private final Map<String, float[]> images = new ConcurrentHashMap<>(); // by digest: pixels would fill the memory
    private final Map<String, float[]> texts = new ConcurrentHashMap<>();

    /** The kept vector, or the one that {@code embed} gives, L2-normalised; a copy. */
    public float[] of(Image image, Function<Image, float[]> embed) {
        return images.computeIfAbsent(digest(image), key -> normalised(embed.apply(image)))
                .clone();
    }

    /** As for pictures. */
    public float[] of(String text, Function<String, float[]> embed) {
        return texts.computeIfAbsent(text, key -> normalised(embed.apply(text))).clone();
    }

    private static float[] normalised(float[] vector) {
        double squares = 0;
        for (float v : vector) {
            squares += (double) v * v;
        }
        double norm = Math.sqrt(squares);
        float[] out = new float[vector.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (vector[i] / norm);
        }
        return out;
    }

    private static String digest(Image image) {
        MessageDigest sha = Hashes.sha256();
        sha.update(ByteBuffer.allocate(8)
                .putInt(image.width())
                .putInt(image.height())
                .array());
        return HexFormat.of().formatHex(sha.digest(image.rgb()));
    }
}
