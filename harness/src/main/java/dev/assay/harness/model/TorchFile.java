package dev.assay.harness.model;

import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.Pickle.Storage;
import dev.assay.harness.model.Pickle.View;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files of {@code torch.save}: a zip of a pickle and one entry per storage, or the older row of pickles before the storages. */
final class TorchFile {
    private static final int MAX_DEPTH = 8; // of dictionaries in dictionaries
    private static final int MAX_METADATA = 64;
    private static final int MAX_NAME = 512; // letters; a hostile prefix would be copied into every name
    private static final int MIN_TENSOR_BYTES = 16; // in a pickle; an honest one takes more than 40
    private static final long LEGACY_PROTOCOL = 1001;
    /** Dictionaries that only wrap the weights; their names are no part of a tensor's name. */
    private static final Set<String> WRAPPERS = Set.of("state_dict");

    private final Path file;
    private final long size;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    /** First byte and byte after the last of each storage by its key. */
    private final Map<String, long[]> storages = new HashMap<>();

    /** Dictionaries looked at: one that occurs a thousand times, or in itself, is looked at once. */
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Element type of each storage by its key. */
    private final Map<String, String> dtypes = new HashMap<>();

    private long maxTensors;
    private long lettersLeft; // of all names together: one name may stand before many others

    private TorchFile(Path file, long size) {
        this.file = file;
        this.size = size;
    }

    static ModelHeader readZip(Path file, SeekableByteChannel channel) throws IOException {
        List<ZipDirectory.Entry> entries = ZipDirectory.read(file, channel);
        ZipDirectory.Entry pickle = null;
        for (ZipDirectory.Entry entry : entries) {
            if (entry.name().equals("data.pkl") || entry.name().endsWith("/data.pkl")) {
                if (pickle != null) {
                    throw new ModelFileException(
                            file,
                            "has two pickles, " + PlainText.quoted(pickle.name()) + " and "
                                    + PlainText.quoted(entry.name())
                                    + "; PyTorch writes one data.pkl: do not trust this file");
                }
                pickle = entry;
            }
        }
        if (pickle == null) {
            throw new ModelFileException(
                    file,
                    "is a zip archive without a data.pkl, so not a PyTorch file; unpack it and name the model in it");
        }
        if (!pickle.stored()) {
            throw new ModelFileException(
                    file, "its data.pkl is compressed, which PyTorch never does; do not trust this file");
        }
        if (pickle.bytes() > Pickle.MAX_BYTES) {
            throw new ModelFileException(
                    file,
                    "its data.pkl has " + pickle.bytes() + " bytes; names and shapes take at most " + Pickle.MAX_BYTES
                            + ": do not trust this file");
        }
        TorchFile torch = new TorchFile(file, channel.size());
        String folder = pickle.name().substring(0, pickle.name().length() - "data.pkl".length()) + "data/";
        for (ZipDirectory.Entry entry : entries) {
            if (entry.stored() && entry.name().startsWith(folder)) {
                long begin = ZipDirectory.dataStart(file, channel, entry);
                torch.storages.put(entry.name().substring(folder.length()), new long[] {begin, begin + entry.bytes()});
            }
        }
        long begin = ZipDirectory.dataStart(file, channel, pickle);
        Object root = Pickle.read(
                file, new ChannelReader(file, channel, begin, begin + pickle.bytes()), begin + pickle.bytes());
        return torch.header(root, pickle.bytes());
    }

    static ModelHeader readLegacy(Path file, SeekableByteChannel channel) throws IOException {
        ChannelReader in = new ChannelReader(file, channel, 0, channel.size());
        Object magic = Pickle.read(file, in, Pickle.MAX_BYTES);
        Object protocol = magic instanceof Long ? Pickle.read(file, in, Pickle.MAX_BYTES) : Pickle.NONE;
        if (!protocol.equals(LEGACY_PROTOCOL)) {
            throw new ModelFileException(
                    file, "is a Python pickle, but not one of torch.save; only tensors can be inspected");
        }
        Pickle.read(file, in, Pickle.MAX_BYTES); // the writing machine's sizes of numbers
        Object root = Pickle.read(file, in, Pickle.MAX_BYTES);
        Object keys = Pickle.read(file, in, Pickle.MAX_BYTES);
        long bytes = in.position();
        TorchFile torch = new TorchFile(file, channel.size());
        torch.collectDtypes(root, 0);
        torch.seen.clear();
        if (!(keys instanceof List<?> order)) {
            throw new ModelFileException(file, "has no list of storages; the file is damaged");
        }
        for (Object key : order) {
            String dtype = key instanceof String ? torch.dtypes.get(key) : null;
            if (dtype == null) {
                break; // what no tensor uses has an unknown size: the rest stays without a place
            }
            long length = multiply(file, in.i64(), DType.valueOf(dtype).bits() / 8);
            long begin = in.position();
            in.skip(length, "storage " + PlainText.quoted((String) key));
            torch.storages.put((String) key, new long[] {begin, begin + length});
        }
        return torch.header(root, bytes);
    }

    private void collectDtypes(Object value, int depth) {
        if (value instanceof View view && view.storage().dtype() != null) {
            dtypes.put(view.storage().key(), view.storage().dtype());
        } else if (value instanceof Pickle.Dict map && depth < MAX_DEPTH && seen.add(map)) {
            map.items().values().forEach(v -> collectDtypes(v, depth + 1));
        } else if (value instanceof List<?> list && depth < MAX_DEPTH && seen.add(list)) {
            list.forEach(v -> collectDtypes(v, depth + 1));
        }
    }

    /** @param bytes of the pickles */
    private ModelHeader header(Object root, long bytes) {
        maxTensors = Math.min(SafetensorsJson.MAX_TENSORS, 16 + bytes / MIN_TENSOR_BYTES);
        lettersLeft = 65_536 + 2 * bytes;
        if (root instanceof View view) {
            add("tensor", view);
        } else if (root instanceof Pickle.Dict map) {
            walk("", map, 0);
        }
        if (tensors.isEmpty()) {
            throw new ModelFileException(
                    file, "has no tensors in its pickle; an optimizer's state, or a whole program that cannot be read");
        }
        List<Tensor> order = new ArrayList<>(tensors.values());
        order.sort((a, b) -> Long.compare(a.begin(), b.begin()));
        Map<String, Tensor> sorted = new LinkedHashMap<>();
        order.forEach(t -> sorted.put(t.name(), t));
        return new ModelHeader(file, Container.PICKLE, size, sorted, metadata, List.of(file));
    }

    private void walk(String prefix, Pickle.Dict map, int depth) {
        if (depth > MAX_DEPTH || !seen.add(map)) {
            return;
        }
        map.items().forEach((key, value) -> {
            String last = key == Pickle.NONE ? "None" : key.toString();
            if (prefix.length() + last.length() > MAX_NAME) {
                throw new ModelFileException(
                        file, "a name in its pickle has more than " + MAX_NAME + " letters; do not trust this file");
            }
            String name = prefix + last;
            if (value instanceof View view) {
                add(name, view);
            } else if (value instanceof Pickle.Dict inner) {
                walk(WRAPPERS.contains(name) ? "" : name + ".", inner, depth + 1);
            } else if (value instanceof List<?> list) {
                walk(name, list, depth + 1);
            } else if ((value instanceof String || value instanceof Number) && metadata.size() < MAX_METADATA) {
                metadata.put(name, value.toString());
            }
        });
    }

    /** Tensors in lists and tuples, as in hypernetworks, are named by their place. */
    private void walk(String name, List<?> list, int depth) {
        if (depth > MAX_DEPTH || !seen.add(list)) {
            return;
        }
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof View view) {
                add(name + "." + i, view);
            } else if (list.get(i) instanceof Pickle.Dict inner) {
                walk(name + "." + i + ".", inner, depth + 1);
            } else if (list.get(i) instanceof List<?> inner) {
                walk(name + "." + i, inner, depth + 1);
            }
        }
    }

    private void add(String name, View view) {
        if (!PlainText.allVisible(name)) {
            throw new ModelFileException(
                    file,
                    "tensor " + PlainText.quoted(name)
                            + ": the name has control or invisible characters; do not trust this file");
        }
        lettersLeft -= name.length();
        if (tensors.size() == maxTensors || lettersLeft < 0) {
            throw new ModelFileException(
                    file,
                    "names more tensors than its pickle has room for (at most " + maxTensors
                            + ", with the same few again and again); do not trust this file");
        }
        long width = DType.valueOf(view.dtype()).bits() / 8;
        long stride = 1; // of a dense tensor in C order
        boolean dense = true;
        for (int i = view.shape().size() - 1; i >= 0; i--) {
            long dimension = view.shape().get(i);
            dense &= dimension == 1
                    || (i < view.strides().size() && view.strides().get(i) == stride);
            stride = multiply(file, stride, Math.max(1, dimension));
        }
        long bytes = multiply(file, view.shape().contains(0L) ? 0 : stride, width);
        if (bytes > size && dense) {
            throw new ModelFileException(
                    file,
                    "tensor " + PlainText.quoted(name) + " has " + bytes + " bytes, more than the file: the"
                            + " download was cut short or the file is damaged; download the file again");
        }
        long[] range = place(view, bytes, width, dense);
        tensors.put(name, new Tensor(name, view.dtype(), view.shape(), 0, range[0], range[1]));
    }

    private long[] place(View view, long bytes, long width, boolean dense) {
        Storage storage = view.storage();
        long[] place = storages.get(storage.key());
        if (!dense || place == null || view.offset() < 0 || view.offset() > size) {
            return new long[] {-1, -1};
        }
        long begin = place[0] + view.offset() * width;
        return begin + bytes <= place[1] ? new long[] {begin, begin + bytes} : new long[] {-1, -1};
    }

    private static long multiply(Path file, long a, long b) {
        try {
            if (a < 0 || b < 0) {
                throw new ArithmeticException("negative");
            }
            return Math.multiplyExact(a, b);
        } catch (ArithmeticException e) {
            throw new ModelFileException(file, "the size of a tensor overflows; the file is damaged", e);
        }
    }
}
