package dev.assay.harness.nn.weights;

import dev.assay.harness.model.DType;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Small weights for tests, from and to safetensors files. */
final class TinyWeights {
    private TinyWeights() {}

    static Path resource(String name) {
        try {
            return Path.of(TinyWeights.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The float32 base of a component, as the golden script wrote it. */
    static StateDict base(String component) {
        return StateDict.of(tensors("base_" + component + ".safetensors"));
    }

    static Map<String, Tensor> tensors(String name) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(resource(name))) {
            file.tensors().forEach((key, info) -> tensors.put(key, tensor(info, file.bytes(key))));
        }
        return tensors;
    }

    private static Tensor tensor(TensorInfo info, ByteBuffer bytes) {
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        if (info.dtype() == DType.F64) {
            double[] values = new double[(int) info.elements()];
            bytes.asDoubleBuffer().get(values);
            return Tensor.create(values, shape);
        }
        float[] values = new float[(int) info.elements()];
        bytes.asFloatBuffer().get(values);
        return Tensor.create(values, shape);
    }

    static float[] floats(Tensor tensor) {
        Tensor contiguous = tensor.to(ScalarType.Float).contiguous();
        float[] values = new float[(int) contiguous.numel()];
        new FloatPointer(contiguous.data_ptr_float()).get(values);
        return values;
    }

    /** A float32 tensor to be written. */
    static final class Values {
        private final List<Long> shape;
        private final float[] values;

        private Values(List<Long> shape, float[] values) {
            this.shape = shape;
            this.values = values;
        }

        List<Long> shape() {
            return shape;
        }

        /** The values themselves, to be changed before writing. */
        float[] values() {
            return values;
        }

        /** Filled with one value. */
        static Values of(float value, Long... shape) {
            long count = List.of(shape).stream().reduce(1L, (a, b) -> a * b);
            float[] values = new float[(int) count];
            java.util.Arrays.fill(values, value);
            return new Values(List.of(shape), values);
        }
    }

    static Path write(Path file, Map<String, Values> tensors) {
        StringBuilder header = new StringBuilder("{");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            int begin = data.size();
            ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(tensor.values);
            data.writeBytes(bytes.array());
            header.append(header.length() > 1 ? "," : "")
                    .append('"')
                    .append(name)
                    .append("\":{\"dtype\":\"F32\",\"shape\":[")
                    .append(tensor.shape.stream().map(String::valueOf).collect(Collectors.joining(",")))
                    .append("],\"data_offsets\":[")
                    .append(begin)
                    .append(',')
                    .append(data.size())
                    .append("]}");
        });
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(json.length).put(json).put(data.toByteArray());
        try {
            return Files.write(file, all.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
