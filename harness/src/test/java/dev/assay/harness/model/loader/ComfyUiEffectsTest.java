package dev.assay.harness.model.loader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What we say is lost of a file are the keys whose numbers change nothing in ComfyUI, and all of it where ComfyUI ends with an error:
 * golden/comfyui_effects.json, of src/test/python/golden_comfyui_effects.py.
 */
class ComfyUiEffectsTest {
    private static final JsonNode GOLDEN = read();

    /** ComfyUI puts numbers into the weight in another order, or along another axis: not what was trained. */
    private static final Set<String> NONSENSE = Set.of(
            "lora turned",
            "lokr turned but as large",
            "new weight of one number",
            "magnitudes of a square layer without a second axis");

    private static JsonNode read() {
        try (InputStream in = ComfyUiEffectsTest.class.getResourceAsStream("/golden/comfyui_effects.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> cases() {
        return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
                .map(c -> c.get("base").asText() + ": " + c.get("name").asText());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void what_is_lost_is_what_changes_nothing_in_comfyui(String name) {
        JsonNode test = StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
                .filter(c -> name.equals(
                        c.get("base").asText() + ": " + c.get("name").asText()))
                .findFirst()
                .orElseThrow();
        String base = test.get("base").asText();
        Map<String, List<Long>> shapes = GoldenLoader.shapes(test.get("shapes"));
        LoaderReport report =
                LoraLoaders.COMFYUI.load(shapes, GoldenLoader.FAMILIES.get(base), GoldenLoader.base(base));
        boolean stops = test.has("stop");
        assertThat(report.modules().stream().anyMatch(m -> m.loss() == Loss.STOP))
                .as("ends with %s", test.path("stop").asText("no error"))
                .isEqualTo(stops);
        if (stops) {
            assertThat(report.modules())
                    .allMatch(m -> m.loss() == Loss.STOP && !m.why().isEmpty());
            return;
        }
        Set<String> theirs = new TreeSet<>();
        int i = 0;
        for (String key : shapes.keySet()) {
            boolean padding = key.endsWith(".reshape_weight"); // whose numbers are a shape
            if (test.get("moves").asText().charAt(i++) == '0' && !padding) {
                theirs.add(key);
            }
        }
        Set<String> ours = new TreeSet<>(report.dropped());
        if (NONSENSE.contains(test.get("name").asText())) {
            assertThat(theirs).isEmpty();
            assertThat(report.modules()).anyMatch(m -> m.loss() == Loss.SHAPE || m.loss() == Loss.SUFFIX);
        } else {
            assertThat(ours).isEqualTo(theirs);
        }
    }
}
