package dev.assay.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A safetensors file; minimal stand-in until the checked reader is merged. */
public final class SafetensorsFile implements AutoCloseable {
    private final FileChannel channel;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsFile(FileChannel channel) throws IOException {
        this.channel = channel;
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(length, 0);
        int bytes = Math.toIntExact(length.getLong(0));
        ByteBuffer header = ByteBuffer.allocate(bytes);
        channel.read(header, 8);
        for (Map.Entry<String, JsonNode> entry :
                new ObjectMapper().readTree(header.array()).properties()) {
            JsonNode value = entry.getValue();
            if (entry.getKey().equals("__metadata__")) {
                value.properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
                continue;
            }
            List<Long> shape = new ArrayList<>();
            value.get("shape").forEach(d -> shape.add(d.asLong()));
            JsonNode at = value.get("data_offsets");
            tensors.put(
                    entry.getKey(),
                    new TensorInfo(
                            entry.getKey(),
                            DType.valueOf(value.get("dtype").asText()),
                            shape,
                            8 + bytes + at.get(0).asLong(),
                            8 + bytes + at.get(1).asLong()));
        }
    }

    public static SafetensorsFile open(Path path) {
        try {
            return new SafetensorsFile(FileChannel.open(path, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    public Map<String, TensorInfo> tensors() {
        return Map.copyOf(tensors);
    }

    public Map<String, String> metadata() {
        return Map.copyOf(metadata);
    }

    public ByteBuffer bytes(String name) {
        TensorInfo info = tensors.get(name);
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) (info.end() - info.begin()));
        try {
            channel.read(buffer, info.begin());
        } catch (IOException e) {
            throw new ModelFileException("cannot read " + name + ": " + e.getMessage());
        }
        return buffer.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ModelFileException("cannot close: " + e.getMessage());
        }
    }
}
