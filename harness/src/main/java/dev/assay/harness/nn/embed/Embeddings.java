package dev.assay.harness.nn.embed;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Vectors of pictures and texts of one encoder, each computed once: metrics ask for the same picture more than once, and every candidate
 * is compared with the same base pictures. Pictures are known by their pixels, whatever file they come from.
 */
public final class Embeddings {
    private final Map<String, float[]> known = new ConcurrentHashMap<>(); // by digest: pixels would fill the memory
    private final VectorStore store;
    private final int batch;
    private final Pictures pictures;
    private final Texts texts;

    /** A network on pictures; one vector each, of any length but 0. */
    @FunctionalInterface
    public interface Pictures {
        List<float[]> vectors(List<Image> images);
    }

    /** A network on one text. */
    @FunctionalInterface
    public interface Texts {
        float[] vector(String text);
    }

    /**
     * @param store what other runs computed with the same encoder
     * @param batch pictures that the network takes at once, at least 1
     */
    public Embeddings(VectorStore store, int batch, Pictures pictures, Texts texts) {
        this.store = store;
        this.batch = batch;
        this.pictures = pictures;
        this.texts = texts;
    }

    /** L2-normalised; a copy. */
    public float[] of(Image image) {
        String key = key(image);
        if (!known.containsKey(key)) {
            compute(Map.of(key, image));
        }
        return Objects.requireNonNull(known.get(key)).clone();
    }

    /** L2-normalised; a copy. */
    public float[] of(String text) {
        String key = key(text);
        if (!known.containsKey(key)) {
            float[] kept = store.find(key).orElse(null);
            if (kept == null) {
                kept = normalised(texts.vector(text));
                store.add(Map.of(key, kept));
            }
            known.put(key, kept);
        }
        return known.get(key).clone();
    }

    /** Computes in batches what is not known yet. */
    public void prefetch(Collection<Image> images) {
        Map<String, Image> next = new LinkedHashMap<>();
        for (Image image : images) {
            String key = key(image);
            if (!known.containsKey(key)) {
                next.put(key, image);
            }
        }
        compute(next);
    }

    private void compute(Map<String, Image> wanted) {
        List<String> keys = new ArrayList<>();
        for (String key : wanted.keySet()) {
            store.find(key).ifPresentOrElse(v -> known.put(key, v), () -> keys.add(key));
        }
        for (int i = 0; i < keys.size(); i += batch) {
            List<String> some = keys.subList(i, Math.min(keys.size(), i + batch));
            List<float[]> vectors =
                    pictures.vectors(some.stream().map(wanted::get).toList());
            Map<String, float[]> made = new LinkedHashMap<>();
            for (int k = 0; k < some.size(); k++) {
                made.put(some.get(k), normalised(vectors.get(k)));
            }
            known.putAll(made);
            store.add(made);
        }
    }

    private static float[] normalised(float[] vector) {
        double squares = 0;
        for (float v : vector) {
            squares += (double) v * v;
        }
        double norm = Math.sqrt(squares);
        if (!(norm > 0) || !Double.isFinite(norm)) {
            throw new IllegalStateException("a network gave a vector of length " + norm
                    + "; its weights hold values that are not finite, or all zero");
        }
        float[] out = new float[vector.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (vector[i] / norm);
        }
        return out;
    }

    private static String key(Image image) {
        MessageDigest sha = Hashes.sha256();
        sha.update(ByteBuffer.allocate(8)
                .putInt(image.width())
                .putInt(image.height())
                .array());
        return HexFormat.of().formatHex(sha.digest(image.rgb()));
    }

    private static String key(String text) {
        MessageDigest sha = Hashes.sha256();
        sha.update("text".getBytes(StandardCharsets.UTF_8)); // no picture is 0x74657874 pixels wide
        return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
