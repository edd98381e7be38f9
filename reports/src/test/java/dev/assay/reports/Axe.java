package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Looks with axe-core at what a browser shows: WCAG 2.0 to 2.2, levels A and AA. */
public final class Axe {
    private static final String RULES =
            "{runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}, preload: false}";

    private Axe() {}

    /** A page wide and narrow, by day and by night, with everything unfolded. */
    public static void assertPage(Chromium chromium, String address) {
        for (int width : new int[] {1280, 390}) {
            for (boolean dark : new boolean[] {false, true}) {
                chromium.view(width, width > 600 ? 900 : 844, dark);
                chromium.open(address);
                chromium.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
                assertNoViolation(chromium, "document", address + " at " + width + (dark ? ", dark" : ", light"));
            }
        }
    }

    /** @param context what is looked at, as axe names it: {@code document}, or selectors */
    public static void assertNoViolation(Chromium chromium, String context, String what) {
        chromium.evaluate(script() + "; true");
        JsonNode found = chromium.evaluate(
                "axe.run(" + context + ", " + RULES + ").then(r => [r.passes.length, r.violations.map(v =>"
                        + " v.id + ': ' + v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | '))])");
        List<String> violations = new ArrayList<>();
        found.get(1).forEach(v -> violations.add(v.asText()));
        assertThat(violations).as(what).isEmpty();
        assertThat(found.get(0).asInt()).as("rules that applied: %s", what).isGreaterThan(1);
    }

    private static String script() {
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
