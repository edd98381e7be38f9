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

/** A safetensors file: a JSON header, then the tensors' bytes. Tensors are mapped one by one, when asked for. */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        long length = read(0, 8).getLong();
        JsonNode header = new ObjectMapper()
                .readTree(new String(bytes(read(8, length)), java.nio.charset.StandardCharsets.UTF_8));
        for (Map.Entry<String, JsonNode> e : header.properties()) {
            if (e.getKey().equals("__metadata__")) {
                e.getValue()
                        .properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
                continue;
            }
            List<Long> shape = new ArrayList<>();
            e.getValue().get("shape").forEach(n -> shape.add(n.asLong()));
            JsonNode offsets = e.getValue().get("data_offsets");
            tensors.put(
                    e.getKey(),
                    new TensorInfo(
                            e.getKey(),
                            DType.valueOf(e.getValue().get("dtype").asText()),
                            shape,
                            8 + length + offsets.get(0).asLong(),
                            8 + length + offsets.get(1).asLong()));
        }
    }

    public static SafetensorsFile open(Path path) {
        try {
            return new SafetensorsFile(path, FileChannel.open(path, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read", e);
        }
    }

    private ByteBuffer read(long position, long size) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, position, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] b = new byte[buffer.remaining()];
        buffer.get(b);
        return b;
    }

    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** The bytes of one tensor: read-only, little-endian, direct. */
    public ByteBuffer bytes(String name) {
        TensorInfo t = tensors.get(name);
        try {
            return read(t.begin(), t.end() - t.begin());
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot read " + name, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be closed", e);
        }
    }
}
