package dev.assay.harness.run;

import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Progress on the terminal that the user started the build on. A build tool runs the evaluation in a process of its own whose
 * output is a pipe; so on Linux the build tool's own output is looked at. Where no terminal is found there (a pipe, CI, Windows,
 * macOS), a plain line on standard error every half minute. Who ends the process by a signal is told how to go on.
 */
public final class Terminal implements Progress {
    private static final long SECONDS = 30; // between two plain lines
    private static final long REWRITE = 100_000_000L; // ns between two changes of a line on a terminal

    private final PrintStream out;
    private final boolean rewrites;
    private final String goingOn;
    private final long started = System.nanoTime();
    private final Timer clock;
    private final Thread farewell;
    private boolean open;
    private long last;
    private String line = "";
    private String step = "";
    private volatile Pictures pictures; // the last that were told of; null before the first

    private Terminal(PrintStream out, boolean rewrites, String goingOn, long seconds) {
        this.out = out;
        this.rewrites = rewrites;
        this.goingOn = goingOn;
        this.clock = rewrites ? null : new Timer("progress", true);
        if (clock != null) {
            clock.scheduleAtFixedRate(
                    new TimerTask() {
                        @Override
                        public void run() {
                            tick();
                        }
                    },
                    seconds * 1_000,
                    seconds * 1_000);
        }
        this.farewell = new Thread(this::farewell, "farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
    }

    /**
     * Who tells; {@link #close} it when the run has ended.
     *
     * @param wish {@code auto}; {@code on} writes plain lines also on a terminal; {@code off} nothing
     * @param goingOn said at the end of a process that was stopped: how to go on
     */
    public static Progress find(String wish, String goingOn) {
        return find(wish, goingOn, SECONDS);
    }

    static Progress find(String wish, String goingOn, long seconds) {
        if (wish.equals("off")) {
            return QUIET;
        }
        Optional<Path> tty = wish.equals("on") ? Optional.empty() : parentTerminal();
        if (tty.isPresent()) {
            try {
                return new Terminal(
                        PlainText.on(Files.newOutputStream(tty.get()), StandardCharsets.UTF_8, true),
                        true,
                        goingOn,
                        seconds);
            } catch (IOException e) {
                return QUIET; // no right to write there: then it is not ours
            }
        }
        return new Terminal(PlainText.err(false), false, goingOn, seconds);
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
        out.println((open ? "\r\u001b[K" : "") + PlainText.of(line));
        open = false;
    }

    @Override
    public synchronized void rendered(Pictures pictures) {
        this.pictures = pictures;
        step = "";
        line = line(pictures);
        boolean ended = pictures.done() == pictures.total();
        if (rewrites) {
            rewrite(ended);
        }
    }

    @Override
    public synchronized void step(int done, int of) {
        step = "  step " + done + "/" + of;
        if (rewrites && open) {
            rewrite(false);
        }
    }

    @Override
    public synchronized void now(String what) {
        line = what;
        step = "";
        if (rewrites) {
            rewrite(false);
        }
    }

    @Override
    public synchronized void waits(String why) {
        step = "  " + why;
        if (rewrites) {
            rewrite(false);
        }
    }

    private void rewrite(boolean ended) {
        long now = System.nanoTime();
        if (ended || now - last >= REWRITE) {
            last = now;
            out.print("\r\u001b[K" + line + step + (ended ? System.lineSeparator() : ""));
            open = !ended;
        }
    }

    private synchronized void tick() {
        out.println(
                line.isEmpty()
                        ? "at work since " + Numbers.time((System.nanoTime() - started) / 1e9) + ", no picture yet"
                                + step
                        : line + step);
    }

    /** Not synchronized: a process that was told to end must not wait for one that holds the terminal. */
    private void farewell() {
        Pictures far = pictures;
        out.println((rewrites ? "\r\u001b[K" : "") + "stopped"
                + (far == null ? "" : " after " + far.done() + " of " + far.total() + " pictures") + "; " + goingOn);
        out.flush();
    }

    @Override
    @SuppressWarnings("UnusedException") // the process ends already: then it is said
    public void close() {
        if (clock != null) {
            clock.cancel();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException ending) {
            return;
        }
        synchronized (this) {
            if (open) {
                out.println();
                open = false;
            }
        }
    }

    /** {@code rendering candidate  201/340  4.1 s/picture  9 min 30 s left}. */
    static String line(Pictures p) {
        String pace = p.secondsPerPicture() == 0
                ? "reused"
                : p.secondsPerPicture() < 1
                        ? String.format(Locale.ROOT, "%.1f pictures/s", 1 / p.secondsPerPicture())
                        : String.format(Locale.ROOT, "%.1f s/picture", p.secondsPerPicture());
        int open = p.toMake() - p.made();
        String left = open == 0
                ? ""
                : Double.isNaN(p.secondsLeft())
                        ? "  " + open + " to render"
                        : "  " + Numbers.time(p.secondsLeft()) + " left";
        return String.format(Locale.ROOT, "rendering %-9s %4d/%d  %s%s", p.role(), p.done(), p.total(), pace, left);
    }
}
