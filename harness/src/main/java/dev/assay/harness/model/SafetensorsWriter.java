package dev.assay.harness.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes a safetensors file. */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /**
     * One tensor.
     *
     * @param bytes little-endian, C order; asked for when they are written
     */
    public record Entry(String name, DType dtype, List<Long> shape, long length, Supplier<ByteBuffer> bytes) {
        /** As it stands in a file, under another name. */
        public static Entry of(String name, SafetensorsFile file, String tensor) {
            TensorInfo info = file.tensors().get(tensor);
            return new Entry(name, info.dtype(), info.shape(), info.end() - info.begin(), () -> file.bytes(tensor));
        }

        /** A scalar of 32 bits. */
        public static Entry scalar(String name, double value) {
            return new Entry(
                    name,
                    DType.F32,
                    List.of(),
                    Float.BYTES,
                    () -> ByteBuffer.allocate(Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putFloat(0, (float) value));
        }
    }

    /**
     * Writes a file that is whole or not there: it gets its name when all is written.
     *
     * @throws ModelFileException where there is a file of that name, or it cannot be written
     */
    public static void write(Path file, List<Entry> tensors, Map<String, String> metadata) {
        Path target = file.toAbsolutePath();
        if (Files.exists(target)) {
            throw exists(file);
        }
        Path part = null;
        try {
            part = WholeFile.partial(target);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                writeAll(channel, header(tensors, metadata));
                for (Entry tensor : tensors) {
                    writeAll(channel, tensor.bytes.get().duplicate());
                }
                channel.force(true);
            }
            WholeFile.placeNew(part, target);
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be written: " + e, e);
        } finally {
            delete(part);
        }
    }

    private static ModelFileException exists(Path file) {
        return new ModelFileException(file, "is there already; nothing is overwritten, name another file");
    }

    private static void delete(Path part) {
        try {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            // A temporary file that stays does no harm, and what went wrong before is what to say.
        }
    }

    private static ByteBuffer header(List<Entry> tensors, Map<String, String> metadata) {
        ObjectNode root = Json.LENIENT.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long at = 0;
        for (Entry tensor : tensors) {
            ObjectNode node = root.putObject(tensor.name).put("dtype", tensor.dtype.name());
            ArrayNode shape = node.putArray("shape");
            tensor.shape.forEach(shape::add);
            node.putArray("data_offsets").add(at).add(at + tensor.length);
            at += tensor.length;
        }
        byte[] json;
        try {
            json = Json.LENIENT.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
