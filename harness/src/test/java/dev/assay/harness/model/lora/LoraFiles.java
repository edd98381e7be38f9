package dev.assay.harness.model.lora;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Writes small LoRA files for tests. */
final class LoraFiles {
    private LoraFiles() {}

    /** Values of one tensor, and whether they are written as float64, float16, bfloat16 or float32. */
    static final class Values {
        final List<Long> shape;
        final double[] values;

        Values(double[] values, Long... shape) {
            this.shape = List.of(shape);
            this.values = values;
        }

        static Values random(Random random, Long... shape) {
            double[] values =
                    new double[(int) List.of(shape).stream().mapToLong(l -> l).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian();
            }
            return new Values(values, shape);
        }

        static Values scalar(double value) {
            return new Values(new double[] {value});
        }

        Values times(double factor) {
            double[] scaled = values.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] *= factor;
            }
            return new Values(scaled, shape.toArray(new Long[0]));
        }
    }

    static Path write(Path file, Map<String, Values> tensors) {
        return write(file, tensors, "F64");
    }

    static Path write(Path file, Map<String, Values> tensors, String type) {
        Map<String, String> headers = new LinkedHashMap<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, t) -> {
            int begin = data.size();
            for (double value : t.values) {
                ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                switch (type) {
                    case "F64" -> bytes.putDouble(value);
                    case "F32" -> bytes.putFloat((float) value);
                    case "BF16" -> bytes.putShort((short) ((Float.floatToIntBits((float) value) + 0x8000) >>> 16));
                    case "F8_E8M0" -> bytes.put((byte) 127);
                    default -> throw new IllegalArgumentException(type);
                }
                data.write(bytes.array(), 0, bytes.position());
            }
            headers.put(
                    name,
                    "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + t.shape + ",\"data_offsets\":[" + begin
                            + "," + data.size() + "]}");
        });
        byte[] json = headers.values().stream()
                .collect(Collectors.joining(",", "{", "}"))
                .getBytes(StandardCharsets.UTF_8);
        try {
            return Files.write(
                    file,
                    ByteBuffer.allocate(8 + json.length + data.size())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(json.length)
                            .put(json)
                            .put(data.toByteArray())
                            .array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
