package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    private static final String OWN = "\u001b[31mred\u001b[0m \r\u001b[Kagain \u001b[1mbold\u001b[m";

    private static String through(boolean colours, String... texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = PlainText.on(bytes, StandardCharsets.UTF_8, colours)) {
            for (String text : texts) {
                out.print(text);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u001b]52;c;eA==\u0007b",
                "a\u001b]0;title\u001b\\b",
                "a\u001bPq#0\u001b\\b",
                "a\u001b[2Jb",
                "a\u009b31mb",
                "a\u009d52;c;eA==\u0007b",
                "a\u001bcb",
                "a\u202eb",
                "a\u2066b",
                "a\u200fb",
                "a\u200bb",
                "a\u0000b",
                "a\u0008b",
                "a\u0007b",
                "a\u007fb",
                "a\rb",
                "a\u2028b",
                "a\ue000b",
                "a\ufeffb",
                "a\ud800b"
            })
    void nothing_that_commands_a_terminal_gets_through(String hostile) {
        assertThat(PlainText.of(hostile)).isEqualTo("ab");
        assertThat(through(true, hostile)).isIn("ab", "a?b");
        assertThat(through(false, hostile)).isIn("ab", "a?b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // OSC, CSI, zero width and right to left at once
                "\\e]0;evil\\ahi\\u200bthere\\u202eabc \\e[31mred\\e[0m\\u0085x|hithereabc red x",
                "\\e[2J\\e[31;1mwarning\\e[0m|warning",
                "\\u009b31mred\\u009b0m|red",
                "\\u009d8;;http://evil\\ahere\\u009d8;;\\a|here",
                "a\\r\\nb\\rc\\fd\\u2028e\\u2029f\\u0085g|a b c d e f g",
                "one  two\\t\\n three |one two three",
                "a\\u2066b\\u2069c\\u200ed\\u061ce\\u200ff|abcdef",
                "a\\u00adb\\u200cc\\u200dd\\u2060e\\ufefff\\u180eg|abcdefg",
                "a\\u3164b\\u115fc\\uffa0d\\u034fe\\ufe0ff\\udb40\\udd00g|abcdefg",
                "a\\u0000b\\u0008c\\u007fd|abcd",
                "a\\ud800b\\ue000c\\uffffd|abcd",
                "caf\u00e9 \u65e5\u672c\u8a9e \\ud83d\\ude00|caf\u00e9 \u65e5\u672c\u8a9e \\ud83d\\ude00",
                "\u05e9\u05dc\u05d5\u05dd|\u05e9\u05dc\u05d5\u05dd"
            })
    void one_line_of_a_stranger(String hostile, String line) {
        assertThat(PlainText.line(decoded(hostile), 200)).isEqualTo(decoded(line));
    }

    /** Sources hold such characters as their codes alone. */
    private static String decoded(String text) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text.replace("\\e", "\u001b")
                        .replace("\\a", "\u0007")
                        .replace("\\r", "\r")
                        .replace("\\n", "\n")
                        .replace("\\f", "\f")
                        .replace("\\t", "\t"))
                .replaceAll(m -> Character.toString(Integer.parseInt(m.group(1), 16)));
    }

    @Test
    void a_line_is_no_longer_than_asked_for_and_says_so() {
        assertThat(PlainText.line("abcdef", 4)).isEqualTo("abc\u2026");
        assertThat(PlainText.line("abcd", 4)).isEqualTo("abcd");
        assertThat(PlainText.line("\ud83d\ude00".repeat(9), 4)).isEqualTo("\ud83d\ude00".repeat(3) + "\u2026");
        assertThat(PlainText.line(null, 4)).isEmpty();
        assertThat(PlainText.line("x".repeat(50_000_000), 10)).isEqualTo("x".repeat(9) + "\u2026");
        assertThat(PlainText.line("x".repeat(1000))).hasSize(300);
    }

    @Test
    void a_name_shows_what_cannot_be_seen() {
        assertThat(PlainText.quoted("a\u202eb\n")).isEqualTo("\"a\\u202eb\\u000a\"");
        assertThat(PlainText.quoted("x".repeat(121))).isEqualTo("\"" + "x".repeat(120) + "...\"");
        assertThat(PlainText.allVisible("caf\u00e9")).isTrue();
        assertThat(PlainText.allVisible("a\nb")).isFalse();
        assertThat(PlainText.allVisible("a\u3164")).isFalse();
    }

    @Test
    void what_people_write_stays() {
        String fine = "caf\u00e9 \u65e5\u672c\u8a9e \ud83d\ude00\nnext line";
        assertThat(PlainText.of(fine)).isEqualTo(fine);
        assertThat(through(true, fine)).isEqualTo(fine);
        assertThat(PlainText.of("a\tb\r\nc")).isEqualTo("a b\nc");
        assertThat(PlainText.of(null)).isNull();
    }

    @Test
    void our_own_colours_and_rewritten_lines_pass_on_a_terminal_alone() {
        assertThat(through(true, OWN)).isEqualTo(OWN);
        assertThat(through(false, OWN)).isEqualTo("red again bold");
        assertThat(through(true, "\u001b[38;5;1mx")).isEqualTo("x");
    }

    @Test
    void a_sequence_in_pieces_is_one_sequence() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintWriter writer =
                new PrintWriter(PlainText.on(bytes, StandardCharsets.UTF_8, true), false, StandardCharsets.UTF_8);
        writer.print("a\u001b]52;c");
        writer.print(";eA==\u0007b\n");
        writer.print("x".repeat(200_000) + "\u202e\n");
        writer.flush();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("ab\n" + "x".repeat(200_000) + "\n");
    }

    @Test
    void a_stack_trace_is_plain_and_so_is_a_message_for_people() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = PlainText.on(bytes, StandardCharsets.UTF_8, true);
        new IllegalStateException("a\u001b]52;c;eA==\u0007b").printStackTrace(out);
        out.flush();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("ab").doesNotContain("\u001b", "\u0007");
        assertThat(new AssayException("a\u202eb\nc")).hasMessage("ab\nc");
    }
}
