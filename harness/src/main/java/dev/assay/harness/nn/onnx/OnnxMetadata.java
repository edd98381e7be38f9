package dev.assay.harness.nn.onnx;

import dev.assay.harness.model.ModelFileException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the exporter wrote into an ONNX file about it, read from the file itself: OnnxRuntime's Java API (1.21) garbles characters outside of the basic
 * plane and loses the end of a text that has some. Fields of the protocol buffer {@code ModelProto}: metadata_props 14, with key 1 and value 2.
 */
final class OnnxMetadata {
    private static final int METADATA = 14;
    private static final int MOST_BYTES = 4 << 20; // of one entry
    private static final int VARINT = 0;
    private static final int EIGHT = 1;
    private static final int BYTES = 2;
    private static final int FOUR = 5;

    private OnnxMetadata() {}

    /** @throws ModelFileException when the file cannot be read or is no protocol buffer */
    static Map<String, String> of(Path file) {
        Map<String, String> found = new LinkedHashMap<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (int first = in.read(); first >= 0; first = in.read()) {
                long tag = varint(in, first);
                if (tag == (METADATA << 3 | BYTES)) {
                    entry(bytes(in), found);
                } else {
                    skip(in, tag);
                }
            }
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot read its metadata: " + e.getMessage(), e);
        }
        return found;
    }

    private static void entry(byte[] entry, Map<String, String> found) throws IOException {
        InputStream in = new ByteArrayInputStream(entry);
        String[] texts = {"", ""};
        for (int first = in.read(); first >= 0; first = in.read()) {
            long tag = varint(in, first);
            if (tag == (1 << 3 | BYTES) || tag == (2 << 3 | BYTES)) {
                texts[(int) (tag >> 3) - 1] = new String(bytes(in), StandardCharsets.UTF_8);
            } else {
                skip(in, tag);
            }
        }
        found.put(texts[0], texts[1]);
    }

    private static byte[] bytes(InputStream in) throws IOException {
        long length = varint(in, in.read());
        if (length < 0 || length > MOST_BYTES) {
            throw new IOException("expected an entry of at most " + MOST_BYTES + " bytes, found " + length);
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("the file ends within an entry");
        }
        return bytes;
    }

    private static void skip(InputStream in, long tag) throws IOException {
        switch ((int) (tag & 7)) {
            case VARINT -> varint(in, in.read());
            case EIGHT -> in.skipNBytes(8);
            case BYTES -> in.skipNBytes(Math.max(0, varint(in, in.read())));
            case FOUR -> in.skipNBytes(4);
            default -> throw new IOException("is no ONNX file: a field of the kind " + (tag & 7));
        }
    }

    private static long varint(InputStream in, int first) throws IOException {
        long value = 0;
        int next = first;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (next < 0) {
                throw new EOFException("the file ends within a number");
            }
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
            next = in.read();
        }
        throw new IOException("is no ONNX file: a number of more than 64 bits");
    }
}
