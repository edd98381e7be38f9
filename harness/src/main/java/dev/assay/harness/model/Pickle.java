package dev.assay.harness.model;

import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the tensors that a Python pickle describes, and runs nothing. A pickle is a program for a stack machine that may call any
 * Python function; this machine knows data, and the few names by which PyTorch rebuilds tensors. It refuses every other name and
 * instruction, by name. The instructions are those of Python's pickletools, protocols 2 to 5.
 */
final class Pickle {
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final int MAX_NUMBER_BYTES = 64;
    private static final int MAX_NAME_BYTES = 1024;
    private static final int MIN_PAIR_BYTES = 8; // of a name and a tensor in a list that a dictionary is made from
    /** Of one pickle, the tensors' own bytes aside: an instruction of one byte may cost 64 bytes of memory. */
    static final long MAX_BYTES = 16 << 20;

    private static final Object MARK = new Object();

    /** Stands for Python's None. */
    static final Object NONE = new Object();

    /** A known name in a pickle, such as {@code torch.FloatStorage}. */
    record Global(String name) {}

    /** Where a tensor's elements lie: so many of a type under a key; the dtype is null where the storage has none. */
    record Storage(String dtype, String key, long elements) {}

    /** A tensor as a view of a storage; offset and strides count elements. */
    record View(Storage storage, String dtype, long offset, List<Long> shape, List<Long> strides) {}

    private static final Map<String, String> STORAGES = Map.ofEntries(
            Map.entry("FloatStorage", "F32"),
            Map.entry("HalfStorage", "F16"),
            Map.entry("BFloat16Storage", "BF16"),
            Map.entry("DoubleStorage", "F64"),
            Map.entry("LongStorage", "I64"),
            Map.entry("IntStorage", "I32"),
            Map.entry("ShortStorage", "I16"),
            Map.entry("CharStorage", "I8"),
            Map.entry("ByteStorage", "U8"),
            Map.entry("BoolStorage", "BOOL"),
            Map.entry("ComplexFloatStorage", "C64"));

    private static final Map<String, String> DTYPES = Map.ofEntries(
            Map.entry("torch.float32", "F32"),
            Map.entry("torch.float16", "F16"),
            Map.entry("torch.bfloat16", "BF16"),
            Map.entry("torch.float64", "F64"),
            Map.entry("torch.int64", "I64"),
            Map.entry("torch.int32", "I32"),
            Map.entry("torch.int16", "I16"),
            Map.entry("torch.int8", "I8"),
            Map.entry("torch.uint8", "U8"),
            Map.entry("torch.uint16", "U16"),
            Map.entry("torch.uint32", "U32"),
            Map.entry("torch.uint64", "U64"),
            Map.entry("torch.bool", "BOOL"),
            Map.entry("torch.complex64", "C64"),
            Map.entry("torch.float8_e4m3fn", "F8_E4M3"),
            Map.entry("torch.float8_e5m2", "F8_E5M2"),
            Map.entry("torch.float8_e4m3fnuz", "F8_E4M3FNUZ"),
            Map.entry("torch.float8_e5m2fnuz", "F8_E5M2FNUZ"),
            Map.entry("torch.float8_e8m0fnu", "F8_E8M0"));

    private static final String REBUILD = "torch._utils._rebuild_tensor_v2";
    private static final String REBUILD_OLD = "torch._utils._rebuild_tensor";
    private static final String REBUILD_TYPED = "torch._utils._rebuild_tensor_v3";
    private static final String PARAMETER = "torch._utils._rebuild_parameter";
    private static final String ORDERED = "collections.OrderedDict";
    private static final Set<String> CALLS = Set.of(REBUILD, REBUILD_OLD, REBUILD_TYPED, PARAMETER, ORDERED);
    private static final Set<String> OTHER =
            Set.of("torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.Size", "torch.device");

    private final Path file;
    private final ChannelReader in;
    private final long start; // positions in the file
    private final long end;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Memo memo = new Memo();
    private int copied;

    /** A dictionary; most of a hostile file's are empty, and then cost little. Found by identity, for it may contain itself. */
    static final class Dict {
        private Map<Object, Object> items = Map.of();

        /** In the order of the file. */
        Map<Object, Object> items() {
            return items;
        }

        private void put(Object key, Object value) {
            if (items.isEmpty()) {
                items = new LinkedHashMap<>(2);
            }
            items.put(key, value);
        }
    }

    /** Values by the number that the pickle gives them, nearly always counted from 0. */
    private static final class Memo {
        private final List<Object> dense = new ArrayList<>();
        private final Map<Integer, Object> sparse = new HashMap<>();

        int size() {
            return dense.size() + sparse.size();
        }

        void put(int index, Object value) {
            if (index >= 0 && index < dense.size()) {
                dense.set(index, value);
            } else if (index == dense.size()) {
                sparse.remove(index);
                dense.add(value);
            } else {
                sparse.put(index, value);
            }
        }

        Object get(int index) {
            return index >= 0 && index < dense.size() ? dense.get(index) : sparse.get(index);
        }
    }

    private Pickle(Path file, ChannelReader in, long end) {
        this.file = file;
        this.in = in;
        this.start = in.position();
        this.end = end;
    }

    /**
     * The value of one pickle: {@link Dict}, List, String, Long, Double, Boolean, byte[], {@link #NONE}, {@link View}, {@link Global} or
     * {@link Storage}. May contain itself.
     *
     * @param end position in the file that a pickle does not reach beyond
     * @throws ModelFileException on a name or instruction that plain tensors do not need, and on a damaged pickle
     */
    static Object read(Path file, ChannelReader in, long end) throws IOException {
        try {
            return new Pickle(file, in, end).run();
        } catch (ClassCastException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new ModelFileException(file, "the pickle is malformed; the file is damaged or not to be trusted", e);
        }
    }

    private Object run() throws IOException {
        while (true) {
            if (in.position() > end) {
                throw new ModelFileException(
                        file,
                        "its pickle has more than " + MAX_BYTES
                                + " bytes besides the tensors, far more than names and shapes take; do not trust this"
                                + " file");
            }
            int opcode = in.u8();
            switch (opcode) {
                case '.' -> {
                    return pop();
                }
                case 0x80 -> in.u8(); // PROTO
                case 0x95 -> in.i64(); // FRAME: its length is of no use here
                case '(' -> {
                    marks.push(stack.size());
                    stack.add(MARK);
                }
                case '0' -> pop();
                case '1' -> popMark();
                case '2' -> stack.add(top());
                case 'N' -> stack.add(NONE);
                case 0x88 -> stack.add(true);
                case 0x89 -> stack.add(false);
                case 'J' -> stack.add((long) in.i32());
                case 'K' -> stack.add((long) in.u8());
                case 'M' -> stack.add((long) in.u16());
                case 0x8a -> stack.add(number(in.u8()));
                case 0x8b -> stack.add(number(in.i32()));
                case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
                case 'X' -> stack.add(text(Integer.toUnsignedLong(in.i32())));
                case 0x8c -> stack.add(text(in.u8()));
                case 0x8d -> stack.add(text(in.i64()));
                case 'U' -> stack.add(latin(in.u8()));
                case 'T' -> stack.add(latin(Integer.toUnsignedLong(in.i32())));
                case 'C' -> stack.add(in.bytes(in.u8(), MAX_TEXT_BYTES, "a byte string"));
                case 'B' -> stack.add(in.bytes(Integer.toUnsignedLong(in.i32()), MAX_TEXT_BYTES, "a byte string"));
                case 0x8e -> stack.add(in.bytes(in.i64(), MAX_TEXT_BYTES, "a byte string"));
                case ')' -> stack.add(List.of());
                case 't' -> stack.add(popMark());
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case ']', 0x8f -> stack.add(new ArrayList<>());
                case '}' -> stack.add(new Dict());
                case 'l' -> stack.add(popMark());
                case 'd' -> {
                    List<Object> items = popMark();
                    put(new Dict(), items, true);
                }
                case 'a' -> {
                    Object item = pop();
                    list(top()).add(item);
                }
                case 'e', 0x90 -> {
                    List<Object> items = popMark();
                    list(top()).addAll(items);
                }
                case 's' -> {
                    Object value = pop();
                    Object key = pop();
                    put((Dict) top(), key, value);
                }
                case 'u' -> {
                    List<Object> items = popMark();
                    put((Dict) top(), items, false);
                }
                case 'q' -> memo.put(in.u8(), top());
                case 'r' -> memo.put(in.i32(), top());
                case 0x94 -> memo.put(memo.size(), top());
                case 'h' -> stack.add(remembered(in.u8()));
                case 'j' -> stack.add(remembered(in.i32()));
                case 'c' -> stack.add(global(line() + "." + line()));
                case 0x93 -> {
                    String name = (String) pop();
                    stack.add(global((String) pop() + "." + name));
                }
                case 'Q' -> stack.add(storage(pop()));
                case 'R' -> {
                    List<?> arguments = (List<?>) pop();
                    stack.add(call((Global) pop(), arguments));
                }
                case 'b' -> pop(); // BUILD of an OrderedDict: attributes such as _metadata, which hold no tensors
                default -> throw refuse("the instruction " + instruction(opcode));
            }
            if (opcode == 'b' && !(top() instanceof Dict)) {
                throw refuse("the instruction BUILD on something that is no dictionary");
            }
        }
    }

    private Global global(String name) {
        String storage = name.startsWith("torch.") ? name.substring("torch.".length()) : "";
        if (CALLS.contains(name) || OTHER.contains(name) || DTYPES.containsKey(name) || STORAGES.containsKey(storage)) {
            return new Global(name);
        }
        throw refuse(PlainText.quoted(name));
    }

    private Object call(Global function, List<?> arguments) {
        return switch (function.name()) {
            case REBUILD, REBUILD_OLD -> view(arguments, null);
            case REBUILD_TYPED -> view(arguments, dtype(arguments.get(6)));
            case PARAMETER -> (View) arguments.get(0);
            case ORDERED -> ordered(arguments);
            case "torch.Size" -> arguments.get(0);
            default -> throw refuse("a call of " + PlainText.quoted(function.name()));
        };
    }

    /** Empty, or from a list of pairs as Python 2 wrote it. */
    private Dict ordered(List<?> arguments) {
        Dict map = new Dict();
        if (arguments.isEmpty()) {
            return map;
        }
        List<Object> pairs = list(arguments.get(0));
        copied += pairs.size();
        // A few bytes of a pickle could ask for many copies of a list; every pair of an honest one was written out.
        if (arguments.size() > 1 || copied > (in.position() - start) / MIN_PAIR_BYTES) {
            throw refuse("an OrderedDict made from something else than a list of pairs, or from the same pairs again");
        }
        for (Object pair : pairs) {
            if (list(pair).size() != 2) {
                throw refuse("an OrderedDict made from something else than pairs");
            }
            put(map, list(pair), false);
        }
        return map;
    }

    private View view(List<?> arguments, String dtype) {
        Storage storage = (Storage) arguments.get(0);
        String type = dtype == null ? storage.dtype() : dtype;
        if (type == null) {
            throw new ModelFileException(file, "a tensor has no element type; the file is damaged");
        }
        return new View(storage, type, (Long) arguments.get(1), numbers(arguments.get(2)), numbers(arguments.get(3)));
    }

    private String dtype(Object global) {
        return DTYPES.get(((Global) global).name());
    }

    private List<Long> numbers(Object tuple) {
        List<Object> items = list(tuple);
        if (items.size() > SafetensorsJson.MAX_DIMENSIONS) {
            throw new ModelFileException(file, "a tensor has " + items.size() + " dimensions; expected at most 8");
        }
        List<Long> numbers = new ArrayList<>(items.size());
        for (Object item : items) {
            long number = (Long) item;
            if (number < 0) {
                throw new ModelFileException(file, "a tensor has a negative size or stride; the file is damaged");
            }
            numbers.add(number);
        }
        return numbers;
    }

    /** The persistent id {@code ('storage', torch.XStorage, key, location, elements)}. */
    private Storage storage(Object id) {
        List<Object> parts = list(id);
        if (parts.size() < 5 || !"storage".equals(parts.get(0)) || !(parts.get(1) instanceof Global type)) {
            throw refuse("a persistent id that names no storage");
        }
        String word = type.name().substring(type.name().lastIndexOf('.') + 1);
        return new Storage(STORAGES.get(word), (String) parts.get(2), (Long) parts.get(4));
    }

    private void tuple(int count) {
        Object[] items = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            items[i] = pop();
        }
        stack.add(Arrays.asList(items));
    }

    private void put(Dict map, List<Object> items, boolean push) {
        if (items.size() % 2 != 0) {
            throw new ModelFileException(file, "the pickle has a dictionary key without a value; it is damaged");
        }
        for (int i = 0; i < items.size(); i += 2) {
            put(map, items.get(i), items.get(i + 1));
        }
        if (push) {
            stack.add(map);
        }
    }

    private void put(Dict map, Object key, Object value) {
        // Containers as keys would let their hash run in circles; state dicts have text, optimizers numbers.
        if (!(key instanceof String || key instanceof Long || key == NONE)) {
            throw refuse("a dictionary key that is neither text nor a number");
        }
        map.put(key, value);
    }

    @SuppressWarnings("unchecked") // lists on the stack are made here only
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    private Object top() {
        Object top = stack.get(stack.size() - 1);
        if (top == MARK) {
            throw new IndexOutOfBoundsException("a mark is no value");
        }
        return top;
    }

    private Object pop() {
        Object top = top();
        stack.remove(stack.size() - 1);
        return top;
    }

    private List<Object> popMark() {
        if (marks.isEmpty()) {
            throw new IndexOutOfBoundsException("no mark");
        }
        int first = marks.pop() + 1;
        List<Object> items = new ArrayList<>(stack.size() - first);
        for (int i = first; i < stack.size(); i++) {
            items.add(stack.get(i));
        }
        while (stack.size() >= first) { // the mark too
            stack.remove(stack.size() - 1);
        }
        return items;
    }

    private Object remembered(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw new ModelFileException(file, "the pickle recalls value " + index + ", which it never stored");
        }
        return value;
    }

    private Long number(int bytes) throws IOException {
        byte[] little = in.bytes(bytes, MAX_NUMBER_BYTES, "a number");
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[big.length - 1 - i];
        }
        // Larger ones occur only as the magic number of old files.
        return big.length == 0 ? 0L : new BigInteger(big).longValue();
    }

    private String text(long bytes) throws IOException {
        return in.text(bytes, MAX_TEXT_BYTES, "a text");
    }

    private String latin(long bytes) throws IOException {
        return new String(in.bytes(bytes, MAX_TEXT_BYTES, "a text"), StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.u8(); c != '\n'; c = in.u8()) {
            if (line.length() == MAX_NAME_BYTES) {
                throw new ModelFileException(file, "the pickle has a name of more than 1024 letters; it is damaged");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private ModelFileException refuse(String what) {
        return new ModelFileException(
                file,
                "refused, nothing was run: the pickle wants " + what
                        + ", which plain tensors do not need; loading it in Python could run any code: use a"
                        + " .safetensors version");
    }

    private static String instruction(int opcode) {
        String name = switch (opcode) {
            case 'i' -> "INST";
            case 'o' -> "OBJ";
            case 0x81 -> "NEWOBJ";
            case 0x92 -> "NEWOBJ_EX";
            case 0x82, 0x83, 0x84 -> "EXT";
            case 'P' -> "PERSID";
            case 'I' -> "INT";
            case 'L' -> "LONG";
            case 'F' -> "FLOAT";
            case 'S' -> "STRING";
            case 'V' -> "UNICODE";
            case 'p' -> "PUT";
            case 'g' -> "GET";
            case 0x91 -> "FROZENSET";
            case 0x96 -> "BYTEARRAY8";
            case 0x97 -> "NEXT_BUFFER";
            case 0x98 -> "READONLY_BUFFER";
            default -> "unknown";
        };
        return name + " (0x" + Integer.toHexString(opcode) + ")";
    }
}
