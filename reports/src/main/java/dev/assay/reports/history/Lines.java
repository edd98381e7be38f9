package dev.assay.reports.history;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a file as they lie in it, many at a time and undecoded: a history has hundreds of megabytes. */
final class Lines {
    private static final int BATCH = 1 << 24; // bytes

    /** What is done with a batch before the next is read. */
    interface Batch {
        /**
         * @param bytes lines one after the other; they change after the call
         * @param ends where each line ends: the place of its line break, or of what would follow a last line without one
         * @param number of the first line, counted from 1
         */
        void accept(byte[] bytes, int[] ends, int number);
    }

    private final InputStream in;
    private final int first;

    /** @param size what the stream is expected to hold, in bytes */
    Lines(InputStream in, long size) {
        this.in = in;
        this.first = (int) Math.min(BATCH, size + 1);
    }

    void forEachBatch(Batch batch) throws IOException {
        byte[] bytes = new byte[first];
        int kept = 0; // of a line that began in the batch before
        int number = 1;
        while (true) {
            int read = in.readNBytes(bytes, kept, bytes.length - kept);
            int length = kept + read;
            boolean last = length < bytes.length;
            int[] ends = ends(bytes, length, last);
            if (ends.length == 0 && !last) {
                kept = length;
                bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2)); // a line longer than a batch
                continue;
            }
            batch.accept(bytes, ends, number);
            if (last) {
                return;
            }
            number += ends.length;
            int rest = ends[ends.length - 1] + 1;
            kept = length - rest;
            System.arraycopy(bytes, rest, bytes, 0, kept);
        }
    }

    private static int[] ends(byte[] bytes, int length, boolean last) {
        int[] ends = new int[1024];
        int count = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                ends = count == ends.length ? Arrays.copyOf(ends, 2 * count) : ends;
                ends[count++] = i;
            }
        }
        if (last && length > 0 && bytes[length - 1] != '\n') {
            ends = Arrays.copyOf(ends, count + 1);
            ends[count++] = length;
        }
        return Arrays.copyOf(ends, count);
    }
}
