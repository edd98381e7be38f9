package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The routes of a ComfyUI server that Assay uses, in the form {@code /api/...} that every version has and proxies forward.
 * Anything may throw a {@link ComfyException}.
 */
final class ComfyClient {
    private static final Map<String, String> NONE = Map.of();

    private final ComfyHttp http;
    private volatile Capabilities capabilities; // null until asked
    private volatile Consumer<String> waits = why -> {};

    ComfyClient(ComfyOptions options, Credentials credentials, ComfyTimeouts times, Executor threads) {
        this.http = new ComfyHttp(options, credentials, times, threads);
    }

    /** Says who hears why nothing moves; must not block. */
    void onWait(Consumer<String> listener) {
        waits = listener;
    }

    /** Nothing moves on this server: why, since when, and what becomes of it. */
    void waits(String why, long sinceNanos, String then) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
        waits.accept(where() + ": " + why + " since " + seconds + " s" + then);
    }

    ComfyHttp http() {
        return http;
    }

    /** Address for messages. */
    String where() {
        return http.address().base();
    }

    /** Asked anew after a restart: the server may have been updated. */
    void forgetCapabilities() {
        capabilities = null;
    }

    Capabilities capabilities() {
        Capabilities known = capabilities;
        if (known == null) {
            known = probe();
            capabilities = known;
        }
        return known;
    }

    private Capabilities probe() {
        ComfyHttp.Answer list = http.tryGet("/api/jobs", Map.of("limit", "1"));
        if (list.status() != 404 && list.status() != 405) {
            http.good("/api/jobs", list); // a proxy whose server is away says nothing about the server
        }
        boolean jobs = list.status() == 200 && isJson(list, "jobs");
        // Of an id that nobody has: cancelling it changes nothing.
        ComfyHttp.Answer cancel =
                http.post("/api/jobs/" + UUID.randomUUID() + "/cancel", JsonNodeFactory.instance.objectNode());
        if (cancel.status() >= 502) {
            http.good("/api/jobs", cancel);
        }
        return new Capabilities(jobs, jobs && (isJson(cancel, "cancelled") || isJson(cancel, "error")));
    }

    private static boolean isJson(ComfyHttp.Answer answer, String field) {
        try {
            return ComfyHttp.JSON.readTree(answer.body()).has(field);
        } catch (IOException e) {
            return false;
        }
    }

    JsonNode systemStats() {
        return http.get("/api/system_stats", NONE);
    }

    /** Description of a node class; empty when the server has no such class. */
    Optional<JsonNode> objectInfo(String classType) {
        String path = "/api/object_info/" + ServerAddress.escape(classType);
        ComfyHttp.Answer answer = http.tryGet(path, NONE);
        if (answer.status() == 404) {
            return Optional.empty();
        }
        JsonNode info = http.json(path, http.good(path, answer)).path(classType);
        return info.isObject() ? Optional.of(info) : Optional.empty();
    }

    /** Where a job is. */
    enum Place {
        UNKNOWN,
        PENDING,
        RUNNING,
        ENDED
    }

    /** Where a job is, and how it ended if it has; {@code outcome} is null before. */
    record Status(Place place, Outcome outcome) {
        static final Status UNKNOWN = new Status(Place.UNKNOWN, null);
        static final Status PENDING = new Status(Place.PENDING, null);
        static final Status RUNNING = new Status(Place.RUNNING, null);

        static Status ended(Outcome outcome) {
            return new Status(Place.ENDED, outcome);
        }
    }

    Status status(String id) {
        return capabilities().jobs() ? statusOfJob(id) : statusOfQueue(id);
    }

    private Status statusOfJob(String id) {
        String path = "/api/jobs/" + ServerAddress.escape(id);
        ComfyHttp.Answer answer = http.tryGet(path, NONE);
        if (answer.status() == 404) {
            return isJson(answer, "error") ? Status.UNKNOWN : statusOfQueue(id); // the route itself is gone
        }
        JsonNode job = http.json(path, http.good(path, answer));
        return switch (job.path("status").asText()) {
            case "pending" -> Status.PENDING;
            case "in_progress" -> Status.RUNNING;
            default ->
                Status.ended(history(id)
                        .orElseGet(() -> job.path("status").asText().equals("cancelled")
                                ? Outcome.cancelled()
                                : Outcome.of(job.path("outputs"), job.path("execution_status"))));
        };
    }

    /** First the queue, then the history: a job moves from one to the other in one step and cannot slip between. */
    private Status statusOfQueue(String id) {
        JsonNode queue = http.get("/api/queue", NONE);
        if (lists(queue.path("queue_running"), id)) {
            return Status.RUNNING;
        }
        if (lists(queue.path("queue_pending"), id)) {
            return Status.PENDING;
        }
        return history(id).map(Status::ended).orElse(Status.UNKNOWN);
    }

    /** How many jobs of others the server will do before this one. */
    int ahead(String id, String clientId) {
        JsonNode queue = http.get("/api/queue", NONE);
        int before = 0;
        for (JsonNode item : queue.path("queue_running")) {
            before += isOf(item, clientId) ? 0 : 1;
        }
        double mine = Double.MAX_VALUE; // the server takes the smallest number first
        for (JsonNode item : queue.path("queue_pending")) {
            mine = item.path(1).asText().equals(id) ? item.path(0).asDouble() : mine;
        }
        for (JsonNode item : queue.path("queue_pending")) {
            before += item.path(0).asDouble() < mine && !isOf(item, clientId) ? 1 : 0;
        }
        return before;
    }

    private static boolean isOf(JsonNode item, String clientId) {
        return item.path(3).path("client_id").asText().equals(clientId);
    }

    private static boolean lists(JsonNode items, String id) {
        for (JsonNode item : items) {
            if (item.path(1).asText().equals(id)) {
                return true;
            }
        }
        return false;
    }

    private Optional<Outcome> history(String id) {
        JsonNode entry =
                http.get("/api/history/" + ServerAddress.escape(id), NONE).path(id);
        return entry.isObject() ? Optional.of(Outcome.of(entry)) : Optional.empty();
    }

    /** {@code POST /prompt}; the answer may be a refusal, which is the caller's to read. */
    ComfyHttp.Answer submit(JsonNode graph, String id, String clientId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("prompt", graph);
        body.put("client_id", clientId);
        body.put("prompt_id", id);
        return http.post("/api/prompt", body);
    }

    /** Stops one job, wherever it is. Never anybody else's: an interrupt without an id stops whatever is running. */
    void cancel(String id) {
        if (capabilities().cancel()) {
            http.post("/api/jobs/" + ServerAddress.escape(id) + "/cancel", JsonNodeFactory.instance.objectNode());
            return;
        }
        ObjectNode delete = JsonNodeFactory.instance.objectNode();
        delete.putArray("delete").add(id);
        http.post("/api/queue", delete);
        if (lists(http.get("/api/queue", NONE).path("queue_running"), id)) {
            http.post("/api/interrupt", JsonNodeFactory.instance.objectNode().put("prompt_id", id));
        }
    }

    /** Takes a job out of the history, where a browser would stumble over what it holds. */
    void forget(String id) {
        ObjectNode delete = JsonNodeFactory.instance.objectNode();
        delete.putArray("delete").add(id);
        http.post("/api/history", delete);
    }

    /** Empties the node cache, after the running job, so that files are read from the disk again; models may stay. */
    void empty() {
        free(false);
    }

    /** Unloads models and empties the node cache, after the running job. */
    void free() {
        free(true);
    }

    private void free(boolean models) {
        ObjectNode what = JsonNodeFactory.instance.objectNode();
        what.put("unload_models", models);
        what.put("free_memory", true);
        http.good("/api/free", http.post("/api/free", what));
    }

    /** The bytes of a picture file. */
    byte[] view(PictureRef picture, long most) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("filename", picture.filename());
        parameters.put("subfolder", picture.subfolder());
        parameters.put("type", picture.type());
        return http.bytes("/api/view", parameters, most);
    }

    /** {@code __metadata__} of a safetensors file; empty when the server cannot tell. */
    Optional<JsonNode> metadata(String folder, String filename) {
        ComfyHttp.Answer answer = http.tryGet("/api/view_metadata/" + folder, Map.of("filename", filename));
        return optional(answer);
    }

    /** Names, sizes and dates of the files in a folder; empty when the server does not tell. */
    Optional<JsonNode> listing(String folder) {
        return optional(http.tryGet("/api/experiment/models/" + folder, NONE));
    }

    /** Absolute folders of model files on the server's disk; empty when it does not tell. */
    Optional<JsonNode> folderPaths() {
        return optional(http.tryGet("/internal/folder_paths", NONE));
    }

    /** Whether lines of the log now come to this socket. */
    boolean subscribeLogs(String clientId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("clientId", clientId);
        body.put("enabled", true);
        return http.write("PATCH", "/internal/logs/subscribe", body).status() == 200;
    }

    private static Optional<JsonNode> optional(ComfyHttp.Answer answer) {
        if (answer.status() != 200) {
            return Optional.empty();
        }
        try {
            return Optional.of(ComfyHttp.JSON.readTree(answer.body())).filter(JsonNode::isContainerNode);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
