package dev.assay.reports.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinesTest {
    private static List<String> lines(String text, long expected) throws IOException {
        List<String> lines = new ArrayList<>();
        new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), expected)
                .forEachBatch((bytes, ends, number) -> {
                    assertThat(number).isEqualTo(lines.size() + 1);
                    int start = 0;
                    for (int end : ends) {
                        lines.add(new String(bytes, start, end - start, StandardCharsets.UTF_8));
                        start = end + 1;
                    }
                });
        return lines;
    }

    @Test
    void a_last_line_needs_no_line_break_and_an_empty_file_has_no_line() throws IOException {
        assertThat(lines("", 0)).isEmpty();
        assertThat(lines("a", 1)).containsExactly("a");
        assertThat(lines("a\n", 2)).containsExactly("a");
        assertThat(lines("a\n\nb", 4)).containsExactly("a", "", "b");
    }

    @Test
    void lines_are_the_same_wherever_batches_end() throws IOException {
        Random random = new Random(3);
        for (int round = 0; round < 400; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append(random.nextInt(5) == 0 ? "\n" : random.nextInt(9) == 0 ? "\u00e9" : "x");
            }
            List<String> expected = text.toString().lines().toList();
            for (int size = 0; size < 70; size++) {
                assertThat(lines(text.toString(), size))
                        .as("%s in %d", text, size)
                        .isEqualTo(expected);
            }
        }
    }
}
