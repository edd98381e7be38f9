package dev.assay.harness.nn.clip;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.inspect.SmallReads;
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
 * LAION's aesthetic predictor on a normalised CLIP vector. Version 2 ({@code sac+logos+ava1-l14-linearMSE.pth}) is five fully connected layers
 * with nothing but dropout between, so one affine map, to which they are folded here in float64; version 1 is one layer. Scores run from
 * about 1 to 10.
 *
 * @see <a href="https://github.com/christophschuhmann/improved-aesthetic-predictor">improved-aesthetic-predictor</a>
 */
public final class AestheticHead {
    private static final Pattern LAYER = Pattern.compile("(?:layers\\.(\\d+)\\.)?(weight|bias)");
    private static final int MOST_ELEMENTS = 1 << 24; // of a layer; the largest known has 786,432

    private final double[] weight; // (embedding)
    private final double bias;

    private AestheticHead(double[] weight, double bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** A fully connected layer: weight (out, in) in C order, bias (out). */
    @SuppressWarnings("ArrayRecordComponent") // read here, and never compared
    private record Layer(int out, int in, double[] weight, double[] bias) {}

    /**
     * Reads a head from safetensors or from a PyTorch file, whose pickle is not executed.
     *
     * @throws ModelFileException when the file is none of the two forms
     */
    public static AestheticHead open(Path file) {
        ModelHeader header = ModelHeader.read(file);
        NavigableMap<Integer, Map<String, ModelHeader.Tensor>> parts = new TreeMap<>();
        header.tensors().forEach((name, tensor) -> {
            Matcher m = LAYER.matcher(name);
            if (!m.matches()) {
                throw new ModelFileException(
                        file,
                        "expected an aesthetic head (layers.N.weight, layers.N.bias, or weight and bias), found the tensor "
                                + name);
            }
            parts.computeIfAbsent(m.group(1) == null ? 0 : Integer.parseInt(m.group(1)), k -> new TreeMap<>())
                    .put(m.group(2), tensor);
        });
        try (SmallReads reads = new SmallReads(header)) {
            double[] weight = null;
            double bias = 0;
            for (Map<String, ModelHeader.Tensor> part : parts.descendingMap().values()) {
                Layer layer = layer(file, reads, part);
                if (weight == null) {
                    require(file, layer.out() == 1, "a last layer with one output, found " + layer.out());
                    weight = new double[] {1};
                }
                require(
                        file,
                        layer.out() == weight.length,
                        "layers that follow each other, found " + layer.out() + " outputs before " + weight.length
                                + " inputs");
                bias += dot(weight, layer.bias());
                weight = through(weight, layer);
            }
            require(file, weight != null, "at least one layer, found none");
            return new AestheticHead(weight, bias);
        }
    }

    /** Length of the vectors that it scores: 768 for CLIP ViT-L/14. */
    public int inputs() {
        return weight.length;
    }

    /** @param embedding L2-normalised, shape (inputs) */
    public double score(float[] embedding) {
        if (embedding.length != weight.length) {
            throw new IllegalArgumentException("the aesthetic head scores vectors of " + weight.length
                    + " numbers, found " + embedding.length + "; it belongs to CLIP ViT-L/14");
        }
        double sum = bias;
        for (int i = 0; i < weight.length; i++) {
            sum += weight[i] * embedding[i];
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

    private static Layer layer(Path file, SmallReads reads, Map<String, ModelHeader.Tensor> part) {
        ModelHeader.Tensor w = part.get("weight");
        ModelHeader.Tensor b = part.get("bias");
        require(file, w != null && b != null && w.shape().size() == 2, "a weight of two dimensions and a bias");
        require(file, b.shape().equals(List.of(w.shape().get(0))), "a bias of as many numbers as outputs");
        int out = Math.toIntExact(w.shape().get(0));
        int in = Math.toIntExact(w.shape().get(1));
        return new Layer(out, in, floats(file, reads, w), floats(file, reads, b));
    }

    private static double[] floats(Path file, SmallReads reads, ModelHeader.Tensor tensor) {
        require(
                file,
                tensor.dtype().equals("F32") && tensor.begin() >= 0 && tensor.elements() <= MOST_ELEMENTS,
                "float32 in one piece, found " + tensor.name() + " as " + tensor.dtype() + " " + tensor.shape());
        Optional<ByteBuffer> bytes = reads.bytes(tensor.name(), Float.BYTES * MOST_ELEMENTS);
        require(file, bytes.isPresent(), "the whole file, found its end");
        double[] values = new double[(int) tensor.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get().getFloat(Float.BYTES * i);
        }
        return values;
    }

    private static void require(Path file, boolean holds, String expected) {
        if (!holds) {
            throw new ModelFileException(file, "is no aesthetic head as LAION's are: expected " + expected);
        }
    }
}
