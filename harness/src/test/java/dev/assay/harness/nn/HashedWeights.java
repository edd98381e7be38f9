package dev.assay.harness.nn;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Random weights that Python makes as well ({@code hashed} in {@code golden_perceptual.py}), so that networks too large to commit have golden
 * numbers.
 */
public final class HashedWeights {
    private HashedWeights() {}

    /** Uniform in [centre - spread, centre + spread), by the tensor's name and the element's place in C order. */
    public static Tensor tensor(String name, double centre, double spread, long... shape) {
        long count = 1;
        for (long edge : shape) {
            count *= edge;
        }
        long[] bits = bits(name, Math.toIntExact(count));
        float[] values = new float[bits.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (centre + spread * (2 * ((bits[i] >>> 11) * 0x1p-53) - 1));
        }
        return torch.from_blob(new FloatPointer(values), shape).clone();
    }

    /** SplitMix64 from the FNV-1a of the name. */
    public static long[] bits(String name, int count) {
        long seed = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            seed = (seed ^ (b & 0xff)) * 0x100000001b3L;
        }
        long[] bits = new long[count];
        for (int i = 0; i < count; i++) {
            long z = seed + (i + 1) * 0x9e3779b97f4a7c15L;
            z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            bits[i] = z ^ (z >>> 31);
        }
        return bits;
    }
}
