package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model as its server lists it.
 *
 * @param id by which it is asked for
 * @param facts what the server says of it that lasts; not its time of start, which llama.cpp and vLLM give as "created"
 */
record ServedModel(String id, String facts) {
    private static final List<String> LASTING = List.of("owned_by", "root", "parent", "max_model_len");
    private static final int MAX_LISTED = 20;
    private static final int MAX_NAME = 300; // characters

    /**
     * @param list answer of {@code /models}; null where a server has none
     * @param wanted null for the only one
     * @throws JudgeException when the server has no such model, or several to choose from
     */
    static ServedModel choose(@Nullable JsonNode list, @Nullable String wanted) {
        List<JsonNode> models = new ArrayList<>();
        if (list != null) {
            list.path("data").forEach(models::add);
        }
        List<String> ids = models.stream()
                .map(m -> m.path("id").asText())
                .filter(id -> !id.isBlank() && id.length() <= MAX_NAME)
                .toList();
        if (wanted == null) {
            if (ids.size() != 1) {
                throw new JudgeException("which model? give " + JudgeOptions.MODEL + "; "
                        + (ids.isEmpty() ? "the server lists none" : "there are " + shown(ids)));
            }
            return of(ids.get(0), models);
        }
        if (ids.isEmpty()) {
            return new ServedModel(wanted, "unlisted");
        }
        if (ids.contains(wanted)) {
            return of(wanted, models);
        }
        if (ids.contains(wanted + ":latest")) { // Ollama's tag of a name without one
            return of(wanted + ":latest", models);
        }
        throw new JudgeException(JudgeOptions.MODEL + ": the server has no model " + wanted + "; there are "
                + shown(ids) + DidYouMean.hint(wanted, ids));
    }

    private static ServedModel of(String id, List<JsonNode> models) {
        JsonNode model = models.stream()
                .filter(m -> m.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow();
        Map<String, String> facts = new TreeMap<>();
        LASTING.forEach(name -> add(name, model.path(name), facts));
        model.path("meta").properties().forEach(e -> add("meta." + e.getKey(), e.getValue(), facts));
        return new ServedModel(id, facts.toString());
    }

    private static void add(String name, JsonNode value, Map<String, String> facts) {
        if (value.isValueNode() && !value.isNull()) {
            facts.put(name, value.asText());
        }
    }

    private static String shown(List<String> ids) {
        return PlainText.line(Shortened.of(ids, MAX_LISTED), 1000);
    }

    /** For people. */
    String name() {
        return PlainText.line(id.replaceAll(".*/", ""), 60);
    }
}
