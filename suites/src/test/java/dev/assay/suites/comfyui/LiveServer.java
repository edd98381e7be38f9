package dev.assay.suites.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The real server as the tests see it, beside the client under test: what it ran, in its own words. */
final class LiveServer {
    private static final JsonMapper JSON = new JsonMapper();

    private final URI url;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private LiveServer(URI url) {
        this.url = url;
    }

    /** @throws AssertionError when there is none, or when it lacks the tiny models */
    static LiveServer find() {
        String url = System.getProperty("assay.comfyui.url", "");
        if (url.isBlank()) {
            throw new AssertionError("no server: give -Dassay.comfyui.url=http://HOST:PORT of a running ComfyUI");
        }
        LiveServer server = new LiveServer(URI.create(url));
        JsonNode stats;
        try {
            stats = server.get("/api/system_stats");
        } catch (UncheckedIOException e) {
            throw new AssertionError("no ComfyUI answers at " + url + ": start one (docs/live-test.md)", e);
        }
        System.out.println("ComfyUI " + stats.at("/system/comfyui_version").asText() + ", torch "
                + stats.at("/system/pytorch_version").asText() + ", device "
                + stats.at("/devices/0/name").asText());
        String models = server.get("/api/object_info/UNETLoader").toString();
        if (!models.contains(TinyModels.BASE)) {
            throw new AssertionError("the server at " + url + " has no " + TinyModels.BASE
                    + ": make the tiny models with java " + TinyModels.class.getSimpleName() + ".java MODELS_FOLDER");
        }
        return server;
    }

    URI url() {
        return url;
    }

    /** The folder of its models, as it says itself. */
    Path models() {
        return Path.of(get("/internal/folder_paths").at("/loras/0").asText()).getParent();
    }

    JsonNode get(String path) {
        return send(HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .build());
    }

    void post(String path, JsonNode body) {
        send(HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build());
    }

    private JsonNode send(HttpRequest request) {
        try {
            String body =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return body.isBlank() ? JSON.nullNode() : JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Entries of the history whose prompt mentions {@code mark}, oldest first. */
    List<JsonNode> history(String mark) {
        return StreamSupport.stream(get("/api/history").spliterator(), false)
                .filter(e -> e.path("prompt").path(2).toString().contains(mark))
                .toList();
    }

    /** How often each picture (graph without its nonces and its file name) was sampled to the end. */
    Map<String, Integer> sampled(String mark) {
        Map<String, Integer> counts = new HashMap<>();
        for (JsonNode entry : history(mark)) {
            JsonNode graph = entry.path("prompt").path(2);
            String sampler = sampler(graph);
            boolean success = entry.at("/status/status_str").asText().equals("success");
            boolean cached = StreamSupport.stream(entry.at("/status/messages").spliterator(), false)
                    .filter(m -> m.path(0).asText().equals("execution_cached"))
                    .flatMap(m -> StreamSupport.stream(m.at("/1/nodes").spliterator(), false))
                    .anyMatch(n -> n.asText().equals(sampler));
            if (success && !cached) {
                counts.merge(identity(graph), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String sampler(JsonNode graph) {
        return graph.properties().stream()
                .filter(n -> n.getValue().path("class_type").asText().contains("KSampler"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static String identity(JsonNode graph) {
        ObjectNode copy = graph.deepCopy();
        copy.forEach(node -> {
            ObjectNode inputs = (ObjectNode) node.get("inputs");
            inputs.remove("filename_prefix");
            List<String> nonces = new ArrayList<>();
            inputs.fieldNames().forEachRemaining(name -> {
                if (name.startsWith("_")) {
                    nonces.add(name);
                }
            });
            inputs.remove(nonces);
        });
        return copy.toString();
    }

    /** Ids of what runs or waits and mentions {@code mark}. */
    List<String> queued(String mark) {
        JsonNode queue = get("/api/queue");
        List<String> ids = new ArrayList<>();
        for (String part : List.of("queue_running", "queue_pending")) {
            queue.path(part).forEach(item -> {
                if (item.path(2).toString().contains(mark)) {
                    ids.add(item.path(1).asText());
                }
            });
        }
        return ids;
    }

    /** Forgets all that mentions {@code mark}, queued, running and finished: what a restart does. */
    void forget(String mark) {
        for (String id : queued(mark)) {
            post("/api/jobs/" + id + "/cancel", JSON.createObjectNode());
        }
        while (!queued(mark).isEmpty()) {
            pause(50);
        }
        ObjectNode delete = JSON.createObjectNode();
        history(mark)
                .forEach(e ->
                        delete.withArray("delete").add(e.path("prompt").path(1).asText()));
        post("/api/history", delete);
        free();
    }

    /** Forgets the models that are loaded and what was sampled with them. */
    void free() {
        ObjectNode free = JSON.createObjectNode();
        free.put("unload_models", true).put("free_memory", true);
        post("/api/free", free);
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
