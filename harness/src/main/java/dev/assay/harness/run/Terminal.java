package dev.assay.harness.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Progress on the terminal that the user started the build on. A build tool runs the evaluation in a process of its own whose
 * output is a pipe; so on Linux the build tool's own output is looked at. Without a terminal there, it is quiet.
 */
public final class Terminal implements Progress {
    private final PrintStream out;
    private final boolean rewrites;
    private boolean open;
    private long last;
    private String line = "";

    private Terminal(PrintStream out, boolean rewrites) {
        this.out = out;
        this.rewrites = rewrites;
    }

    /**
     * The terminal, or {@link Progress#QUIET}.
     *
     * @param wish {@code auto}; {@code on} writes plain lines to standard error where there is no terminal; {@code off}
     */
    public static Progress find(String wish) {
        if (wish.equals("off")) {
            return QUIET;
        }
        Optional<Path> tty = parentTerminal();
        if (tty.isPresent()) {
            try {
                return new Terminal(
                        new PrintStream(Files.newOutputStream(tty.get()), true, StandardCharsets.UTF_8), true);
            } catch (IOException e) {
                return QUIET; // no right to write there: then it is not ours
            }
        }
        return wish.equals("on") ? new Terminal(System.err, false) : QUIET;
    }

    /** Our own output, or that of the build tool that started us: the next Java process above. */
    private static Optional<Path> parentTerminal() {
        Optional<Path> own = terminalOf(ProcessHandle.current());
        return own.isPresent()
                ? own
                : javaAbove(ProcessHandle.current().parent()).flatMap(Terminal::terminalOf);
    }

    private static Optional<ProcessHandle> javaAbove(Optional<ProcessHandle> process) {
        return process.flatMap(p ->
                p.info().command().filter(c -> c.matches(".*\\bjava(\\.exe)?")).isPresent()
                        ? Optional.of(p)
                        : javaAbove(p.parent()));
    }

    private static Optional<Path> terminalOf(ProcessHandle process) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "fd", "1"));
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty")
                    ? Optional.of(target)
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public synchronized void say(String line) {
        out.println((open ? "\r\u001b[K" : "") + line);
        open = false;
    }

    @Override
    public synchronized void rendered(String role, int done, int total, int made, double secondsPerPicture) {
        long now = System.nanoTime();
        long gap = rewrites ? 100_000_000L : 10_000_000_000L;
        if (done < total && now - last < gap) {
            return;
        }
        last = now;
        line = String.format(
                Locale.ROOT,
                "rendering %-9s %4d/%d  %s  %s left",
                role,
                done,
                total,
                pace(secondsPerPicture),
                time((total - done) * secondsPerPicture));
        if (rewrites) {
            out.print("\r\u001b[K" + line + (done == total ? System.lineSeparator() : ""));
            open = done < total;
        } else {
            out.println(line);
        }
    }

    @Override
    public synchronized void step(int done, int of) {
        long now = System.nanoTime();
        if (rewrites && open && now - last >= 100_000_000L) {
            last = now;
            out.print("\r\u001b[K" + line + "  step " + done + "/" + of);
        }
    }

    private static String pace(double secondsPerPicture) {
        return secondsPerPicture == 0
                ? "reused"
                : secondsPerPicture < 1
                        ? String.format(Locale.ROOT, "%.1f pictures/s", 1 / secondsPerPicture)
                        : String.format(Locale.ROOT, "%.1f s/picture", secondsPerPicture);
    }

    private static String time(double seconds) {
        long s = Math.round(seconds);
        return s < 60
                ? s + " s"
                : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s / 60 % 60 + " min";
    }
}
