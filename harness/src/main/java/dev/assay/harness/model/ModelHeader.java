package dev.assay.harness.model;

import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model file, or a folder of them, says of its tensors; the tensors' own bytes are not read. One view over safetensors,
 * GGUF, PyTorch's pickles (never executed) and folders in the diffusers layout.
 *
 * @param path file or folder
 * @param container how the bytes are written; of a folder, its first file's
 * @param bytes of all files together
 * @param tensors by name, in the order of their bytes; in a diffusers folder {@code COMPONENT/NAME}
 * @param metadata untrusted text, may be empty
 * @param files what was read; {@link Tensor#file()} counts in this list
 */
public record ModelHeader(
        Path path,
        Container container,
        long bytes,
        Map<String, Tensor> tensors,
        Map<String, String> metadata,
        List<Path> files) {
    private static final int MAGIC = 8; // bytes that tell the container
    private static final String EXPECTED = "model file (.safetensors, .gguf, .ckpt, .pt, .pth, .bin)";

    /** How tensors are written to a file. */
    public enum Container {
        SAFETENSORS,
        GGUF,
        PICKLE
    }

    /**
     * One tensor.
     *
     * @param dtype element type as its container names it: {@code F16}, {@code F8_E4M3}, {@code Q8_0}
     * @param shape in the order of PyTorch, rows before columns; of the model, not of a packed form, where the file says both
     * @param file index in {@link ModelHeader#files()}
     * @param begin first byte in that file; -1 where the bytes do not lie there in one piece in C order
     * @param end first byte after; -1 as {@code begin}
     */
    public record Tensor(String name, String dtype, List<Long> shape, int file, long begin, long end) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        /** Number of elements; 1 for a scalar. Readers refuse shapes that overflow. */
        public long elements() {
            return TensorInfo.elements(shape);
        }
    }

    public ModelHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        files = List.copyOf(files);
    }

    /**
     * Reads the header of a file or of every file of a model folder, and closes them again.
     *
     * @throws ModelFileException on anything that is no model, is damaged or is not to be trusted
     */
    public static ModelHeader read(Path path) {
        try {
            return Files.isDirectory(path)
                    ? ModelFolder.read(path)
                    : path.toString().endsWith(ModelFolder.INDEX) ? ModelFolder.readIndex(path) : readFile(path);
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new ModelFileException(path, "its header cannot be read: " + Trouble.words(e), e);
        }
    }

    /** One regular file that is no index of others. */
    static ModelHeader readFile(Path path) {
        SafetensorsHeader.checkKind(path, EXPECTED);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(path, channel);
        } catch (AccessDeniedException e) {
            throw new ModelFileException(path, "may not be read by this user; check its permissions", e);
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e, e);
        }
    }

    /**
     * Reads the header of one file from an open channel.
     *
     * @param name of the file, for messages
     * @throws ModelFileException as {@link #read(Path)}
     */
    public static ModelHeader read(Path name, SeekableByteChannel channel) {
        try {
            long size = channel.size();
            byte[] magic = SafetensorsHeader.bytes(channel, 0, (int) Math.min(size, MAGIC));
            if (startsWith(magic, 'G', 'G', 'U', 'F')) {
                return Gguf.read(name, channel);
            }
            if (startsWith(magic, 'P', 'K', 3, 4)) {
                return TorchFile.readZip(name, channel);
            }
            if (isPickle(magic)) {
                return TorchFile.readLegacy(name, channel);
            }
            return of(SafetensorsHeader.read(name, channel));
        } catch (IOException e) {
            throw new ModelFileException(name, "cannot be read: " + e, e);
        }
    }

    /** Shapes by name as in a single file: in a diffusers folder {@code COMPONENT/NAME} becomes {@code COMPONENT.NAME}. */
    public Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name.replace('/', '.'), tensor.shape()));
        return shapes;
    }

    /** Whether a folder as a whole is one model (diffusers layout), rather than a shelf of models. */
    public static boolean isModelFolder(Path folder) {
        return ModelFolder.isModel(folder);
    }

    /** Whether an index may name a shard so: a file beside it, and not one that names others. */
    public static boolean isShardName(String name) {
        return ModelFolder.SHARD.matcher(name).matches() && !name.endsWith(".json");
    }

    private static ModelHeader of(SafetensorsHeader header) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        header.tensors()
                .forEach((name, t) ->
                        tensors.put(name, new Tensor(name, t.dtype().name(), t.shape(), 0, t.begin(), t.end())));
        return new ModelHeader(
                header.path(),
                Container.SAFETENSORS,
                header.bytes(),
                tensors,
                header.metadata(),
                List.of(header.path()));
    }

    /** The length of a safetensors header can begin like a pickle, but is below 2^32. */
    private static boolean isPickle(byte[] head) {
        return head.length == MAGIC
                && (head[0] & 0xff) == 0x80
                && head[1] >= 2
                && head[1] <= 5
                && (head[4] | head[5] | head[6] | head[7]) != 0;
    }

    private static boolean startsWith(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
