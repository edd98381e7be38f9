package dev.assay.harness.model;

import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a GGUF file, versions 2 and 3, little-endian: github.com/ggml-org/ggml, docs/gguf.md. Stricter than ggml where a
 * diffusion model needs less. Lists are skipped, but for the true shapes that ComfyUI-GGUF writes for reshaped convolutions.
 */
final class Gguf {
    static final int MAX_TENSORS = 100_000;
    static final int MAX_KEYS = 10_000;
    private static final int MAX_KEY_BYTES = 65_535;
    private static final int MAX_NAME_BYTES = 127; // ggml stops at 63, ComfyUI-GGUF's converter writes more
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final long MAX_METADATA_BYTES = 32 << 20; // of all values; lists are skipped
    private static final int MAX_DIMENSIONS = 4;
    private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8; // of an entry with a name of one letter
    private static final int MIN_KEY_BYTES = 8 + 1 + 4 + 1;
    private static final String TRUE_SHAPE = "comfy.gguf.orig_shape.";
    private static final int TEXT = 8;
    private static final int LIST = 9;
    /** Bytes of a value of each type, by the type's number; 0 for text and lists. */
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private final Path file;
    private final long size;
    private final ChannelReader in;
    private long textLeft = MAX_METADATA_BYTES;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, List<Long>> trueShapes = new HashMap<>();

    private Gguf(Path file, SeekableByteChannel channel) throws IOException {
        this.file = file;
        this.size = channel.size();
        this.in = new ChannelReader(file, channel, 4, size);
    }

    /** The channel starts with the four letters GGUF. */
    static ModelHeader read(Path file, SeekableByteChannel channel) throws IOException {
        return new Gguf(file, channel).read();
    }

    private record Entry(String name, GgmlType type, List<Long> shape, long offset, long bytes) {}

    private ModelHeader read() throws IOException {
        int version = in.i32();
        if (version == Integer.reverseBytes(2) || version == Integer.reverseBytes(3)) {
            throw wrong("is a GGUF file in big-endian order; use a little-endian one, as all PCs write");
        }
        if (version != 2 && version != 3) {
            throw wrong("is a GGUF file of version " + Integer.toUnsignedString(version)
                    + "; expected 2 or 3: convert it with a current tool");
        }
        long tensorCount = count(MAX_TENSORS, MIN_TENSOR_BYTES, "tensors");
        long keyCount = count(MAX_KEYS, MIN_KEY_BYTES, "metadata keys");
        int alignment = 32;
        for (long i = 0; i < keyCount; i++) {
            String key = in.text(in.i64(), MAX_KEY_BYTES, "a metadata key");
            checkVisible(key, "metadata key ");
            String value = value(key, in.i32());
            if (metadata.put(key, value) != null) {
                throw wrong("metadata key " + PlainText.quoted(key) + " appears twice; do not trust this file");
            }
            if (key.equals("general.alignment")) {
                alignment = alignment(value);
            }
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < tensorCount; i++) {
            Entry entry = entry(alignment);
            if (entries.put(entry.name(), entry) != null) {
                throw wrong("tensor " + PlainText.quoted(entry.name()) + " appears twice; do not trust this file");
            }
        }
        metadata.values().removeIf(String::isEmpty);
        long start = (in.position() + alignment - 1) / alignment * alignment;
        return new ModelHeader(file, Container.GGUF, size, placed(entries, start), metadata, List.of(file));
    }

    private long count(int most, int minBytes, String what) throws IOException {
        long count = in.i64();
        if (count < 0 || count > most) {
            throw wrong("says that it has " + Long.toUnsignedString(count) + " " + what + "; expected at most " + most
                    + ": the file is damaged or not to be trusted");
        }
        if (count > in.remaining() / minBytes) {
            throw wrong("says that it has " + count + " " + what + ", but only " + in.remaining()
                    + " bytes follow: the download was cut short or the file is damaged; download the file again");
        }
        return count;
    }

    /** A value as text; empty for lists. */
    private String value(String key, int type) throws IOException {
        return switch (type) {
            case 0 -> "" + in.u8();
            case 1 -> "" + (byte) in.u8();
            case 2 -> "" + in.u16();
            case 3 -> "" + (short) in.u16();
            case 4 -> Integer.toUnsignedString(in.i32());
            case 5 -> "" + in.i32();
            case 6 -> "" + Float.intBitsToFloat(in.i32());
            case 7 -> "" + (in.u8() != 0);
            case TEXT -> text();
            case LIST -> {
                list(key);
                yield "";
            }
            case 10 -> Long.toUnsignedString(in.i64());
            case 11 -> "" + in.i64();
            case 12 -> "" + Double.longBitsToDouble(in.i64());
            default ->
                throw wrong("metadata " + PlainText.quoted(key) + " has the unknown type "
                        + Integer.toUnsignedString(type) + "; the file is damaged");
        };
    }

    private String text() throws IOException {
        long bytes = in.i64();
        textLeft -= bytes < 0 ? 0 : bytes;
        if (textLeft < 0) {
            throw wrong("has more than " + MAX_METADATA_BYTES + " bytes of metadata; do not trust this file");
        }
        return in.text(bytes, MAX_TEXT_BYTES, "a metadata text");
    }

    private void list(String key) throws IOException {
        int type = in.i32();
        long count = in.i64();
        if (type < 0 || type >= VALUE_BYTES.length || type == LIST) {
            throw wrong("the list in metadata " + PlainText.quoted(key) + " has items of the unknown type "
                    + Integer.toUnsignedString(type) + "; the file is damaged");
        }
        int least = type == TEXT ? 8 : VALUE_BYTES[type];
        if (count < 0 || count > in.remaining() / least) {
            throw wrong("the list in metadata " + PlainText.quoted(key) + " has " + Long.toUnsignedString(count)
                    + " items, but only " + in.remaining()
                    + " bytes follow: the download was cut short or the file is damaged; download the file again");
        }
        if (key.startsWith(TRUE_SHAPE) && type == 5 && count <= SafetensorsJson.MAX_DIMENSIONS) {
            List<Long> shape = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                shape.add((long) in.i32());
            }
            trueShapes.put(key.substring(TRUE_SHAPE.length()), shape);
        } else if (type == TEXT) {
            for (long i = 0; i < count; i++) {
                in.skip(in.i64(), "a list in the metadata");
            }
        } else {
            in.skip(count * VALUE_BYTES[type], "a list in the metadata");
        }
    }

    private int alignment(String value) {
        if (!value.matches("[0-9]{1,9}") || Integer.bitCount(Integer.parseInt(value)) != 1) {
            throw wrong("general.alignment is " + PlainText.quoted(value) + "; expected a power of 2");
        }
        return Integer.parseInt(value);
    }

    private Entry entry(int alignment) throws IOException {
        String name = in.text(in.i64(), MAX_NAME_BYTES, "a tensor's name");
        checkVisible(name, "tensor ");
        int rank = in.i32();
        if (rank < 0 || rank > MAX_DIMENSIONS) {
            throw wrong(named(name) + " has " + Integer.toUnsignedString(rank) + " dimensions; expected at most "
                    + MAX_DIMENSIONS);
        }
        List<Long> shape = new ArrayList<>(rank);
        long extent = 1; // of the dimensions that are not 0: in no order may their product overflow
        for (int i = 0; i < rank; i++) {
            long dimension = in.i64();
            if (dimension < 0 || (dimension > 0 && extent > Long.MAX_VALUE / dimension)) {
                throw wrong(named(name) + ": its shape overflows; the file is damaged");
            }
            extent *= Math.max(1, dimension);
            shape.add(dimension);
        }
        long elements = TensorInfo.elements(shape);
        int number = in.i32();
        GgmlType type = GgmlType.of(number)
                .orElseThrow(() -> wrong(named(name) + " has the unknown element type "
                        + Integer.toUnsignedString(number) + "; a newer or a foreign kind of GGUF"));
        long row = rank == 0 ? 1 : shape.get(0);
        if (row % type.blockElements() != 0) {
            throw wrong(named(name) + " has rows of " + row + " elements; expected a multiple of "
                    + type.blockElements() + " for " + type);
        }
        long blocks = elements / type.blockElements();
        if (type.blockBytes() > 0 && blocks > size / type.blockBytes()) {
            throw wrong(named(name) + " (" + type + ", " + elements
                    + " elements) is larger than the file: the download was" + " cut short; download the file again");
        }
        long offset = in.i64();
        if (offset < 0 || offset % alignment != 0 || offset > size) {
            throw wrong(named(name) + " begins at " + Long.toUnsignedString(offset) + "; expected a multiple of "
                    + alignment + " within the file: the download was cut short or the file is damaged");
        }
        Collections.reverse(shape);
        return new Entry(name, type, shape, offset, blocks * type.blockBytes());
    }

    private Map<String, Tensor> placed(Map<String, Entry> entries, long start) {
        List<Entry> order = new ArrayList<>(entries.values());
        order.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        long end = start;
        Entry before = null;
        for (Entry entry : order) {
            long begin = start + entry.offset();
            if (begin < end) {
                throw wrong(named(entry.name()) + " overlaps by " + (end - begin) + " bytes with "
                        + (before == null ? "the header" : named(before.name()))
                        + "; the file is damaged or was written by a faulty tool");
            }
            end = begin + entry.bytes();
            if (end > size) {
                throw wrong(named(entry.name()) + " ends at byte " + end + ", but the file has " + size + ": "
                        + (end - size) + " bytes are missing, the download was cut short; download the file again");
            }
            before = entry;
            boolean known = entry.type().blockBytes() > 0;
            tensors.put(
                    entry.name(),
                    new Tensor(
                            entry.name(), entry.type().name(), shape(entry), 0, known ? begin : -1, known ? end : -1));
        }
        return tensors;
    }

    private static String named(String tensor) {
        return "tensor " + PlainText.quoted(tensor);
    }

    /** The shape of the model's own tensor, where the file tells it and it has as many elements. */
    private List<Long> shape(Entry entry) {
        List<Long> stated = trueShapes.get(entry.name());
        if (stated == null) {
            return entry.shape();
        }
        long elements = 1;
        for (long dimension : stated) {
            if (dimension <= 0 || elements > size * 512 / dimension) {
                return entry.shape();
            }
            elements *= dimension;
        }
        long stored = entry.shape().stream().reduce(1L, (a, b) -> a * b);
        return elements == stored ? stated : entry.shape();
    }

    private void checkVisible(String name, String what) {
        if (!PlainText.allVisible(name)) {
            throw wrong(what + PlainText.quoted(name)
                    + ": the name has control or invisible characters; do not trust this file");
        }
    }

    private ModelFileException wrong(String problem) {
        return new ModelFileException(file, problem);
    }
}
