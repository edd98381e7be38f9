package dev.assay.harness.model.lora;

import dev.assay.harness.model.DType;
import dev.assay.harness.model.Float16;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/** Numbers of a safetensors file as doubles; every value of every supported type is exact, except I64 beyond 2^53. */
public final class TensorValues {
    private static final int CHUNK = 1 << 18; // elements
    private static final float[] HALF = half();
    private static final float[] E4M3 = e4m3();

    private TensorValues() {}

    /** Takes consecutive values of a tensor. */
    interface Sink {
        /** @param count how many of the values are meant */
        void take(double[] values, int count);
    }

    static boolean canRead(DType type) {
        return switch (type) {
            case F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I8, U8, BOOL, I16, I32, I64 -> true;
            default -> false;
        };
    }

    /**
     * All values in C order.
     *
     * @throws ModelFileException for a type that is no number of 8 bits or more, and for tensors of 2 GiB or more
     */
    public static double[] all(SafetensorsFile file, String name) {
        return range(file, name, 0, info(file, name).elements());
    }

    /** {@code count} values from {@code first} on. */
    static double[] range(SafetensorsFile file, String name, long first, long count) {
        TensorInfo info = info(file, name);
        ByteBuffer bytes = file.bytes(name);
        double[] values = new double[Math.toIntExact(count)];
        for (int at = 0; at < values.length; at += CHUNK) {
            decode(file, info, bytes, Math.toIntExact(first + at), values, at, Math.min(CHUNK, values.length - at));
        }
        return values;
    }

    /** Passes the values on in C order, a chunk at a time. */
    static void stream(SafetensorsFile file, String name, long first, long count, Sink sink) {
        TensorInfo info = info(file, name);
        ByteBuffer bytes = file.bytes(name);
        double[] chunk = new double[(int) Math.min(CHUNK, Math.max(1, count))];
        for (long at = 0; at < count; at += chunk.length) {
            int n = (int) Math.min(chunk.length, count - at);
            decode(file, info, bytes, Math.toIntExact(first + at), chunk, 0, n);
            sink.take(chunk, n);
        }
    }

    private static TensorInfo info(SafetensorsFile file, String name) {
        TensorInfo info = file.tensors().get(name);
        if (info == null) {
            throw new ModelFileException(file.path(), "has no tensor " + name);
        }
        return info;
    }

    private static void decode(
            SafetensorsFile file, TensorInfo info, ByteBuffer bytes, int first, double[] out, int to, int count) {
        switch (info.dtype()) {
            case F64 -> bytes.asDoubleBuffer().get(first, out, to, count);
            case F32 -> {
                float[] values = new float[count];
                bytes.asFloatBuffer().get(first, values);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i];
                }
            }
            case F16 -> {
                short[] values = shorts(bytes.asShortBuffer(), first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = HALF[values[i] & 0xffff];
                }
            }
            case BF16 -> {
                short[] values = shorts(bytes.asShortBuffer(), first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = Float.intBitsToFloat(values[i] << 16);
                }
            }
            case I16 -> {
                short[] values = shorts(bytes.asShortBuffer(), first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i];
                }
            }
            case F8_E4M3 -> {
                byte[] values = bytes(bytes, first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = E4M3[values[i] & 0xff];
                }
            }
            case F8_E5M2 -> { // the upper half of a half
                byte[] values = bytes(bytes, first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = HALF[(values[i] & 0xff) << 8];
                }
            }
            case I8 -> {
                byte[] values = bytes(bytes, first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i];
                }
            }
            case U8, BOOL -> {
                byte[] values = bytes(bytes, first, count);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i] & 0xff;
                }
            }
            case I32 -> {
                int[] values = new int[count];
                bytes.asIntBuffer().get(first, values);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i];
                }
            }
            case I64 -> {
                long[] values = new long[count];
                bytes.asLongBuffer().get(first, values);
                for (int i = 0; i < count; i++) {
                    out[to + i] = values[i];
                }
            }
            default ->
                throw new ModelFileException(
                        file.path(),
                        "tensor " + info.name() + " is " + info.dtype() + "; expected F64, F32, F16, BF16, F8_E4M3,"
                                + " F8_E5M2 or whole numbers of up to 64 bits");
        }
    }

    private static short[] shorts(ShortBuffer buffer, int first, int count) {
        short[] values = new short[count];
        buffer.get(first, values);
        return values;
    }

    private static byte[] bytes(ByteBuffer buffer, int first, int count) {
        byte[] values = new byte[count];
        buffer.get(first, values);
        return values;
    }

    private static float[] half() {
        float[] table = new float[1 << 16];
        for (int bits = 0; bits < table.length; bits++) {
            table[bits] = (float) Float16.value((short) bits);
        }
        return table;
    }

    /** Micikevicius et al. 2022: four bits of exponent, no infinity, NaN only where all bits are set. */
    private static float[] e4m3() {
        float[] table = new float[1 << 8];
        for (int bits = 0; bits < table.length; bits++) {
            int exponent = bits >> 3 & 0xf;
            int fraction = bits & 0x7;
            float magnitude = exponent == 0 ? fraction * 0x1p-9f : Math.scalb((float) (fraction + 8), exponent - 10);
            table[bits] = (bits & 0x7f) == 0x7f ? Float.NaN : bits < 0x80 ? magnitude : -magnitude;
        }
        return table;
    }
}
