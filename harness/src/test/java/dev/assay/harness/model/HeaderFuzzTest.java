package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.inspect.Inspector;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Damaged headers of every container: each is read or refused with a {@link ModelFileException}, quickly, and never costs more
 * memory than a constant times its own length. The number of inputs is {@code -Dassay.fuzz=N}, a million if not given; inputs
 * follow from {@code -Dassay.fuzz.seed=N}, so that a failure can be run again.
 */
class HeaderFuzzTest {
    private static final int INPUTS = Integer.getInteger("assay.fuzz", 1_000_000);
    private static final long SEED = Long.getLong("assay.fuzz.seed", 20_261_124);
    private static final int TASKS = 200;
    private static final long MOST_MILLIS = 5_000; // of one input; a busy machine may stop a thread for a while
    /** Buffers of a reader that do not depend on the input, and an exception's stack trace. */
    private static final long FIXED_BYTES = 96 << 10;
    /** An instruction of one byte can make an object of 16 or more; an entry of a list of tensors takes about 30 times itself. */
    private static final long BYTES_PER_BYTE = 64;

    private static final long[] INTERESTING = {
        0,
        1,
        -1,
        2,
        7,
        8,
        31,
        32,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        100_000,
        100_001,
        100_000_000,
        1L << 62
    };

    private static final List<byte[]> SEEDS = List.of(
            safetensors(
                    Map.of("ss_network_dim", "4"),
                    Entry.of("a.lora_up.weight", "F16", 4, 2),
                    Entry.of("a.alpha", "F32")),
            safetensors(Map.of(), Entry.of("w", "F8_E4M3", 3, 3), Entry.of("b", "BF16", 2), Entry.of("e", "I64", 0)),
            gguf(
                    Map.of("general.architecture", "flux", "general.alignment", "32"),
                    Map.of(),
                    Entry.of("w", "Q8_0", 2, 32)),
            gguf(Map.of(), Map.of("c", List.of(2L, 2L, 3L, 3L)), Entry.of("c", "F16", 2, 18), Entry.of("b", "F32", 2)),
            Pickles.zip(Pickles.stateDict(), 12, 8),
            Pickles.legacy(Pickles.stateDict()));

    private static byte[] safetensors(Map<String, String> metadata, Entry... tensors) {
        long[] data = new long[1];
        byte[] head = HeaderFiles.safetensorsHead(metadata, List.of(tensors), data);
        return Arrays.copyOf(head, head.length + (int) data[0]);
    }

    private static byte[] gguf(Map<String, String> metadata, Map<String, List<Long>> trueShapes, Entry... tensors) {
        long[] data = new long[1];
        byte[] head = HeaderFiles.ggufHead(3, metadata, trueShapes, List.of(tensors), data);
        return Arrays.copyOf(head, head.length + (int) data[0]);
    }

    @Test
    void damaged_headers_are_read_or_refused_and_cost_no_more_than_their_length() {
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicLong read = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        SEEDS.forEach(
                seed -> ModelHeader.read(Path.of("seed"), new MemoryChannel(seed))); // loads classes, proves seeds
        IntStream.range(0, TASKS).parallel().forEach(task -> {
            SplittableRandom random = new SplittableRandom(SEED + task);
            for (int i = 0; i < INPUTS / TASKS && failures.size() < 5; i++) {
                byte[] input = mutated(random);
                String failure = tryOne(input, read, refused);
                // Once more, uncounted: the first time may have loaded classes or met a busy machine.
                if (failure != null && tryOne(input, new AtomicLong(), new AtomicLong()) != null) {
                    failures.add(failure + ": " + HexFormat.of().formatHex(input, 0, Math.min(input.length, 2000)));
                }
            }
        });
        assertThat(failures).isEmpty();
        // Mutations that are always refused at the first byte, or never, would test little.
        assertThat(read.get()).isGreaterThan(INPUTS / 100);
        assertThat(refused.get()).isGreaterThan(INPUTS / 2);
        assertThat(read.get() + refused.get()).isEqualTo(INPUTS / TASKS * (long) TASKS);
    }

    private static String tryOne(byte[] input, AtomicLong read, AtomicLong refused) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        ModelHeader readable = null;
        try {
            ModelHeader header = ModelHeader.read(Path.of("fuzz"), new MemoryChannel(input));
            header.tensors().values().forEach(ModelHeader.Tensor::elements);
            read.incrementAndGet();
            readable = header;
        } catch (ModelFileException e) {
            refused.incrementAndGet();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return e.toString() + Arrays.toString(Arrays.copyOf(e.getStackTrace(), 4));
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        if (millis > MOST_MILLIS) {
            return "took " + millis + " ms";
        }
        if (bytes > FIXED_BYTES + BYTES_PER_BYTE * input.length) {
            return "allocated " + bytes + " bytes for an input of " + input.length;
        }
        return readable == null ? null : inspected(readable);
    }

    /** What can be read can be inspected; the scalars that the inspection wants are not there, which it may say. */
    private static String inspected(ModelHeader header) {
        try {
            Inspector.ofHeaders().inspect(header);
            return null;
        } catch (ModelFileException e) {
            return e.getMessage().contains("NoSuchFileException") ? null : e.toString();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return "inspection: " + e + Arrays.toString(Arrays.copyOf(e.getStackTrace(), 4));
        }
    }

    /** A seed with one to four changes; now and then spliced with another seed. */
    private static byte[] mutated(SplittableRandom random) {
        byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size())).clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes = changed(bytes, random);
        }
        return bytes;
    }

    private static byte[] changed(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2, 3 -> {
                long value = INTERESTING[random.nextInt(INTERESTING.length)];
                for (int i = 0; i < 8 >> random.nextInt(4) && at + i < bytes.length; i++) {
                    bytes[at + i] = (byte) (value >>> (8 * i));
                }
            }
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + length, bytes.length));
            }
            case 6 -> {
                byte[] part = Arrays.copyOfRange(bytes, at, at + length);
                byte[] repeated = part;
                for (int i = random.nextInt(8); i > 0; i--) {
                    repeated = joined(repeated, part);
                }
                return joined(joined(Arrays.copyOf(bytes, at), repeated), Arrays.copyOfRange(bytes, at, bytes.length));
            }
            case 7 -> {
                byte[] other = SEEDS.get(random.nextInt(SEEDS.size()));
                return joined(
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
            }
            case 8 -> { // a digit of a JSON number, or of a text
                for (int i = at; i < bytes.length; i++) {
                    if (bytes[i] >= '0' && bytes[i] <= '9') {
                        bytes[i] = (byte) "0123456789-.e\"[{".charAt(random.nextInt(16));
                        break;
                    }
                }
            }
            default -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, length);
            }
        }
        return bytes;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Files that are small and would grow: each asks for much with few bytes. */
    @Test
    void bombs_cost_no_more_than_their_length() {
        List<byte[]> bombs = new ArrayList<>();
        // Dictionaries in dictionaries, each a hundred times in the next.
        Pickles nested = new Pickles().raw('}', 'q', 0);
        for (int level = 1; level < 20; level++) {
            nested.raw('}', 'q', level, '(');
            for (int i = 0; i < 100; i++) {
                nested.text("k" + i).raw('h', level - 1);
            }
            nested.raw('u');
        }
        bombs.add(Pickles.zip(nested.stop()));
        // A long list that is copied by each of many calls.
        Pickles copies = new Pickles().raw(']', '(');
        for (int i = 0; i < 10_000; i++) {
            copies.raw('N');
        }
        copies.raw('e', 'q', 0);
        for (int i = 0; i < 10_000; i++) {
            copies.global("collections", "OrderedDict").raw('h', 0, 0x85, 'R', '0');
        }
        bombs.add(Pickles.zip(copies.stop()));
        // A name of a megabyte before a thousand others.
        Pickles prefix = new Pickles().raw('}').text("x".repeat(1 << 20)).raw('}', '(');
        for (int i = 0; i < 1000; i++) {
            prefix.text("" + i).tensor("HalfStorage", "0", 6, List.of(2L, 3L), List.of(3L, 1L));
        }
        bombs.add(Pickles.zip(prefix.raw('u', 's').stop(), 12));
        for (byte[] bomb : bombs) {
            tryOne(bomb, new AtomicLong(), new AtomicLong());
            assertThat(tryOne(bomb, new AtomicLong(), new AtomicLong())).isNull();
        }
    }
}
