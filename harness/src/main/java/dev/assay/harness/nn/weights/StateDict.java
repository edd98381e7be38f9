package dev.assay.harness.nn.weights;

import dev.assay.harness.model.DType;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Weights by name. Immutable: changes give a new dictionary that shares the rest. A tensor is read from its file when it is
 * asked for, every time; it belongs to the caller's {@link PointerScope}. The file must stay open meanwhile.
 */
public final class StateDict {
    private final Map<String, Entry> entries;
    private final ScalarType dtype;
    private final String device;

    private record Entry(List<Long> shape, Supplier<Tensor> read) {}

    private StateDict(Map<String, Entry> entries, ScalarType dtype, String device) {
        this.entries = Collections.unmodifiableMap(entries);
        this.dtype = dtype;
        this.device = device;
    }

    /** The tensors of safetensors files (the shards of one component), to be read as float32 on the CPU. */
    public static StateDict of(List<SafetensorsFile> files) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (SafetensorsFile file : files) {
            for (TensorInfo info : file.tensors().values()) {
                Entry entry = new Entry(info.shape(), () -> read(file.bytes(info.name()), info.dtype(), info.shape()));
                if (entries.put(info.name(), entry) != null) {
                    throw new ModelFileException("tensor " + info.name() + " stands in two shards");
                }
            }
        }
        return new StateDict(entries, ScalarType.Float, "cpu");
    }

    /** The tensors of one safetensors file. */
    public static StateDict of(SafetensorsFile file) {
        return of(List.of(file));
    }

    /** The tensors of a file whose header was read, with their bytes from {@code bytes}. */
    static StateDict of(ModelHeader header, Function<ModelHeader.Tensor, ByteBuffer> bytes) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        header.tensors()
                .forEach((name, t) -> entries.put(
                        name, new Entry(t.shape(), () -> read(bytes.apply(t), DType.valueOf(t.dtype()), t.shape()))));
        return new StateDict(entries, ScalarType.Float, "cpu");
    }

    /** Tensors that are already in memory; whoever made them keeps them alive. */
    public static StateDict of(Map<String, Tensor> tensors) {
        return new StateDict(Map.of(), ScalarType.Float, "cpu").with(tensors);
    }

    /** The same weights, given out in another element type or on another device ({@code cpu}, {@code cuda}). */
    public StateDict to(ScalarType newDtype, String newDevice) {
        return new StateDict(entries, newDtype, newDevice);
    }

    public Set<String> names() {
        return entries.keySet();
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    public List<Long> shape(String name) {
        return entry(name).shape;
    }

    /** Number of values over all tensors. */
    public long elements() {
        return entries.values().stream()
                .mapToLong(e -> e.shape.stream().reduce(1L, Math::multiplyExact))
                .sum();
    }

    /** A copy of the tensor, contiguous; closed with the innermost open {@link PointerScope}. */
    public Tensor get(String name) {
        try (PointerScope temporary = new PointerScope()) {
            Tensor raw = entry(name).read.get();
            Tensor t = raw.to(new Device(device), dtype, false, true, new MemoryFormatOptional());
            return Scopes.handOut(t, temporary);
        }
    }

    /** This dictionary with some tensors replaced or added. The caller keeps them alive until the networks are built. */
    public StateDict with(Map<String, Tensor> changed) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        changed.forEach((name, t) -> all.put(name, new Entry(boxed(t.shape()), () -> t)));
        return new StateDict(all, dtype, device);
    }

    /**
     * Other names for the same tensors.
     *
     * @param rename new name of each tensor, or null to leave the tensor out
     */
    public StateDict rename(Function<String, String> rename) {
        Map<String, Entry> all = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            String to = rename.apply(name);
            if (to != null && all.put(to, entry) != null) {
                throw new ModelFileException("two tensors would be called " + to + "; one of them is " + name);
            }
        });
        return new StateDict(all, dtype, device);
    }

    /** Some matrices, which must be there, with rows and columns exchanged: layouts differ in that. */
    public StateDict transposed(String... names) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        for (String name : names) {
            Entry entry = entry(name);
            if (entry.shape.size() != 2) {
                throw new ModelFileException(name + ": expected a matrix, found the shape " + entry.shape);
            }
            all.put(
                    name,
                    new Entry(
                            List.of(entry.shape.get(1), entry.shape.get(0)),
                            () -> entry.read.get().t().contiguous()));
        }
        return new StateDict(all, dtype, device);
    }

    /** The tensors below {@code prefix}, without it. */
    public StateDict below(String prefix) {
        return rename(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : null);
    }

    /** Without the tensors of training and bookkeeping that stand beside the weights of many files. */
    public StateDict withoutBookkeeping() {
        return rename(name -> isBookkeeping(name) ? null : name);
    }

    static boolean isBookkeeping(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return name.startsWith("model_ema.")
                || switch (last) {
                    case "position_ids",
                            "betas",
                            "alphas_cumprod",
                            "alphas_cumprod_prev",
                            "sqrt_alphas_cumprod",
                            "sqrt_one_minus_alphas_cumprod",
                            "log_one_minus_alphas_cumprod",
                            "sqrt_recip_alphas_cumprod",
                            "sqrt_recipm1_alphas_cumprod",
                            "posterior_variance",
                            "posterior_log_variance_clipped",
                            "posterior_mean_coef1",
                            "posterior_mean_coef2",
                            "logvar",
                            "lvlb_weights" -> true;
                    default -> false;
                };
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new NoSuchElementException("no tensor " + name + " among " + entries.size());
        }
        return entry;
    }

    /** @param bytes C order, little-endian, direct */
    private static Tensor read(ByteBuffer bytes, DType dtype, List<Long> sizes) {
        long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
        if (!bytes.hasRemaining()) {
            return torch.empty(shape);
        }
        try {
            Pointer pointer = new BytePointer(bytes);
            return torch.from_blob(pointer, shape, new TensorOptions(scalarType(dtype)))
                    .clone();
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    private static ScalarType scalarType(DType dtype) {
        return switch (dtype) {
            case BOOL -> ScalarType.Bool;
            case U8 -> ScalarType.Byte;
            case I8 -> ScalarType.Char;
            case F8_E5M2 -> ScalarType.Float8_e5m2;
            case F8_E4M3 -> ScalarType.Float8_e4m3fn;
            case F8_E8M0 -> ScalarType.Float8_e8m0fnu;
            case F8_E5M2FNUZ -> ScalarType.Float8_e5m2fnuz;
            case F8_E4M3FNUZ -> ScalarType.Float8_e4m3fnuz;
            case I16 -> ScalarType.Short;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I32 -> ScalarType.Int;
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
            case I64 -> ScalarType.Long;
            case F4, F6_E2M3, F6_E3M2, U16, U32, U64, C64 ->
                throw new ModelFileException(
                        "weights of type " + dtype + " are not supported; convert the file to F16 or F32");
        };
    }

    private static List<Long> boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}
