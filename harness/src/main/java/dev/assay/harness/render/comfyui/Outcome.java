package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.render.comfyui.graph.ComfyErrors;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How an execution ended, as the server's history has it.
 *
 * @param pictures in the order of the history
 * @param cached ids of nodes that did not run
 * @param startMillis of the execution, by the server's clock; 0 when unknown
 * @param endMillis of the execution, by the server's clock; 0 when unknown
 * @param error null when {@code end} is {@code SUCCESS}
 */
record Outcome(
        End end, List<PictureRef> pictures, Set<String> cached, long startMillis, long endMillis, Failure error) {
    enum End {
        SUCCESS,
        ERROR,
        INTERRUPTED
    }

    Outcome {
        pictures = List.copyOf(pictures);
        cached = Set.copyOf(cached);
    }

    /** With what a node failed; texts are the server's, cleaned, and {@code data} is as it came. */
    record Failure(String exceptionType, String message, JsonNode data) {
        /** Memory that freeing models may give back. */
        boolean outOfMemory() {
            return ComfyErrors.isOutOfMemory(exceptionType, message);
        }
    }

    double seconds() {
        return startMillis > 0 && endMillis >= startMillis ? (endMillis - startMillis) / 1000.0 : 0;
    }

    /** From an entry of {@code /history/{id}}: {@code {"outputs": {...}, "status": {...}}}. */
    static Outcome of(JsonNode entry) {
        return of(entry.path("outputs"), entry.path("status"));
    }

    static Outcome of(JsonNode outputs, JsonNode status) {
        Set<String> cached = new TreeSet<>();
        long start = 0;
        long end = 0;
        Failure failure = null;
        boolean interrupted = false;
        for (JsonNode message : status.path("messages")) {
            JsonNode data = message.path(1);
            switch (message.path(0).asText()) {
                case "execution_start" -> start = data.path("timestamp").asLong();
                case "execution_cached" -> data.path("nodes").forEach(n -> cached.add(n.asText()));
                case "execution_success" -> end = data.path("timestamp").asLong();
                case "execution_error" -> {
                    end = data.path("timestamp").asLong();
                    failure = failure(data);
                }
                case "execution_interrupted" -> {
                    end = data.path("timestamp").asLong();
                    interrupted = true;
                }
                default -> {
                    // Other messages change nothing about the end.
                }
            }
        }
        // A node may block with an error while the run goes on to success: the status has the last word.
        if (status.path("status_str").asText().equals("success")) {
            return new Outcome(End.SUCCESS, pictures(outputs), cached, start, end, null);
        }
        if (interrupted) {
            return new Outcome(End.INTERRUPTED, List.of(), cached, start, end, null);
        }
        if (failure == null) {
            failure = failure(ComfyHttp.JSON
                    .createObjectNode()
                    .put("exception_message", "the server gives no reason; its own log may have one"));
        }
        return new Outcome(End.ERROR, List.of(), cached, start, end, failure);
    }

    /** A job that ended before it began. */
    static Outcome cancelled() {
        return new Outcome(End.INTERRUPTED, List.of(), Set.of(), 0, 0, null);
    }

    private static Failure failure(JsonNode data) {
        return new Failure(
                PlainText.line(data.path("exception_type").asText("error"), 80),
                PlainText.of(data.path("exception_message").asText("")).strip(),
                data);
    }

    private static List<PictureRef> pictures(JsonNode outputs) {
        List<PictureRef> all = new ArrayList<>();
        outputs.properties().forEach(node -> {
            for (JsonNode image : node.getValue().path("images")) {
                all.add(new PictureRef(
                        node.getKey(),
                        image.path("filename").asText(),
                        image.path("subfolder").asText(),
                        image.path("type").asText("output")));
            }
        });
        return all;
    }
}
