package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A ComfyUI server as seen from outside: routes, message orders and bodies as observed on servers of version 0.29 and 0.33,
 * and every fault that breaks clients. It really renders, in a way: see {@link FakePicture}.
 */
final class FakeComfy implements FakeHttp.Service, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What happens to the next job that runs. */
    enum Fault {
        NONE,
        NODE_FAILS,
        OUT_OF_MEMORY,
        INTERRUPTED,
        /** The socket drops in the middle; the job goes on. */
        SOCKET_DROPS,
        /** The server dies in the middle and starts again with nothing in memory. */
        RESTART,
        /** The server dies in the middle for good. */
        DEATH,
        /** The job leaves no trace in the history. */
        FORGOTTEN,
        /** An error is announced, and the run goes on to success. */
        BLOCKED
    }

    // What a test sets.
    final Deque<Fault> faults = new ConcurrentLinkedDeque<>();
    volatile boolean jobsApi = true;
    volatile boolean cancelApi = true;
    volatile boolean ownIds = true; // takes the client's prompt ids
    volatile boolean silentSocket;
    volatile boolean twice; // every message is sent twice
    volatile boolean forgetsAlways;
    volatile boolean noLogs;
    volatile boolean noisy; // no picture comes out twice the same
    volatile boolean wrongHeader; // a picture of the wrong size claims a huge one
    volatile boolean savesToSocket; // has SaveImageWebsocket
    volatile int renderMillis = 20;
    volatile CountDownLatch hold = new CountDownLatch(0); // samplers wait for it after their first step
    volatile int steps = 4;
    volatile long downMillis = 150; // of a restart
    volatile String prefix = "";
    volatile String wantsAuthorization;
    volatile String verbose = "INFO";
    volatile String device = "cuda:0 NVIDIA Fake 9000 : cudaMallocAsync";
    volatile int status; // for every route but the socket's, where not 0
    final AtomicInteger slowAnswers = new AtomicInteger(); // of any route, each 700 ms late
    final AtomicInteger lostReplies = new AtomicInteger();
    final AtomicInteger nodeErrors = new AtomicInteger();
    final AtomicInteger texts500 = new AtomicInteger();
    final AtomicInteger truncated = new AtomicInteger();
    final AtomicInteger wrongSize = new AtomicInteger();
    final AtomicInteger missingFiles = new AtomicInteger();
    final List<String> logsOfLoras = new CopyOnWriteArrayList<>(); // written when a LoRA is loaded
    final Map<String, List<String>> logsOfLora = new ConcurrentHashMap<>(); // the same of one, by its name
    final List<String> logsOfOthers =
            new CopyOnWriteArrayList<>(); // written when a job has ended: by the next, not ours
    final Map<String, List<String>> files = new ConcurrentHashMap<>();
    final Map<String, ObjectNode> metadata = new ConcurrentHashMap<>(); // of model files, by name

    volatile double modified = 1.5e9;
    final Map<String, Long> sizes = new ConcurrentHashMap<>(); // of model files, by name
    final ObjectNode folderPaths = JSON.createObjectNode();
    volatile String comfyuiVersion = "0.33.0";

    // What a test asserts on.
    final List<String> accepted = new CopyOnWriteArrayList<>(); // prompt ids in the order of arrival
    final List<String> sampled = new CopyOnWriteArrayList<>(); // prompt ids whose sampler ran to its end
    final List<String> requests = new CopyOnWriteArrayList<>(); // METHOD path
    final List<Map<String, String>> headers = new CopyOnWriteArrayList<>();
    final List<Map<String, String>> queries = new CopyOnWriteArrayList<>();
    final List<String> sockets = new CopyOnWriteArrayList<>(); // client ids in the order of connection
    final AtomicInteger freed = new AtomicInteger();
    final AtomicInteger died = new AtomicInteger();

    private record Job(int number, String id, ObjectNode graph, String clientId) {}

    private FakeHttp http;
    private final int port;
    private final Map<String, FakeHttp.Peer> peers = new ConcurrentHashMap<>();
    private final Map<String, byte[]> outputs = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private final Deque<Job> pending = new ArrayDeque<>(); // guarded by lock, as all below
    private Job running;
    private boolean interrupt;
    private final Map<String, ObjectNode> history = new LinkedHashMap<>();
    private final Set<String> cached = new HashSet<>(); // signatures of nodes that ran
    private final List<ObjectNode> log = new ArrayList<>();
    private int number;
    private int saved;
    private int life; // of the process: a worker of an earlier life stops

    FakeComfy() {
        files.put("checkpoints", List.of("sd15.safetensors", "sdxl.safetensors", "sub\\other.safetensors"));
        files.put("diffusion_models", List.of("tiny-flux.safetensors"));
        files.put("text_encoders", List.of("clip_l.safetensors", "t5xxl_fp16.safetensors", "tiny-clip-l.safetensors"));
        files.put("vae", List.of("ae.safetensors", "taef1", "pixel_space"));
        files.put(
                "loras",
                List.of(
                        "style.safetensors",
                        "other.safetensors",
                        "sdxl-style.safetensors",
                        "text-alone.safetensors",
                        "untrained.safetensors",
                        "untrained-model.safetensors"));
        http = new FakeHttp(0, this);
        port = http.port();
        startWorker();
    }

    String url() {
        return "http://127.0.0.1:" + port + prefix;
    }

    /** The process dies. */
    void die() {
        synchronized (lock) {
            life++;
            died.incrementAndGet();
            pending.clear();
            running = null;
            history.clear();
            cached.clear();
            log.clear();
            peers.clear();
            lock.notifyAll();
        }
        http.close();
    }

    /** A new process on the same port: nothing in memory, its files still there. */
    void start() {
        http = new FakeHttp(port, this);
        startWorker();
    }

    void restart(long millisDown) {
        die();
        pause(millisDown);
        start();
    }

    void dropSockets() {
        peers.values().forEach(FakeHttp.Peer::drop);
    }

    /** A job of somebody else, which keeps the server busy. */
    void addForeignJob(String id) {
        synchronized (lock) {
            pending.add(new Job(number++, id, graphOfSomebody(), null));
            lock.notifyAll();
        }
    }

    boolean knows(String id) {
        synchronized (lock) {
            return history.containsKey(id) || pending.stream().anyMatch(j -> j.id().equals(id)) || isRunning(id);
        }
    }

    /** Waits for what will be; a test's own time limit ends it. */
    static void until(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            pause(2);
        }
    }

    boolean isRunning(String id) {
        synchronized (lock) {
            return running != null && running.id().equals(id);
        }
    }

    int waiting() {
        synchronized (lock) {
            return pending.size();
        }
    }

    @Override
    public void close() {
        die();
    }

    private int life() {
        synchronized (lock) {
            return life;
        }
    }

    private static ObjectNode graphOfSomebody() {
        return parse(
                "{\"7\":{\"class_type\":\"KSampler\",\"inputs\":{\"seed\":99}},\"8\":{\"class_type\":\"VAEDecode\","
                        + "\"inputs\":{\"samples\":[\"7\",0]}},\"9\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"8\",0],"
                        + "\"filename_prefix\":\"theirs\"}}}");
    }

    // ---------------------------------------------------------------- routes

    @Override
    public boolean accepts(FakeHttp.Request handshake) {
        headers.add(handshake.headers());
        queries.add(handshake.query());
        return isAuthorized(handshake);
    }

    @Override
    public void connected(FakeHttp.Request handshake, FakeHttp.Peer peer) {
        String id = handshake.query().get("clientId");
        peers.put(id, peer);
        sockets.add(id);
        if (!silentSocket) {
            peer.send(object().put("type", "status")
                    .set(
                            "data",
                            object().put("sid", id)
                                    .set(
                                            "status",
                                            object().set("exec_info", object().put("queue_remaining", waiting()))))
                    .toString());
        }
    }

    private boolean isAuthorized(FakeHttp.Request request) {
        return wantsAuthorization == null
                || wantsAuthorization.equals(request.headers().get("authorization"));
    }

    @Override
    public FakeHttp.Reply answer(FakeHttp.Request request) {
        requests.add(request.method() + " " + request.path());
        headers.add(request.headers());
        queries.add(request.query());
        if (take(slowAnswers)) {
            pause(700);
        }
        if (status != 0) {
            return FakeHttp.Reply.text(status, status == 403 ? "" : "gateway says " + request.headers());
        }
        if (request.headers().containsKey("origin") || !isAuthorized(request)) {
            return FakeHttp.Reply.text(403, "");
        }
        if (!request.path().startsWith(prefix)) {
            return FakeHttp.Reply.text(404, "404: Not Found");
        }
        String path = request.path().substring(prefix.length());
        if (path.startsWith("/internal/")) {
            return internal(path, request);
        }
        if (!path.startsWith("/api/")) {
            return FakeHttp.Reply.text(404, "404: Not Found");
        }
        return api(request, path.substring("/api".length()));
    }

    private FakeHttp.Reply api(FakeHttp.Request request, String path) {
        boolean get = request.method().equals("GET");
        if (path.equals("/jobs") || path.startsWith("/jobs/")) {
            return jobs(path);
        }
        if (path.startsWith("/history/") && get) {
            return FakeHttp.Reply.json(200, history(path.substring("/history/".length())));
        }
        if (path.startsWith("/object_info/")) {
            String type = path.substring("/object_info/".length());
            ObjectNode all = FakeNodes.info(files, savesToSocket);
            return FakeHttp.Reply.json(200, all.has(type) ? object().set(type, all.get(type)) : object());
        }
        if (path.startsWith("/experiment/models/")) {
            return FakeHttp.Reply.json(200, listing(path.substring("/experiment/models/".length())));
        }
        if (path.startsWith("/view_metadata/")) {
            ObjectNode found = metadata.get(request.query().get("filename"));
            return found == null ? FakeHttp.Reply.text(404, "") : FakeHttp.Reply.json(200, found);
        }
        return switch (request.method() + " " + path) {
            case "GET /object_info" -> FakeHttp.Reply.json(200, FakeNodes.info(files, savesToSocket));
            case "GET /system_stats" -> FakeHttp.Reply.json(200, stats());
            case "GET /queue" -> FakeHttp.Reply.json(200, queue());
            case "GET /view" -> view(request.query());
            case "POST /prompt" -> prompt(parse(request.body()));
            case "POST /queue" -> {
                parse(request.body()).path("delete").forEach(id -> delete(id.asText()));
                yield FakeHttp.Reply.text(200, "");
            }
            case "POST /history" -> {
                synchronized (lock) {
                    parse(request.body()).path("delete").forEach(id -> history.remove(id.asText()));
                }
                yield FakeHttp.Reply.text(200, "");
            }
            case "POST /interrupt" -> {
                interrupt(parse(request.body()).path("prompt_id").asText(null));
                yield FakeHttp.Reply.text(200, "");
            }
            case "POST /free" -> {
                freed.incrementAndGet();
                synchronized (lock) {
                    cached.clear();
                }
                yield FakeHttp.Reply.text(200, "");
            }
            default -> FakeHttp.Reply.text(404, "404: Not Found");
        };
    }

    private ArrayNode listing(String folder) {
        ArrayNode all = JSON.createArrayNode();
        for (String name : files.getOrDefault(folder, List.of())) {
            all.addObject()
                    .put("name", name)
                    .put("pathIndex", 0)
                    .put("modified", modified)
                    .put("size", sizes.getOrDefault(name, 1000L));
        }
        return all;
    }

    private FakeHttp.Reply internal(String path, FakeHttp.Request request) {
        if (noLogs) {
            return FakeHttp.Reply.text(404, "404: Not Found");
        }
        if (path.equals("/internal/logs/raw")) {
            ObjectNode answer = object();
            synchronized (lock) {
                log.forEach(answer.putArray("entries")::add);
            }
            return FakeHttp.Reply.json(200, answer);
        }
        if (path.equals("/internal/logs/subscribe") && request.method().equals("PATCH")) {
            return FakeHttp.Reply.text(200, "");
        }
        return path.equals("/internal/folder_paths")
                ? FakeHttp.Reply.json(200, folderPaths)
                : FakeHttp.Reply.text(404, "404: Not Found");
    }

    private FakeHttp.Reply jobs(String path) {
        if (!jobsApi) {
            return FakeHttp.Reply.text(404, "404: Not Found");
        }
        if (path.equals("/jobs")) {
            ObjectNode list = object();
            list.putArray("jobs");
            return FakeHttp.Reply.json(200, list);
        }
        String id = path.split("/", -1)[2];
        if (path.endsWith("/cancel")) {
            return cancelApi
                    ? FakeHttp.Reply.json(200, object().put("cancelled", cancel(id)))
                    : FakeHttp.Reply.text(404, "404: Not Found");
        }
        ObjectNode job = object().put("id", id);
        synchronized (lock) {
            if (isRunning(id)) {
                return FakeHttp.Reply.json(200, job.put("status", "in_progress"));
            }
            if (pending.stream().anyMatch(j -> j.id().equals(id))) {
                return FakeHttp.Reply.json(200, job.put("status", "pending"));
            }
            ObjectNode entry = history.get(id);
            if (entry == null) {
                return FakeHttp.Reply.json(404, object().put("error", "Job not found"));
            }
            boolean good = entry.path("status").path("status_str").asText().equals("success");
            job.put("status", good ? "completed" : "failed");
            job.set("outputs", entry.get("outputs"));
            job.set("execution_status", entry.get("status"));
            return FakeHttp.Reply.json(200, job);
        }
    }

    private ObjectNode history(String id) {
        synchronized (lock) {
            ObjectNode answer = object();
            if (history.containsKey(id)) {
                answer.set(id, history.get(id));
            }
            return answer;
        }
    }

    private ObjectNode queue() {
        ObjectNode answer = object();
        synchronized (lock) {
            ArrayNode now = answer.putArray("queue_running");
            if (running != null) {
                now.add(tuple(running));
            }
            ArrayNode later = answer.putArray("queue_pending");
            pending.forEach(j -> later.add(tuple(j)));
        }
        return answer;
    }

    private static ArrayNode tuple(Job job) {
        ArrayNode tuple = JSON.createArrayNode().add(job.number()).add(job.id()).add(job.graph());
        tuple.add(object().put("client_id", job.clientId()));
        tuple.addArray();
        return tuple;
    }

    private ObjectNode stats() {
        ObjectNode stats = object();
        ObjectNode system = stats.putObject("system");
        system.put("os", "linux").put("comfyui_version", comfyuiVersion).put("pytorch_version", "2.13.0+cu130");
        system.put("python_version", "3.11.7");
        ArrayNode arguments = system.putArray("argv").add("main.py").add("--listen");
        if (!verbose.equals("INFO")) {
            arguments.add("--verbose").add(verbose);
        }
        boolean cpu = device.equals("cpu");
        stats.putArray("devices")
                .addObject()
                .put("name", device)
                .put("type", cpu ? "cpu" : "cuda")
                .put("vram_total", 24L << 30)
                .put("vram_free", (24L << 30) - (running() ? 9L << 30 : 2L << 30));
        return stats;
    }

    private boolean running() {
        synchronized (lock) {
            return running != null;
        }
    }

    private FakeHttp.Reply view(Map<String, String> query) {
        byte[] png = outputs.get(query.get("subfolder") + "/" + query.get("filename"));
        if (png == null || take(missingFiles)) {
            return FakeHttp.Reply.text(404, "");
        }
        if (take(truncated)) {
            png = Arrays.copyOf(png, png.length / 2);
        } else if (take(wrongSize)) {
            png = FakePicture.png(Image.of(8, 8, new byte[192]), "");
            if (wrongHeader) {
                ByteBuffer.wrap(png).putInt(16, 30000).putInt(20, 30000);
            }
        }
        return new FakeHttp.Reply(200, "image/png", png);
    }

    private FakeHttp.Reply prompt(ObjectNode body) {
        if (take(texts500)) {
            return FakeHttp.Reply.text(500, "500 Internal Server Error\n\nServer got itself in trouble");
        }
        JsonNode graph = body.path("prompt");
        ObjectNode refusal = FakeNodes.validate(graph, files, savesToSocket);
        if (refusal != null) {
            return FakeHttp.Reply.json(400, refusal);
        }
        String id = ownIds ? body.path("prompt_id").asText() : UUID.randomUUID().toString();
        if (ownIds && !id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            return FakeHttp.Reply.json(
                    400,
                    object().set(
                                    "error",
                                    object().put("type", "invalid_prompt_id").put("message", "no UUID")));
        }
        ObjectNode reply = object().put("prompt_id", id).put("number", number);
        reply.putObject("node_errors");
        if (take(nodeErrors)) {
            reply.set("node_errors", FakeNodes.valueNotInList("7", "KSampler", "sampler_name", "eular"));
        }
        boolean lose = take(lostReplies);
        synchronized (lock) {
            accepted.add(id);
            pending.add(new Job(
                    number++, id, (ObjectNode) graph, body.path("client_id").asText(null)));
            lock.notifyAll();
        }
        tell(body.path("client_id").asText(null), "status", statusData());
        return lose ? null : FakeHttp.Reply.json(200, reply);
    }

    private boolean delete(String id) {
        synchronized (lock) {
            return pending.removeIf(j -> j.id().equals(id));
        }
    }

    private boolean cancel(String id) {
        synchronized (lock) {
            return delete(id) || (isRunning(id) && interrupt(id));
        }
    }

    /** @param id null interrupts whatever runs */
    private boolean interrupt(String id) {
        synchronized (lock) {
            if (running == null || (id != null && !isRunning(id))) {
                return false;
            }
            interrupt = true;
            lock.notifyAll();
            return true;
        }
    }

    /** Somebody presses the button. */
    void interruptAll() {
        interrupt(null);
    }

    // ---------------------------------------------------------------- the worker

    private void startWorker() {
        int mine = life();
        FakeHttp.start("fake-worker", () -> work(mine));
    }

    private void work(int mine) {
        while (true) {
            Job job;
            synchronized (lock) {
                while (life == mine && pending.isEmpty()) {
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (life != mine) {
                    return;
                }
                job = pending.poll();
                running = job;
                interrupt = false;
            }
            new Execution(job, mine).run();
        }
    }

    /** One execution; ends early when the process it belongs to has died. */
    private final class Execution {
        private final Job job;
        private final int mine;
        private final Fault fault;
        private final ArrayNode messages = JSON.createArrayNode();
        private final ObjectNode results = object();
        private final List<String> executed = new ArrayList<>();

        Execution(Job job, int mine) {
            this.job = job;
            this.mine = mine;
            Fault next = job.clientId() == null ? null : faults.poll();
            this.fault = next == null ? Fault.NONE : next;
        }

        void run() {
            tell("status", statusData());
            mark("execution_start", object());
            List<String> order = FakeNodes.order(job.graph());
            ArrayNode known = JSON.createArrayNode();
            Set<String> ready = new LinkedHashSet<>();
            synchronized (lock) {
                for (String id : order) {
                    if (cached.contains(signature(id)) && !type(id).equals("SaveImageWebsocket")) {
                        ready.add(id);
                        known.add(id);
                    }
                }
            }
            ObjectNode about = object();
            about.set("nodes", known);
            mark("execution_cached", about);
            for (String id : order) {
                if (ready.contains(id)) {
                    if (type(id).matches("SaveImage|PreviewImage")) {
                        synchronized (lock) {
                            results.set(id, lastOutput.get(signature(id)));
                        }
                    }
                    continue;
                }
                if (!node(id)) {
                    return;
                }
                executed.add(id);
                synchronized (lock) {
                    if (life != mine) {
                        return;
                    }
                    cached.add(signature(id));
                }
            }
            mark("execution_success", object());
            logsOfOthers.forEach(this::log);
            end("success");
        }

        /** False when the execution is over. */
        private boolean node(String id) {
            String type = type(id);
            tell("executing", object().put("node", id).put("display_node", id).put("prompt_id", job.id()));
            if (type.startsWith("LoraLoader")) {
                JsonNode inputs = job.graph().path(id).path("inputs");
                if (strength(inputs, "strength_model") != 0 || strength(inputs, "strength_clip") != 0) {
                    logsOfLoras.forEach(this::log);
                    logsOfLora
                            .getOrDefault(inputs.path("lora_name").asText(), List.of())
                            .forEach(this::log);
                }
            }
            if (type.contains("KSampler") || type.startsWith("SamplerCustom")) {
                return sample(id);
            }
            if (type.matches("SaveImage|PreviewImage")) {
                save(id);
            } else if (type.equals("SaveImageWebsocket")) {
                FakeHttp.Peer peer = peers.get(String.valueOf(job.clientId()));
                if (peer != null && !silentSocket) {
                    peer.send(frame(id, "image/png", FakePicture.png(FakePicture.of(job.graph(), id), "")));
                }
            }
            return alive();
        }

        private double strength(JsonNode inputs, String input) {
            return inputs.path(input).asDouble();
        }

        private boolean sample(String id) {
            for (int step = 1; step <= steps; step++) {
                synchronized (lock) {
                    long until = System.nanoTime() + renderMillis * 1_000_000L / steps;
                    while (life == mine && !interrupt && System.nanoTime() < until) {
                        try {
                            TimeUnit.NANOSECONDS.timedWait(lock, Math.max(1, until - System.nanoTime()));
                        } catch (InterruptedException e) {
                            return false;
                        }
                    }
                    if (life != mine) {
                        return false;
                    }
                }
                if (interrupted() || (step == 2 && fault == Fault.INTERRUPTED)) {
                    mark("execution_interrupted", problem(id));
                    end("error");
                    return false;
                }
                tell(
                        "progress",
                        object().put("value", step)
                                .put("max", steps)
                                .put("prompt_id", job.id())
                                .put("node", id));
                send(frame(id, "image/jpeg", new byte[] {1, 2, 3}));
                awaitRelease();
                if (step == 2 && !happens(id)) {
                    return false;
                }
            }
            sampled.add(job.id());
            return alive();
        }

        /** The fault in the middle of the sampler; false when it ends the execution. */
        private boolean happens(String id) {
            switch (fault) {
                case NODE_FAILS -> {
                    return error(id, "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (77x768 and 2048x640)");
                }
                case OUT_OF_MEMORY -> {
                    return error(
                            id,
                            "torch.OutOfMemoryError",
                            "Allocation on device 0 would exceed allowed memory.\n"
                                    + "This error means you ran out of memory on your GPU.");
                }
                case SOCKET_DROPS -> dropSockets();
                case RESTART -> {
                    FakeHttp.start("fake-restart", () -> restart(downMillis));
                    awaitDeath();
                    return false;
                }
                case DEATH -> {
                    FakeHttp.start("fake-death", FakeComfy.this::die);
                    awaitDeath();
                    return false;
                }
                case BLOCKED ->
                    tell(
                            "execution_error",
                            problem(id)
                                    .put("exception_type", "ExecutionBlocked")
                                    .put("exception_message", "blocked"));
                default -> {
                    // Goes on.
                }
            }
            return true;
        }

        private void awaitRelease() {
            while (hold.getCount() > 0 && alive() && !interrupted()) {
                pause(2);
            }
        }

        private void awaitDeath() {
            while (alive()) {
                pause(5);
            }
        }

        private boolean error(String id, String type, String message) {
            ObjectNode data = problem(id).put("exception_type", type).put("exception_message", message);
            data.putArray("traceback").add("File \"/srv/comfy/nodes.py\", line 1");
            mark("execution_error", data);
            end("error");
            return false;
        }

        private ObjectNode problem(String id) {
            ObjectNode data =
                    object().put("prompt_id", job.id()).put("node_id", id).put("node_type", type(id));
            executed.forEach(data.putArray("executed")::add);
            return data.put("timestamp", Instant.now().toEpochMilli());
        }

        private void save(String id) {
            String name;
            ObjectNode output = object();
            String type = type(id).equals("SaveImage") ? "output" : "temp";
            synchronized (lock) {
                name = "assay_" + String.format("%05d", ++saved) + "_.png";
            }
            outputs.put("sub/" + name, FakePicture.png(picture(id), job.graph().toString()));
            output.putArray("images")
                    .addObject()
                    .put("filename", name)
                    .put("subfolder", "sub")
                    .put("type", type);
            synchronized (lock) {
                lastOutput.put(signature(id), output);
            }
            results.set(id, output);
            ObjectNode data = object().put("node", id).put("display_node", id).put("prompt_id", job.id());
            data.set("output", output);
            tell("executed", data);
        }

        private Image picture(String id) {
            Image clean = FakePicture.of(job.graph(), id);
            if (!noisy) {
                return clean;
            }
            byte[] rgb = clean.rgb();
            synchronized (lock) {
                rgb[saved] ^= 1;
            }
            return Image.of(clean.width(), clean.height(), rgb);
        }

        private void end(String how) {
            synchronized (lock) {
                if (life != mine) {
                    return;
                }
                running = null;
                if (!forgetsAlways && fault != Fault.FORGOTTEN) {
                    ObjectNode entry = object();
                    entry.set("prompt", tuple(job));
                    entry.set("outputs", results);
                    ObjectNode state = entry.putObject("status");
                    state.put("status_str", how).put("completed", how.equals("success"));
                    state.set("messages", messages);
                    history.put(job.id(), entry);
                }
            }
            tell("status", statusData());
            tell("executing", object().putNull("node").put("prompt_id", job.id()));
        }

        private void log(String text) {
            ObjectNode entry = object().put("t", Instant.now().toString())
                    .put("m", "\u001b[1m\u001b[33m[WARNING]\u001b[0m " + text + "\n");
            synchronized (lock) {
                log.add(entry);
            }
            ObjectNode data = object();
            data.putArray("entries").add(entry);
            if (!noLogs) {
                tell("logs", data);
            }
        }

        private void mark(String type, ObjectNode data) {
            data.put("prompt_id", job.id());
            data.put("timestamp", Instant.now().toEpochMilli());
            messages.addArray().add(type).add(data.deepCopy());
            tell(type, data);
        }

        private void tell(String type, ObjectNode data) {
            FakeComfy.this.tell(job.clientId(), type, data);
        }

        private void send(byte[] frame) {
            FakeHttp.Peer peer = job.clientId() == null ? null : peers.get(job.clientId());
            if (peer != null && !silentSocket) {
                peer.send(frame);
            }
        }

        private byte[] frame(String id, String type, byte[] picture) {
            byte[] about = object().put("node_id", id)
                    .put("prompt_id", job.id())
                    .put("image_type", type)
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(8 + about.length + picture.length)
                    .putInt(4)
                    .putInt(about.length)
                    .put(about)
                    .put(picture)
                    .array();
        }

        private boolean alive() {
            return life() == mine;
        }

        private boolean interrupted() {
            synchronized (lock) {
                return interrupt;
            }
        }

        private String type(String id) {
            return job.graph().path(id).path("class_type").asText();
        }

        private String signature(String id) {
            return FakeNodes.signature(job.graph(), id);
        }
    }

    private final Map<String, ObjectNode> lastOutput = Collections.synchronizedMap(new LinkedHashMap<>());

    private void tell(String clientId, String type, ObjectNode data) {
        FakeHttp.Peer peer = clientId == null ? null : peers.get(clientId);
        if (peer != null && !silentSocket) {
            ObjectNode message = object().put("type", type);
            message.set("data", data);
            peer.send(message.toString());
            if (twice) {
                peer.send(message.toString());
            }
        }
    }

    private ObjectNode statusData() {
        return object().set("status", object().set("exec_info", object().put("queue_remaining", waiting())));
    }

    private static boolean take(AtomicInteger left) {
        return left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
