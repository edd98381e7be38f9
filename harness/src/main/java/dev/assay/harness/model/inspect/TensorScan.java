package dev.assay.harness.model.inspect;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Shortened;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What the numbers of a model say without a forward pass: values that are no numbers, and tensors of zeros alone. Every byte
 * of the floating point tensors is read, in pieces; nothing is kept.
 *
 * @param read how many tensors were read
 * @param broken tensors with NaN or infinite values, in the order of the file. Infinities of an attention mask are meant
 * @param zeroWeights tensors of two or more dimensions whose values are all zero
 * @param zeroVectors the same of other tensors, such as biases, of which many are zero by design
 * @param unread by type how many tensors hold quantised numbers, which are not looked at
 */
public record TensorScan(
        int read,
        List<Broken> broken,
        List<String> zeroWeights,
        List<String> zeroVectors,
        Map<String, Integer> unread) {
    private static final int CHUNK = 1 << 20; // bytes read at a time by each thread; a multiple of every width
    private static final int SHOWN = 5;
    /** Positions, counters and switches: no weights, so nothing is missed where they are not read. */
    private static final Set<String> NO_WEIGHTS = Set.of("I64", "I32", "U64", "BOOL");

    public TensorScan {
        broken = List.copyOf(broken);
        zeroWeights = List.copyOf(zeroWeights);
        zeroVectors = List.copyOf(zeroVectors);
        unread = Map.copyOf(unread);
    }

    /** How many values of a tensor are no numbers. */
    public record Broken(String tensor, long nan, long infinite) {
        String words() {
            return PlainText.line(tensor, 80) + " (" + (nan > 0 ? nan + " NaN" : "")
                    + (nan > 0 && infinite > 0 ? ", " : "")
                    + (infinite > 0 ? infinite + " infinite" : "") + ")";
        }
    }

    /** Whether {@link #of} can read the numbers of such a file. */
    public static boolean canRead(ModelHeader header) {
        return header.container() == Container.SAFETENSORS;
    }

    /**
     * @param header of one or several safetensors files
     * @throws ModelFileException where a file cannot be read or has become shorter
     */
    public static TensorScan of(ModelHeader header, ModelHashes.Progress progress) {
        if (!canRead(header)) {
            throw new ModelFileException(
                    header.path(), "expected safetensors, found " + header.container() + ": its numbers are not read");
        }
        List<FileChannel> channels = new ArrayList<>();
        try {
            for (Path file : header.files()) {
                channels.add(FileChannel.open(file, StandardOpenOption.READ));
            }
            AtomicLong done = new AtomicLong();
            List<Tally> tallies = header.tensors().values().parallelStream()
                    .map(t -> tally(header, t, channels.get(t.file()), n -> {
                        long now = done.addAndGet(n);
                        synchronized (channels) {
                            progress.read(header.path(), Math.min(now, header.bytes() - 1), header.bytes());
                        }
                    }))
                    .toList();
            progress.read(header.path(), header.bytes(), header.bytes());
            return of(tallies);
        } catch (IOException e) {
            throw new ModelFileException(header.path(), "cannot be read: " + e, e);
        } finally {
            close(header.path(), channels);
        }
    }

    private static void close(Path path, List<FileChannel> channels) {
        for (FileChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new ModelFileException(path, "cannot be closed: " + e, e);
            }
        }
    }

    private static TensorScan of(List<Tally> tallies) {
        int read = 0;
        List<Broken> broken = new ArrayList<>();
        List<String> weights = new ArrayList<>();
        List<String> vectors = new ArrayList<>();
        Map<String, Integer> unread = new TreeMap<>();
        for (Tally tally : tallies) {
            Tensor tensor = tally.tensor;
            if (!tally.read) {
                if (!NO_WEIGHTS.contains(tensor.dtype())) {
                    unread.merge(tensor.dtype(), 1, Integer::sum);
                }
                continue;
            }
            read++;
            boolean mask =
                    tensor.name().substring(tensor.name().lastIndexOf('.') + 1).contains("mask");
            long infinite = mask ? 0 : tally.infinite;
            if (tally.nan + infinite > 0) {
                broken.add(new Broken(tensor.name(), tally.nan, infinite));
            } else if (tally.zero && tensor.elements() > 0) {
                (tensor.shape().size() > 1 ? weights : vectors).add(tensor.name());
            }
        }
        return new TensorScan(read, broken, weights, vectors, unread);
    }

    /** Counts of one tensor. */
    private static final class Tally {
        final Tensor tensor;
        boolean read;
        boolean zero = true;
        long nan;
        long infinite;

        Tally(Tensor tensor) {
            this.tensor = tensor;
        }
    }

    private interface Read {
        void bytes(int count);
    }

    private static Tally tally(ModelHeader header, Tensor tensor, FileChannel channel, Read progress) {
        Tally tally = new Tally(tensor);
        Counter counter = counter(tensor.dtype());
        if (counter == null || tensor.begin() < 0) {
            return tally;
        }
        tally.read = true;
        long length = tensor.end() - tensor.begin();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, length)).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = 0; at < length; at += chunk.capacity()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), length - at));
            try {
                while (chunk.hasRemaining()) {
                    if (channel.read(chunk, tensor.begin() + at + chunk.position()) < 0) {
                        throw new ModelFileException(
                                header.path(),
                                "ends within tensor " + tensor.name() + ": changed since it was opened?");
                    }
                }
            } catch (IOException e) {
                throw new ModelFileException(header.path(), "cannot be read: " + e, e);
            }
            counter.count(chunk.flip(), tally);
            progress.bytes(chunk.limit());
        }
        return tally;
    }

    private interface Counter {
        void count(ByteBuffer values, Tally tally);
    }

    /** Null for types that have no NaN, or are no floating point numbers of whole bytes. */
    private static Counter counter(String dtype) {
        return switch (dtype) {
            case "F64" -> TensorScan::doubles;
            case "F32", "C64" -> TensorScan::floats;
            case "F16" -> (values, tally) -> shorts(values, tally, 0x7c00);
            case "BF16" -> (values, tally) -> shorts(values, tally, 0x7f80);
            case "F8_E5M2" -> (values, tally) -> bytes(values, tally, new int[] {0x7d, 0x7e, 0x7f}, 0x7c, 0x7f);
            case "F8_E4M3" -> (values, tally) -> bytes(values, tally, new int[] {0x7f}, -1, 0x7f);
            // No negative zero: its place is NaN's.
            case "F8_E4M3FNUZ", "F8_E5M2FNUZ" -> (values, tally) -> bytes(values, tally, new int[] {0x80}, -1, 0xff);
            default -> null;
        };
    }

    private static void doubles(ByteBuffer values, Tally tally) {
        long any = 0;
        for (int i = 0; i < values.limit(); i += Double.BYTES) {
            long magnitude = values.getLong(i) & Long.MAX_VALUE;
            any |= magnitude;
            if (magnitude >= 0x7ff0_0000_0000_0000L) {
                add(tally, magnitude == 0x7ff0_0000_0000_0000L);
            }
        }
        tally.zero &= any == 0;
    }

    private static void floats(ByteBuffer values, Tally tally) {
        int any = 0;
        for (int i = 0; i < values.limit(); i += Float.BYTES) {
            int magnitude = values.getInt(i) & Integer.MAX_VALUE;
            any |= magnitude;
            if (magnitude >= 0x7f80_0000) {
                add(tally, magnitude == 0x7f80_0000);
            }
        }
        tally.zero &= any == 0;
    }

    /** @param infinity magnitude of an infinite value; greater ones are NaN */
    private static void shorts(ByteBuffer values, Tally tally, int infinity) {
        int any = 0;
        for (int i = 0; i < values.limit(); i += Short.BYTES) {
            int magnitude = values.getShort(i) & 0x7fff;
            any |= magnitude;
            if (magnitude >= infinity) {
                add(tally, magnitude == infinity);
            }
        }
        tally.zero &= any == 0;
    }

    private static void add(Tally tally, boolean infinite) {
        if (infinite) {
            tally.infinite++;
        } else {
            tally.nan++;
        }
    }

    /** @param mask takes the sign off where it has no meaning of its own */
    private static void bytes(ByteBuffer values, Tally tally, int[] nan, int infinity, int mask) {
        int[] counts = new int[256];
        for (int i = 0; i < values.limit(); i++) {
            counts[values.get(i) & mask]++;
        }
        for (int value : nan) {
            tally.nan += counts[value];
        }
        tally.infinite += infinity < 0 ? 0 : counts[infinity];
        tally.zero &= counts[0] == values.limit();
    }

    /** Whether every tensor that was read is zero. */
    public boolean allZero() {
        return read > 0 && zeroWeights.size() + zeroVectors.size() == read;
    }

    /** What is wrong with them, the worst first. */
    public List<Finding> problems() {
        List<Finding> problems = new ArrayList<>();
        if (!broken.isEmpty()) {
            problems.add(Finding.error("NaN or infinite values in " + broken.size() + " of " + read
                    + " tensors; the training diverged, a conversion overflowed, or the file is damaged: "
                    + some(broken.stream().map(Broken::words).toList())));
        }
        if (allZero()) {
            problems.add(Finding.error("all of its " + read
                    + " tensors are zero; the download or the copy stopped before the numbers came"));
        } else if (!zeroWeights.isEmpty()) {
            problems.add(Finding.warning(zeroWeights.size() + " of " + read + " tensors are weights of zeros alone: "
                    + some(zeroWeights.stream().map(n -> PlainText.line(n, 80)).toList())));
        }
        if (!unread.isEmpty()) {
            problems.add(Finding.warning("quantised numbers are not looked at: "
                    + new TreeMap<>(unread)
                            .entrySet().stream()
                                    .map(e -> e.getValue() + " tensors of " + e.getKey())
                                    .collect(Collectors.joining(", "))));
        }
        return problems;
    }

    private static String some(List<String> items) {
        return Shortened.of(items, SHOWN);
    }
}
