package dev.assay.reports.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WCAG 2.2, 1.4.3 (text: 4.5 to 1) and 1.4.11 (what is not text: 3 to 1), computed from the colours of the style sheet. */
class PaletteTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void every_text_can_be_read(boolean dark) throws IOException {
        Map<String, String> palette = palette(dark);
        List<String[]> pairs = new ArrayList<>();
        for (String paper : List.of("paper", "raised")) {
            for (String ink : List.of("ink", "soft", "link")) {
                pairs.add(new String[] {ink, paper});
            }
        }
        for (State state : State.values()) {
            pairs.add(new String[] {state.style(), state.style() + "-paper"});
        }
        pairs.add(new String[] {"ink", "inconclusive-paper"}); // a warning
        pairs.add(new String[] {"ink", "unjudged-paper"}); // a number
        pairs.add(new String[] {"regressed", "paper"}); // "worse in the newest night"
        for (String[] pair : pairs) {
            assertThat(contrast(palette.get(pair[0]), palette.get(pair[1])))
                    .as("%s on %s, %s", pair[0], pair[1], dark ? "dark" : "light")
                    .isGreaterThanOrEqualTo(4.5);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void controls_focus_and_charts_can_be_seen(boolean dark) throws IOException {
        Map<String, String> palette = palette(dark);
        List<String> drawn = new ArrayList<>(List.of("control", "focus", "series", "margin"));
        for (State state : State.values()) {
            drawn.add(state.style());
        }
        for (String name : drawn) {
            assertThat(contrast(palette.get(name), palette.get("paper")))
                    .as("%s, %s", name, dark ? "dark" : "light")
                    .isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void contrast_is_that_of_the_standard() {
        assertThat(contrast("#000000", "#ffffff")).isEqualTo(21);
        assertThat(contrast("#777777", "#ffffff")).isBetween(4.47, 4.49); // known to fall just short
    }

    private static Map<String, String> palette(boolean dark) throws IOException {
        String css;
        try (InputStream in = PaletteTest.class.getResourceAsStream("/dashboard/assay.css")) {
            css = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        int second = css.indexOf("@media (prefers-color-scheme: dark)");
        Map<String, String> palette = new HashMap<>();
        read(css.substring(0, second), palette);
        assertThat(palette).hasSizeGreaterThan(15);
        if (dark) {
            int before = palette.size();
            Map<String, String> night = new HashMap<>();
            read(css.substring(second, css.indexOf("}\n}", second)), night);
            palette.putAll(night);
            assertThat(night).hasSize(before); // none is left as it is by day
        }
        return palette;
    }

    private static void read(String css, Map<String, String> palette) {
        Matcher m = Pattern.compile("--([a-z-]+): (#[0-9a-f]{6});").matcher(css);
        while (m.find()) {
            palette.put(m.group(1), m.group(2));
        }
    }

    /** After WCAG 2.2, "contrast ratio". */
    private static double contrast(String a, String b) {
        double x = luminance(a);
        double y = luminance(b);
        return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    }

    private static double luminance(String hex) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double c = Integer.parseInt(hex.substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
            sum += weights[i] * (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
