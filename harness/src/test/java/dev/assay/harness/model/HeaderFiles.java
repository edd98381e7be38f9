package dev.assay.harness.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes model files with real headers and no data: the file is as long as it should be, but a hole. */
public final class HeaderFiles {
    private HeaderFiles() {}

    /** A tensor to write; shape in the order of PyTorch. */
    public record Entry(String name, String dtype, List<Long> shape) {
        public static Entry of(String name, String dtype, long... shape) {
            return new Entry(name, dtype, Arrays.stream(shape).boxed().toList());
        }
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /** A safetensors file, sparse. */
    public static Path safetensors(Path file, Map<String, String> metadata, Collection<Entry> tensors) {
        long[] end = new long[1];
        byte[] head = safetensorsHead(metadata, tensors, end);
        return sparse(file, head, head.length + end[0]);
    }

    public static byte[] safetensorsHead(Map<String, String> metadata, Collection<Entry> tensors, long[] dataBytes) {
        List<String> entries = new ArrayList<>();
        if (!metadata.isEmpty()) {
            entries.add("\"__metadata__\":"
                    + metadata.entrySet().stream()
                            .map(e -> json(e.getKey()) + ":" + json(e.getValue()))
                            .collect(Collectors.joining(",", "{", "}")));
        }
        long at = 0;
        for (Entry tensor : tensors) {
            long bytes =
                    elements(tensor.shape()) * DType.valueOf(tensor.dtype()).bits() / 8;
            entries.add(json(tensor.name()) + ":{\"dtype\":\"" + tensor.dtype() + "\",\"shape\":"
                    + tensor.shape().toString().replace(" ", "") + ",\"data_offsets\":[" + at + "," + (at + bytes)
                    + "]}");
            at += bytes;
        }
        dataBytes[0] = at;
        byte[] json = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
        return Bytes.prefixed(json.length, json, new byte[0]);
    }

    private static String json(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : "" + c);
        }
        return out.append('"').toString();
    }

    /** A GGUF file of version 3, sparse; metadata values that are whole numbers are written as such. */
    public static Path gguf(Path file, Map<String, String> metadata, Collection<Entry> tensors) {
        long[] end = new long[1];
        byte[] head = ggufHead(3, metadata, Map.of(), tensors, end);
        return sparse(file, head, head.length + end[0]);
    }

    public static byte[] ggufHead(
            int version,
            Map<String, String> metadata,
            Map<String, List<Long>> trueShapes,
            Collection<Entry> tensors,
            long[] dataBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        number(out, version, 4);
        number(out, tensors.size(), 8);
        number(out, metadata.size() + trueShapes.size(), 8);
        metadata.forEach((key, value) -> {
            text(out, key);
            if (value.matches("[0-9]+")) {
                number(out, 4, 4);
                number(out, Long.parseLong(value), 4);
            } else {
                number(out, 8, 4);
                text(out, value);
            }
        });
        trueShapes.forEach((name, shape) -> {
            text(out, "comfy.gguf.orig_shape." + name);
            number(out, 9, 4);
            number(out, 5, 4);
            number(out, shape.size(), 8);
            shape.forEach(d -> number(out, d, 4));
        });
        long at = 0;
        for (Entry tensor : tensors) {
            text(out, tensor.name());
            number(out, tensor.shape().size(), 4);
            for (int i = tensor.shape().size() - 1; i >= 0; i--) {
                number(out, tensor.shape().get(i), 8);
            }
            GgmlType type = GgmlType.valueOf(tensor.dtype());
            number(out, List.of(GgmlTypeNumbers.NUMBERS).indexOf(type.name()), 4);
            number(out, at, 8);
            at += elements(tensor.shape()) / type.blockElements() * type.blockBytes();
            at = (at + 31) / 32 * 32;
        }
        while (out.size() % 32 != 0) {
            out.write(0);
        }
        dataBytes[0] = at;
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length, 8);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, long value, int bytes) {
        ByteBuffer buffer =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        out.write(buffer.array(), 0, bytes);
    }

    /** The head, then a hole up to the file's end. */
    static Path sparse(Path file, byte[] head, long size) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(head));
            if (size > head.length) {
                channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Entries with the same element type. */
    public static List<Entry> entries(String dtype, Map<String, List<Long>> shapes) {
        List<Entry> entries = new ArrayList<>();
        new LinkedHashMap<>(shapes).forEach((name, shape) -> entries.add(new Entry(name, dtype, shape)));
        return entries;
    }
}
