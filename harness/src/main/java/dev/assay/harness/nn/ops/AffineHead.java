package dev.assay.harness.nn.ops;

import dev.assay.harness.model.Float16;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.inspect.SmallReads;
import dev.assay.harness.text.Numbers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fully connected layers to one number, with nothing but dropout between: one affine map, to which they are folded here in float64. Plain
 * arithmetic, so that it needs no libtorch.
 */
public final class AffineHead {
    private static final Pattern LAYER = Pattern.compile("(?:layers\\.(\\d{1,4})\\.)?(weight|bias)");
    private static final int MAX_ELEMENTS = 1 << 24; // of a layer; the largest known has 786,432

    private final double[] weight; // (inputs)
    private final double bias;

    private AffineHead(double[] weight, double bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** A fully connected layer: weight (out, in) in C order, bias (out). */
    @SuppressWarnings("ArrayRecordComponent") // read here, and never compared
    private record Layer(int out, int in, double[] weight, double[] bias) {}

    /**
     * Reads {@code layers.N.weight} and {@code layers.N.bias}, or one {@code weight} and {@code bias}, in the order of N.
     *
     * @param header of safetensors or of a PyTorch file, whose pickle is not executed
     * @param prefix what stands before those names; other tensors are not looked at
     * @param what it is, for errors: {@code an aesthetic head}
     * @throws ModelFileException when the tensors below the prefix are no such head
     */
    public static AffineHead read(ModelHeader header, String prefix, String what) {
        Source source = new Source(header.path(), what);
        NavigableMap<Integer, Map<String, ModelHeader.Tensor>> parts = new TreeMap<>();
        header.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                Matcher m = LAYER.matcher(name.substring(prefix.length()));
                source.require(
                        m.matches(),
                        prefix + "layers.N.weight and .bias, or " + prefix + "weight and bias, found the tensor "
                                + name);
                parts.computeIfAbsent(m.group(1) == null ? 0 : Integer.parseInt(m.group(1)), k -> new TreeMap<>())
                        .put(m.group(2), tensor);
            }
        });
        source.require(!parts.isEmpty(), "tensors " + prefix + "layers.N.weight, found none");
        try (SmallReads reads = new SmallReads(header)) {
            double[] weight = {1};
            double bias = 0;
            for (Map<String, ModelHeader.Tensor> part : parts.descendingMap().values()) {
                Layer layer = source.layer(reads, part);
                source.require(
                        layer.out() == weight.length,
                        "layers that follow each other to one output, found " + layer.out() + " outputs before "
                                + Numbers.counted(weight.length, "input", "inputs"));
                bias += dot(weight, layer.bias());
                weight = through(weight, layer);
            }
            return new AffineHead(weight, bias);
        }
    }

    /** Length of the vectors that it takes. */
    public int inputs() {
        return weight.length;
    }

    /** @param vector shape (inputs) */
    public double of(float[] vector) {
        if (vector.length != weight.length) {
            throw new IllegalArgumentException(
                    "expected a vector of " + weight.length + " numbers, found " + vector.length);
        }
        double sum = bias;
        for (int i = 0; i < weight.length; i++) {
            sum += weight[i] * vector[i];
        }
        return sum;
    }

    private static double[] through(double[] row, Layer layer) {
        double[] out = new double[layer.in()];
        for (int o = 0; o < layer.out(); o++) {
            for (int i = 0; i < layer.in(); i++) {
                out[i] += row[o] * layer.weight()[o * layer.in() + i];
            }
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Where the layers come from. */
    private record Source(Path file, String what) {
        Layer layer(SmallReads reads, Map<String, ModelHeader.Tensor> part) {
            ModelHeader.Tensor w = part.get("weight");
            ModelHeader.Tensor b = part.get("bias");
            if (w == null || b == null || w.shape().size() != 2) {
                throw unlike("a weight of two dimensions and a bias");
            }
            require(b.shape().equals(List.of(w.shape().get(0))), "a bias of as many numbers as outputs");
            double[] weight = floats(reads, w); // first: it refuses shapes beyond an int
            return new Layer(w.shape().get(0).intValue(), w.shape().get(1).intValue(), weight, floats(reads, b));
        }

        private double[] floats(SmallReads reads, ModelHeader.Tensor tensor) {
            require(
                    List.of("F32", "F16", "BF16").contains(tensor.dtype())
                            && tensor.begin() >= 0
                            && tensor.elements() > 0
                            && tensor.elements() <= MAX_ELEMENTS,
                    "floats in one piece, found " + tensor.name() + " as " + tensor.dtype() + " " + tensor.shape());
            Optional<ByteBuffer> bytes = reads.bytes(tensor.name(), Float.BYTES * MAX_ELEMENTS);
            require(bytes.isPresent(), "the whole file, found its end");
            double[] values = new double[(int) tensor.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (tensor.dtype()) {
                    case "F16" -> Float16.value(bytes.get().getShort());
                    case "BF16" -> Float.intBitsToFloat(bytes.get().getShort() << 16);
                    default -> bytes.get().getFloat();
                };
            }
            return values;
        }

        void require(boolean holds, String expected) {
            if (!holds) {
                throw unlike(expected);
            }
        }

        ModelFileException unlike(String expected) {
            return new ModelFileException(file, "expected " + what + ": " + expected);
        }
    }
}
