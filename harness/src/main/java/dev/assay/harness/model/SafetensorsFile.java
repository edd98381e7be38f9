package dev.assay.harness.model;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A safetensors file, checked as a whole when opened and memory-mapped on demand. For a look at the header alone, without an
 * open file, use {@link SafetensorsHeader#read}. Safe for use from several threads.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** Tensors up to this size share windows that start at multiples of it; larger ones are mapped alone. */
    private static final long WINDOW = 1L << 30;

    private final SafetensorsHeader header;
    private final FileChannel channel;
    private final Map<Long, ByteBuffer> windows = new HashMap<>();

    private SafetensorsFile(SafetensorsHeader header, FileChannel channel) {
        this.header = header;
        this.channel = channel;
    }

    /**
     * Reads and checks the header; maps nothing yet.
     *
     * @throws ModelFileException when this is no safetensors file, or a damaged one
     */
    public static SafetensorsFile open(Path path) {
        return open(SafetensorsHeader.read(path));
    }

    /**
     * With a header that was read before.
     *
     * @throws ModelFileException when it is that of another kind of file, or the file has another length now
     */
    public static SafetensorsFile open(ModelHeader header) {
        if (header.files().size() != 1) {
            throw new ModelFileException(
                    header.path(),
                    "expected one .safetensors file, found a model of "
                            + header.files().size() + " files; name a single file that holds all of it");
        }
        if (header.container() != ModelHeader.Container.SAFETENSORS) {
            return open(header.path()); // says what it is instead, and what to do
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        header.tensors()
                .forEach((name, t) -> tensors.put(
                        name, new TensorInfo(name, DType.valueOf(t.dtype()), t.shape(), t.begin(), t.end())));
        return open(new SafetensorsHeader(header.files().get(0), header.bytes(), tensors, header.metadata()));
    }

    private static SafetensorsFile open(SafetensorsHeader header) {
        Path path = header.path();
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            boolean unchanged = false;
            try {
                unchanged = channel.size() == header.bytes();
            } finally {
                if (!unchanged) {
                    channel.close();
                }
            }
            if (unchanged) {
                return new SafetensorsFile(header, channel);
            }
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be opened: " + e, e);
        }
        throw new ModelFileException(path, "changed while it was looked into; run again when nobody writes to it");
    }

    public Path path() {
        return header.path();
    }

    /** Tensors by name, in the order of their bytes in the file. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** What the file says of itself ({@code __metadata__}); untrusted text, may be empty. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The bytes of one tensor: C order, little-endian, read-only, mapped; stays readable after {@link #close}.
     *
     * @throws ModelFileException when there is no such tensor, or when it is larger than 2 GiB - 1
     */
    public ByteBuffer bytes(String name) {
        TensorInfo tensor = tensors().get(name);
        if (tensor == null) {
            throw new ModelFileException(
                    path(),
                    "has no tensor " + PlainText.quoted(name)
                            + DidYouMean.hint(name, tensors().keySet()));
        }
        long length = tensor.end() - tensor.begin();
        if (length > Integer.MAX_VALUE) {
            throw new ModelFileException(
                    path(),
                    "tensor " + PlainText.quoted(name) + " has " + length
                            + " bytes; expected at most 2147483647: Assay reads no single tensor of 2 GiB or more");
        }
        if (length == 0) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer bytes;
        if (length > WINDOW) {
            bytes = map(tensor.begin(), length);
        } else {
            long start = tensor.begin() / WINDOW * WINDOW;
            bytes = window(start).slice((int) (tensor.begin() - start), (int) length);
        }
        return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Closes the file; buffers already handed out stay readable. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ModelFileException(path(), "cannot be closed: " + e, e);
        }
    }

    private synchronized ByteBuffer window(long start) {
        // Twice WINDOW less one byte holds every tensor of at most WINDOW bytes that begins in the first half.
        return windows.computeIfAbsent(start, s -> map(s, Math.min(header.bytes() - s, 2 * WINDOW - 1)));
    }

    private ByteBuffer map(long start, long length) {
        try {
            return channel.map(MapMode.READ_ONLY, start, length);
        } catch (IOException e) {
            throw new ModelFileException(
                    path(), "cannot be mapped into memory (changed or closed since it was opened?): " + e, e);
        }
    }
}
