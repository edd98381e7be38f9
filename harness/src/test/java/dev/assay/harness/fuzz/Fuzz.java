package dev.assay.harness.fuzz;

import com.sun.management.ThreadMXBean;
import dev.assay.harness.text.AssayException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Damaged files of one format: each is read or refused in words, quickly, and costs no more memory than its length allows.
 *
 * @param format for messages
 * @param text whether it is written by people
 * @param seeds sound files that the damage is done to
 * @param reader of a whole file; it may refuse with an {@link AssayException} or {@link IllegalArgumentException}
 * @param most bytes that may be allocated for an input
 */
public record Fuzz(String format, boolean text, List<byte[]> seeds, Reader reader, ToLongFunction<byte[]> most) {
    /** What every header may cost: buffers that do not depend on the input, and 64 bytes for each of its own. */
    private static final long FIXED_BYTES = 64 << 10;

    private static final long BYTES_PER_BYTE = 64;
    private static final long MAX_MILLIS = 5_000; // of the processor, for one input
    private static final long MAX_WAIT_MILLIS = 60_000; // in all: a busy machine may stop a thread for a while
    private static final long TRACE_BYTES = 32 << 10; // of an exception and its causes
    private static final int MAX_FAILURES = 5;

    /** Reads a whole file. */
    @FunctionalInterface
    public interface Reader {
        Object read(byte[] file) throws Exception;
    }

    /** What a run has seen. */
    public record Result(long read, long refused, List<String> failures) {}

    /** With the common limit of memory. */
    public static Fuzz of(String format, boolean text, List<byte[]> seeds, Reader reader) {
        return new Fuzz(format, text, seeds, reader, input -> FIXED_BYTES + BYTES_PER_BYTE * input.length);
    }

    /** As many inputs on all processors, each from the seed and its number. */
    public Result inputs(int count, long seed) {
        int tasks = Math.min(200, count);
        return run(seed, tasks, task -> i -> i < count / tasks);
    }

    /** Inputs for so many seconds. */
    public Result seconds(long seconds, long seed) {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        return run(seed, Runtime.getRuntime().availableProcessors(), task -> i -> System.nanoTime() < end);
    }

    private Result run(long seed, int tasks, IntFunction<LongPredicate> goesOn) {
        AtomicLong read = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        for (byte[] sound : seeds) { // loads classes, proves seeds
            try {
                reader.read(sound);
            } catch (Exception e) {
                throw new AssertionError(format + ": a seed is no sound file: " + e, e);
            }
        }
        Mutator mutator = new Mutator(seeds, text);
        IntStream.range(0, tasks).parallel().forEach(task -> {
            SplittableRandom random = new SplittableRandom(seed + task);
            LongPredicate more = goesOn.apply(task);
            for (long i = 0; more.test(i) && failures.size() < MAX_FAILURES; i++) {
                byte[] input = mutator.next(random);
                Optional<String> failure = tryOne(input, read, refused);
                // Once more, uncounted: the first time may have loaded classes or met a busy machine.
                if (failure.isPresent()
                        && tryOne(input, new AtomicLong(), new AtomicLong()).isPresent()) {
                    failures.add(format + ": " + failure.get() + ": "
                            + HexFormat.of().formatHex(input, 0, Math.min(input.length, 4000)));
                }
            }
        });
        return new Result(read.get(), refused.get(), List.copyOf(failures));
    }

    /** Empty, or what went wrong with one input. */
    public Optional<String> tryOne(byte[] input) {
        return tryOne(input, new AtomicLong(), new AtomicLong());
    }

    private Optional<String> tryOne(byte[] input, AtomicLong read, AtomicLong refused) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allowed = most.applyAsLong(input) + TRACE_BYTES;
        long before = threads.getCurrentThreadAllocatedBytes();
        long worked = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        try {
            reader.read(input);
            read.incrementAndGet();
        } catch (AssayException | IllegalArgumentException e) {
            refused.incrementAndGet();
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                return Optional.of("refused without a word: " + e);
            }
        } catch (Exception | Error e) {
            return Optional.of(e + " " + Arrays.toString(Arrays.copyOf(e.getStackTrace(), 5)));
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        long work = (threads.getCurrentThreadCpuTime() - worked) / 1_000_000;
        if (work > MAX_MILLIS || millis > MAX_WAIT_MILLIS) {
            return Optional.of("took " + work + " ms of the processor, " + millis + " ms in all");
        }
        return bytes > allowed
                ? Optional.of("allocated " + bytes + " bytes for an input of " + input.length + ", allowed " + allowed)
                : Optional.empty();
    }
}
