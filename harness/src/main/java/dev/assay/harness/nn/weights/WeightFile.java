package dev.assay.harness.nn.weights;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights of a network in a file as people have it: safetensors, the index of its shards, or a PyTorch file, whose pickle is not
 * executed. Must stay open while its tensors are read.
 */
public final class WeightFile implements AutoCloseable {
    private final Path path;
    private final List<Path> files;
    private final StateDict weights;
    private final List<AutoCloseable> open = new ArrayList<>();

    private WeightFile(Path path) {
        this.path = path;
        ModelHeader header = ModelHeader.read(path);
        files = header.files();
        if (header.container() == Container.GGUF) {
            throw new ModelFileException(path, "expected safetensors or a PyTorch file, found GGUF");
        }
        weights = header.container() == Container.SAFETENSORS ? safetensors() : pickle(header);
    }

    /** @throws ModelFileException when this is no such file, a damaged one, or one that wants more than plain tensors */
    public static WeightFile open(Path path) {
        return new WeightFile(path);
    }

    private StateDict safetensors() {
        List<SafetensorsFile> shards = new ArrayList<>();
        for (Path file : files) {
            SafetensorsFile shard = SafetensorsFile.open(file);
            open.add(shard);
            shards.add(shard);
        }
        return StateDict.of(shards);
    }

    private StateDict pickle(ModelHeader header) {
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be opened: " + e, e);
        }
        open.add(channel);
        return StateDict.of(header, t -> bytes(channel, t));
    }

    private ByteBuffer bytes(FileChannel channel, ModelHeader.Tensor t) {
        if (t.begin() < 0) {
            throw new ModelFileException(
                    path,
                    "tensor " + t.name() + " does not lie in the file in one piece; save the weights as safetensors");
        }
        try {
            return t.begin() == t.end()
                    ? ByteBuffer.allocateDirect(0)
                    : channel.map(MapMode.READ_ONLY, t.begin(), t.end() - t.begin());
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be read: " + e, e);
        }
    }

    public Path path() {
        return path;
    }

    /** All files that the weights lie in: one, or the shards. */
    public List<Path> files() {
        return files;
    }

    public StateDict weights() {
        return weights;
    }

    @Override
    public void close() {
        for (AutoCloseable file : open) {
            try {
                file.close();
            } catch (Exception e) {
                throw new ModelFileException(path, "cannot be closed: " + e, e);
            }
        }
    }
}
