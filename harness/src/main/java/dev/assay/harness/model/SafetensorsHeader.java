package dev.assay.harness.model;

import com.fasterxml.jackson.core.JacksonException;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, completely checked against the file's length; no tensor is read. The layout is the one of
 * github.com/huggingface/safetensors: a little-endian unsigned 64-bit length, so many bytes of JSON, then the tensors without
 * gaps to the end of the file.
 *
 * @param bytes length of the file
 * @param tensors by name, in the order of their bytes in the file
 * @param metadata untrusted text, may be empty
 */
public record SafetensorsHeader(Path path, long bytes, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    /** Longest header that is read, in bytes; the reference implementation's limit. */
    static final long MAX_BYTES = 100_000_000;

    private static final int PREFIX = 8; // bytes of the header's length
    private static final int HEAD = 1024; // bytes that tell what else a file may be
    private static final String AGAIN = "; download the file again";

    public SafetensorsHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads and checks the header and closes the file again.
     *
     * @throws ModelFileException when this is no safetensors file, or a damaged one
     */
    public static SafetensorsHeader read(Path path) {
        checkKind(path, ".safetensors file");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(path, channel);
        } catch (AccessDeniedException e) {
            throw new ModelFileException(path, "may not be read by this user; check its permissions", e);
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e, e);
        }
    }

    /**
     * The same from an open channel; the path is only a name for messages.
     *
     * @throws ModelFileException when this is no safetensors file, or a damaged one
     */
    static SafetensorsHeader read(Path path, SeekableByteChannel channel) {
        try {
            return parse(path, channel);
        } catch (CharacterCodingException e) {
            throw new ModelFileException(path, "the header is not UTF-8; the file is damaged" + AGAIN, e);
        } catch (JacksonException e) {
            throw new ModelFileException(
                    path,
                    "the header is malformed JSON: " + Trouble.ofParser(e.getOriginalMessage())
                            + "; the file is damaged" + AGAIN,
                    e);
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e, e);
        }
    }

    /** Refuses what must not be opened: opening a FIFO would wait for ever. */
    static void checkKind(Path path, String expected) {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new ModelFileException(path, missing(path), e);
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e, e);
        }
        if (attributes.isDirectory()) {
            throw new ModelFileException(path, "expected a " + expected + ", found a folder; name a file in it");
        }
        if (!attributes.isRegularFile()) {
            throw new ModelFileException(
                    path, "expected a " + expected + ", found a FIFO, socket or device; name a regular file");
        }
    }

    static String missing(Path path) {
        if (!Files.isSymbolicLink(path)) {
            return "no such file; check the path";
        }
        try {
            return "is a symbolic link to " + Files.readSymbolicLink(path)
                    + ", which does not exist; download that file or correct the link";
        } catch (IOException e) {
            return "is a symbolic link that leads nowhere; correct the link";
        }
    }

    private static SafetensorsHeader parse(Path path, SeekableByteChannel channel) throws IOException {
        long size = channel.size();
        if (size == 0) {
            throw new ModelFileException(path, "is empty" + AGAIN);
        }
        byte[] head = bytes(channel, 0, (int) Math.min(size, HEAD));
        long length = size < PREFIX
                ? 0
                : ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(); // unsigned
        boolean fits = length > 0 && length <= MAX_BYTES && length <= size - PREFIX;
        if (!fits || head[PREFIX] != '{') {
            throw new ModelFileException(path, notSafetensors(head, length, fits, size));
        }
        byte[] json = bytes(channel, PREFIX, (int) length);
        SafetensorsJson parsed = SafetensorsJson.parse(path, json, PREFIX + length);
        Map<String, TensorInfo> tensors = inFileOrder(path, parsed.tensors(), PREFIX + length, size);
        return new SafetensorsHeader(path, size, tensors, parsed.metadata());
    }

    static byte[] bytes(SeekableByteChannel channel, long position, int count) throws IOException {
        byte[] bytes = new byte[count];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        channel.position(position);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the file ended while it was read");
            }
        }
        return bytes;
    }

    private static String notSafetensors(byte[] head, long length, boolean fits, long size) {
        String other = ForeignFile.recognise(head, size);
        if (other != null) {
            return other;
        }
        if (size <= PREFIX) {
            return "is too small for a safetensors file: expected more than 8 bytes, found " + size + AGAIN;
        }
        if (fits) {
            return "is not a safetensors file: expected its header to start with '{', found byte 0x"
                    + Integer.toHexString(head[PREFIX] & 0xff) + "; is it another format under a wrong name?";
        }
        String says = "says that its header has " + Long.toUnsignedString(length) + " bytes; ";
        if (length == 0) {
            return says + "expected at least 2: it is damaged, or no safetensors file";
        }
        if (length < 0 || length > MAX_BYTES) {
            return says + "expected at most " + MAX_BYTES + ": it is damaged, or no safetensors file";
        }
        return says + "only " + (size - PREFIX) + " follow, " + (length - (size - PREFIX))
                + " bytes are missing: the download was cut short" + AGAIN;
    }

    /** Tensors in the order of their bytes, which must fill the file from {@code dataStart} to the last byte. */
    private static Map<String, TensorInfo> inFileOrder(
            Path path, Map<String, TensorInfo> tensors, long dataStart, long size) {
        List<TensorInfo> order = new ArrayList<>(tensors.values());
        order.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        Map<String, TensorInfo> result = new LinkedHashMap<>();
        long end = dataStart;
        TensorInfo before = null; // put into words only when wrong: a header may have 200,000 tensors
        for (TensorInfo tensor : order) {
            if (tensor.begin() != end) {
                long gap = Math.abs(tensor.begin() - end);
                throw new ModelFileException(
                        path,
                        "tensor " + PlainText.quoted(tensor.name())
                                + (tensor.begin() > end
                                        ? " leaves a hole of " + gap + " bytes after "
                                        : " overlaps by " + gap + " bytes with ")
                                + (before == null ? "the header" : "tensor " + PlainText.quoted(before.name()))
                                + "; the file is damaged or was written by a faulty tool");
            }
            end = tensor.end();
            before = tensor;
            result.put(tensor.name(), tensor);
        }
        if (end > size) {
            throw new ModelFileException(
                    path,
                    "expected " + end + " bytes, found " + size + ": " + (end - size)
                            + " bytes are missing, the download was cut short" + AGAIN);
        }
        if (end < size) {
            throw new ModelFileException(
                    path,
                    "expected " + end + " bytes, found " + size + ": " + (size - end)
                            + " bytes too many after the last tensor; the file is damaged" + AGAIN);
        }
        return result;
    }
}
