package dev.assay.harness.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last gate before a terminal: no control character, no escape sequence, nothing that turns the direction of writing or
 * cannot be seen gets through, whoever wrote the text. File names, metadata, servers and suites are strangers.
 */
public final class PlainText {
    /** What we write ourselves on a terminal: colours, and a line that is written anew. */
    private static final String OWN = "\u001b\\[(?:0|1|2|3[1-6])?m|\r?\u001b\\[K";

    /** CSI and OSC sequences, with ESC or as one C1 character, and what is left of others. */
    private static final String SEQUENCE = "(?:\u001b\\[|\u009b)[0-?]*["
            + " -/]*[@-~]|(?:\u001b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\n"
            + "]{0,2000}(?:\u0007|\u001b\\\\)?|\u001b[ -/]*[0-~]?";

    private static final Pattern ANY = Pattern.compile(SEQUENCE);
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern BREAKS = Pattern.compile("[\r\f\u000b\u0085\u2028\u2029]");
    private static final int MAX_QUOTED = 300; // characters of a stranger's text in a message
    private static final int MAX_NAME = 120;
    private static final Pattern OWN_OR_ANY = Pattern.compile("(" + OWN + ")|" + SEQUENCE);

    private PlainText() {}

    /** The text without all that; line breaks stay, tabulators become blanks; null stays null. */
    public static String of(String text) {
        return text == null || isPlain(text) ? text : visible(ANY.matcher(text).replaceAll(""));
    }

    /**
     * One line of at most so many characters, which ends in an ellipsis where the text is longer. Line breaks become blanks, and blanks
     * in a row are one. Empty for null.
     */
    public static String line(String text, int most) {
        if (text == null) {
            return "";
        }
        // A value may be megabytes long; what is looked at is a small multiple of what is shown.
        long looked = 4L * most + 4000;
        String start = text.length() > looked ? text.substring(0, (int) looked) : text;
        if (!isPlain(start)) {
            start = visible(BREAKS.matcher(ANY.matcher(start).replaceAll("")).replaceAll(" "));
        }
        boolean single = !start.contains("  ") && start.indexOf('\n') < 0;
        return cut((single ? start : BLANKS.matcher(start).replaceAll(" ")).strip(), most);
    }

    /** {@link #line(String, int)} as long as a message has room for a stranger's text. */
    public static String line(String text) {
        return line(text, MAX_QUOTED);
    }

    /** At most so many characters, the last of them an ellipsis where the text is longer. */
    public static String cut(String text, int most) {
        return text.length() <= most || text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }

    /** A name in quotes for a message about it, at most 120 characters; what cannot be seen is shown as its code. */
    public static String quoted(String name) {
        StringBuilder out = new StringBuilder("\"");
        name.codePoints().limit(MAX_NAME).forEach(c -> {
            if (isVisible(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
        });
        return out.append(name.codePointCount(0, name.length()) > MAX_NAME ? "...\"" : "\"")
                .toString();
    }

    /** Whether every character {@linkplain #isVisible can be seen}. */
    public static boolean allVisible(String text) {
        return (isPlain(text) && text.indexOf('\n') < 0) || text.codePoints().allMatch(PlainText::isVisible);
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\n') || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.replace("\r\n", "\n").codePoints().forEach(c -> {
            if (c == '\n' || isVisible(c)) {
                out.appendCodePoint(c);
            } else if (c == '\t') {
                out.append(' ');
            }
        });
        return out.toString();
    }

    /** No control or format character (text direction, zero width), no lone surrogate, nothing private or unassigned. */
    public static boolean isVisible(int codePoint) {
        if (codePoint < 0x7f) {
            return codePoint >= ' ';
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> !isIgnorable(codePoint);
        };
    }

    /** Letters and marks that show nothing: Unicode's Default_Ignorable_Code_Point, as far as Java does not call them format characters. */
    private static boolean isIgnorable(int c) {
        return c == 0x34f
                || c == 0x115f
                || c == 0x1160
                || c == 0x17b4
                || c == 0x17b5
                || (c >= 0x180b && c <= 0x180f)
                || c == 0x3164
                || (c >= 0xfe00 && c <= 0xfe0f)
                || c == 0xffa0
                || (c >= 0xe0100 && c <= 0xe01ef);
    }

    /** Plain but for the sequences that we write ourselves. */
    private static String withOwn(String text) {
        StringBuilder out = new StringBuilder(text.length());
        Matcher found = OWN_OR_ANY.matcher(text);
        int from = 0;
        while (found.find()) {
            out.append(visible(text.substring(from, found.start())));
            if (found.group(1) != null) {
                out.append(found.group(1));
            }
            from = found.end();
        }
        return out.append(visible(text.substring(from))).toString();
    }

    /**
     * A stream that lets plain text through.
     *
     * @param colours whether our own colours and rewritten lines pass: only on a terminal
     */
    public static PrintStream on(OutputStream out, Charset charset, boolean colours) {
        return new PrintStream(new Gate(out, charset, colours), true, charset);
    }

    /** {@code System.out} behind this gate, in the terminal's own charset where Java knows it. */
    public static PrintStream out(boolean colours) {
        return on(System.out, charset("stdout.encoding"), colours);
    }

    /** {@code System.err} likewise. */
    public static PrintStream err(boolean colours) {
        return on(System.err, charset("stderr.encoding"), colours);
    }

    /** {@link #out} as programs of the command line want it. */
    public static PrintWriter outWriter(boolean colours) {
        return outWriter(colours, UnaryOperator.identity());
    }

    /** @param through where what is written goes first */
    public static PrintWriter outWriter(boolean colours, UnaryOperator<PrintStream> through) {
        return new PrintWriter(through.apply(out(colours)), true, charset("stdout.encoding"));
    }

    /** {@link #err} likewise. */
    public static PrintWriter errWriter(boolean colours) {
        return errWriter(colours, UnaryOperator.identity());
    }

    /** @param through where what is written goes first */
    public static PrintWriter errWriter(boolean colours, UnaryOperator<PrintStream> through) {
        return new PrintWriter(through.apply(err(colours)), true, charset("stderr.encoding"));
    }

    /** Known by name from Java 18 on; before it, the default is the terminal's. */
    private static Charset charset(String property) {
        String name = System.getProperty(property, "");
        return !name.isEmpty() && Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    /** Bytes are whole characters at every flush and line break, for a {@link PrintStream} writes before it. */
    private static final class Gate extends OutputStream {
        private static final int MAX_LINE = 1 << 16; // bytes; a longer line is let through in pieces

        private final OutputStream out;
        private final Charset charset;
        private final boolean colours;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Gate(OutputStream out, Charset charset, boolean colours) {
            this.out = out;
            this.charset = charset;
            this.colours = colours;
        }

        @Override
        public synchronized void write(int b) throws IOException {
            line.write(b);
            if (b == '\n') {
                pass();
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            line.write(bytes, offset, length);
            if (line.size() > MAX_LINE || (length > 0 && bytes[offset + length - 1] == '\n')) {
                pass();
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            pass();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }

        private void pass() throws IOException {
            if (line.size() > 0) {
                String text = line.toString(charset);
                line.reset();
                out.write((colours ? withOwn(text) : of(text)).getBytes(charset));
            }
        }
    }
}
