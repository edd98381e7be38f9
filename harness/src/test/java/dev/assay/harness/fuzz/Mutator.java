package dev.assay.harness.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages sound files: flips, cuts, repeats, splices, and writes numbers and texts at which readers break. */
public final class Mutator {
    private static final long[] NUMBERS = {
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

    /** Of JSON, YAML and what stands in them. */
    private static final List<String> TEXTS = List.of(
            "null",
            "{}",
            "[]",
            "[[",
            "{\"",
            "\"\"",
            "-1",
            "0",
            "2147483648",
            "1e999",
            "NaN",
            "1.5",
            "true",
            "\u202e",
            "\u001b[31m",
            "\\u0000",
            "\\ud800",
            ": ",
            "\n  - ",
            "&a",
            "*a",
            "<<: ",
            "!!str",
            "|\n",
            "../",
            "x".repeat(300));

    private final List<byte[]> seeds;
    private final boolean text;

    /**
     * @param seeds sound files
     * @param text whether words of text formats are written into them
     */
    public Mutator(List<byte[]> seeds, boolean text) {
        this.seeds = List.copyOf(seeds);
        this.text = text;
    }

    /** A seed with one to four changes; now and then spliced with another seed. */
    public byte[] next(SplittableRandom random) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes = changed(bytes, random);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
        if (text && random.nextInt(3) == 0) {
            byte[] word = TEXTS.get(random.nextInt(TEXTS.size())).getBytes(StandardCharsets.UTF_8);
            int end = random.nextBoolean() ? at : endOfValue(bytes, at);
            return joined(joined(Arrays.copyOf(bytes, at), word), Arrays.copyOfRange(bytes, end, bytes.length));
        }
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2, 3 -> {
                long value = NUMBERS[random.nextInt(NUMBERS.length)];
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
                byte[] other = seeds.get(random.nextInt(seeds.size()));
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

    /** Up to the next end of a value of JSON or YAML. */
    private static int endOfValue(byte[] bytes, int at) {
        int end = at;
        while (end < bytes.length && ",]}\n".indexOf(bytes[end]) < 0) {
            end++;
        }
        return end;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
