package dev.assay.harness.nn.ops;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where an encoder runs, and how finely: float32 on a CPU, float16 on a GPU, where scores of half the bits differ less than their margins
 * and take half the time and memory.
 *
 * @param device {@code cpu} or {@code cuda}
 */
public record Compute(String device) {
    public ScalarType precision() {
        return device.equals("cpu") ? ScalarType.Float : ScalarType.Half;
    }

    public int bytesPerValue() {
        return device.equals("cpu") ? Float.BYTES : Short.BYTES;
    }

    /** Arrays of shape (3, edge, edge) as one tensor (n, 3, edge, edge); in the innermost scope. */
    public Tensor pictures(List<float[]> pixels, int edge) {
        int one = 3 * edge * edge;
        FloatPointer together = new FloatPointer((long) pixels.size() * one);
        for (int i = 0; i < pixels.size(); i++) {
            together.position((long) i * one).put(pixels.get(i), 0, one);
        }
        return torch.from_blob(together.position(0), pixels.size(), 3, edge, edge)
                .to(new Device(device), precision());
    }

    /** The rows of (n, width). */
    public static List<float[]> rows(Tensor t) {
        Tensor plain = t.to(new Device("cpu"), ScalarType.Float).contiguous();
        int width = (int) plain.size(1);
        FloatPointer values = plain.data_ptr_float();
        List<float[]> rows = new ArrayList<>();
        for (long i = 0; i < plain.size(0); i++) {
            float[] row = new float[width];
            values.position(i * width).get(row);
            rows.add(row);
        }
        return rows;
    }
}
