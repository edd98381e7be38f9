package dev.assay.harness.model.inspect;

import dev.assay.harness.model.Float16;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the few bytes of scalars, notes and small layers among a file's tensors. */
public final class SmallReads implements AutoCloseable {
    private final ModelHeader header;
    private final Map<Integer, FileChannel> channels = new HashMap<>();

    public SmallReads(ModelHeader header) {
        this.header = header;
    }

    /** The bytes of a tensor, little-endian; empty if there is none of at most so many bytes in one piece. */
    public Optional<ByteBuffer> bytes(String name, int most) {
        Tensor tensor = header.tensors().get(name);
        if (tensor == null || tensor.begin() < 0 || tensor.end() - tensor.begin() > most) {
            return Optional.empty();
        }
        ByteBuffer bytes =
                ByteBuffer.allocate((int) (tensor.end() - tensor.begin())).order(ByteOrder.LITTLE_ENDIAN);
        try {
            FileChannel channel = channels.get(tensor.file());
            if (channel == null) {
                channel = FileChannel.open(header.files().get(tensor.file()), StandardOpenOption.READ);
                channels.put(tensor.file(), channel);
            }
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, tensor.begin() + bytes.position()) < 0) {
                    return Optional.empty(); // cut off since its header was read
                }
            }
        } catch (IOException e) {
            throw new ModelFileException(header.path(), "cannot be read: " + e, e);
        }
        return Optional.of(bytes.flip());
    }

    /** The value of a tensor of one element of an ordinary type. */
    public OptionalDouble scalar(String name) {
        Tensor tensor = header.tensors().get(name);
        Optional<ByteBuffer> bytes = bytes(name, Double.BYTES);
        if (tensor == null || bytes.isEmpty() || tensor.elements() != 1) {
            return OptionalDouble.empty();
        }
        ByteBuffer b = bytes.get();
        return switch (tensor.dtype()) {
            case "F16" -> OptionalDouble.of(Float16.value(b.getShort()));
            case "BF16" -> OptionalDouble.of(Float.intBitsToFloat(b.getShort() << 16));
            case "F32" -> OptionalDouble.of(b.getFloat());
            case "F64" -> OptionalDouble.of(b.getDouble());
            case "I32" -> OptionalDouble.of(b.getInt());
            case "I64" -> OptionalDouble.of((double) b.getLong());
            default -> OptionalDouble.empty();
        };
    }

    @Override
    public void close() {
        try {
            for (FileChannel channel : channels.values()) {
                channel.close();
            }
        } catch (IOException e) {
            throw new ModelFileException(header.path(), "cannot be closed: " + e, e);
        }
    }
}
