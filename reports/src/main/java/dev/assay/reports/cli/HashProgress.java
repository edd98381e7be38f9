package dev.assay.reports.cli;

import dev.assay.harness.model.inspect.ModelHashes;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Tells how far hashing, or another reading of whole files, is: a line that moves on a terminal, one line per large file elsewhere. */
final class HashProgress implements ModelHashes.Progress {
    private static final long PAUSE = 200_000_000; // ns between two updates
    private static final long LARGE = 1L << 30; // bytes from which a file is worth a line

    private final String doing;
    private final PrintWriter err;
    private final boolean terminal;
    private long last;
    private Path said;

    /** @param doing a word such as "hashing" */
    HashProgress(String doing, PrintWriter err, boolean terminal) {
        this.doing = doing;
        this.err = err;
        this.terminal = terminal;
    }

    @Override
    public void read(Path file, long done, long of) {
        String name = PlainText.line(String.valueOf(file.getFileName()), 50);
        if (!terminal) {
            if (of >= LARGE && !file.equals(said)) {
                err.println(doing + " " + name + " (" + Numbers.bytes(of) + ")");
                said = file;
            }
            return;
        }
        long now = System.nanoTime();
        if (done >= of) {
            err.print("\r\u001b[K");
            err.flush();
        } else if (now - last > PAUSE) {
            last = now;
            err.print("\r\u001b[K" + doing + " " + name + " " + 100 * done / of + " % of " + Numbers.bytes(of));
            err.flush();
        }
    }
}
