package dev.assay.harness.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who asks for a run, and so how a setting is spelt to people: {@code -Dassay.base} to a build, {@code --base} to the command. Messages are
 * written for a build; {@link #words} says them to the command. It uses the JDK alone, see {@link EarlyCheck}.
 */
public enum Caller {
    BUILD,
    COMMAND;

    /** System property of a process that judges: {@code command}, or absent. */
    public static final String PROPERTY = "assay.build.caller";

    private static final String KEY = "assay\\.([a-z][A-Za-z]*(?:\\.[a-z][A-Za-z]*)*)";
    private static final Pattern PROFILE = Pattern.compile("mvn verify(?: -P(gate|nightly))?");
    private static final Pattern SET = Pattern.compile("(?<![\\w-])-D" + KEY + "(=?)");
    private static final Pattern GIVEN = Pattern.compile(KEY + " \\((--[a-z-]+)\\)");
    private static final Pattern ASKED = Pattern.compile("(?<=\\b(?:give|with|that:|one:) )" + KEY + "(=?)");
    private static final Pattern FIRST = Pattern.compile("^" + KEY + "(?=: )");

    public static Caller of(Map<String, String> properties) {
        return "command".equals(properties.get(PROPERTY)) ? COMMAND : BUILD;
    }

    /** {@code assay.comfyui.textEncoders} is {@code --comfyui-text-encoders}. */
    public static String option(String key) {
        return "--"
                + key.replaceFirst("^assay\\.", "")
                        .replace('.', '-')
                        .replaceAll("([A-Z])", "-$1")
                        .toLowerCase(java.util.Locale.ROOT);
    }

    /** Where a setting was given, for messages. */
    String source(String property) {
        return this == COMMAND ? option(property) : "-D" + property;
    }

    /** A message as this caller would write the settings in it; null for null. */
    public String words(String text) {
        if (this == BUILD || text == null || text.isEmpty()) {
            return text;
        }
        String said = text.replace("java -jar reports/target/assay.jar", "assay")
                .replace("-Dassay.unavailable=allow", "--without-weights")
                .replace("-Dassay.build.again=true", "--again")
                .replace("-Dassay.renderer=comfyui", "--comfyui http://HOST:PORT")
                .replace("; run mvn again, without -o", "; unpack Assay again");
        said = PROFILE.matcher(said).replaceAll(m -> "assay " + (m.group(1) == null ? "judge" : m.group(1)));
        said = SET.matcher(said)
                .replaceAll(m -> Matcher.quoteReplacement(
                        option(m.group(1)) + (m.group(2).isEmpty() ? "" : " ")));
        said = ASKED.matcher(said)
                .replaceAll(m -> SettingKeys.NAMES.contains("assay." + m.group(1))
                        ? Matcher.quoteReplacement(
                                option(m.group(1)) + (m.group(2).isEmpty() ? "" : " "))
                        : Matcher.quoteReplacement(m.group()));
        said = GIVEN.matcher(said).replaceAll("$2");
        return FIRST.matcher(said)
                .replaceAll(m -> SettingKeys.NAMES.contains("assay." + m.group(1)) ? option(m.group(1)) : m.group());
    }

    /** What is written there goes through {@link #words}, a line at a time. */
    public PrintStream on(PrintStream out) {
        return this == BUILD ? out : new PrintStream(new Lines(out, this), false, StandardCharsets.UTF_8);
    }

    /** Bytes are passed on as they are, but for words of ours, which are ASCII. */
    private static final class Lines extends OutputStream {
        private final OutputStream out;
        private final Caller caller;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(OutputStream out, Caller caller) {
            this.out = out;
            this.caller = caller;
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
            if (length > 0 && bytes[offset + length - 1] == '\n') {
                pass();
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            pass();
            out.flush();
        }

        private void pass() throws IOException {
            String text = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            StringBuilder said = new StringBuilder(text.length());
            for (int from = 0; from < text.length(); ) {
                int end = text.indexOf('\n', from);
                end = end < 0 ? text.length() : end + 1;
                said.append(caller.words(text.substring(from, end)));
                from = end;
            }
            out.write(said.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }
}
