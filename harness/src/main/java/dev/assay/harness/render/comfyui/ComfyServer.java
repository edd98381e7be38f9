package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** A server that is talked to, and our jobs on it. Whoever opens one closes it, which stops those jobs. */
final class ComfyServer implements ComfySocket.Listener, AutoCloseable {
    private static final long SAMPLE_MILLIS = 1000;

    private final ComfyClient client;
    private final ComfyTimeouts times;
    private final ComfySocket socket;
    private final ExecutorService threads;
    private final ScheduledExecutorService clock;
    private final Thread hook;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<ComfyJob> jobs = new CopyOnWriteArrayList<>();
    private volatile BiConsumer<ComfyJob, JsonNode> progress = (job, data) -> {};
    private volatile ComfyJob running; // by the socket; null while none of ours is
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean hearsLog;

    ComfyServer(ComfyOptions options, Credentials credentials, ComfyTimeouts times) {
        this.times = times;
        ThreadFactory daemons = work -> {
            Thread thread = new Thread(work, "assay-comfyui");
            thread.setDaemon(true);
            return thread;
        };
        this.threads = Executors.newCachedThreadPool(daemons);
        this.clock = Executors.newSingleThreadScheduledExecutor(daemons);
        this.client = new ComfyClient(options, credentials, times, threads);
        this.socket = new ComfySocket(client.http(), clock, this);
        this.hook = new Thread(this::cancelAll, "assay-comfyui-shutdown");
    }

    /** Connects the socket and begins to watch. */
    void open() {
        Runtime.getRuntime().addShutdownHook(hook);
        socket.open();
        var unused = clock.scheduleWithFixedDelay(this::sample, 100, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    }

    ComfyClient client() {
        return client;
    }

    ComfyTimeouts times() {
        return times;
    }

    /** Says who hears of {@code progress} messages of our jobs; must not block. */
    void onProgress(BiConsumer<ComfyJob, JsonNode> listener) {
        progress = listener;
    }

    /** How often the socket was connected; after another time the server may be another one. */
    int connections() {
        return connections.get();
    }

    /** Whether the log of the server comes by the socket. */
    boolean hearsLog() {
        return hearsLog;
    }

    /**
     * The number of the connection by which the log comes, or -1 while it does not: what runs between two equal numbers was
     * heard whole.
     */
    int logConnection() {
        return hearsLog ? connections.get() : -1;
    }

    /** A job that hears of its messages until it is forgotten. Parameters as in {@link ComfyJob}. */
    ComfyJob job(String key, JsonNode graph, JobErrors words) {
        ComfyJob job = new ComfyJob(client, socket, times, key, graph, words);
        jobs.add(job);
        return job;
    }

    void forget(ComfyJob job) {
        jobs.remove(job);
    }

    @Override
    public void message(String type, JsonNode data) {
        if (type.equals("logs")) {
            // The socket keeps the order of log and other messages: what comes after our job's end is another's.
            ComfyJob now = running;
            if (now != null) {
                data.path("entries").forEach(e -> now.log(e.path("m").asText()));
            }
            return;
        }
        String id = data.path("prompt_id").asText("");
        for (ComfyJob job : jobs) {
            if (!id.isEmpty() && job.id().equals(id)) {
                job.heard(type, data);
                follow(job, type, data);
            }
        }
    }

    private void follow(ComfyJob job, String type, JsonNode data) {
        switch (type) {
            case "execution_start" -> running = job;
            case "execution_success", "execution_error", "execution_interrupted" -> running = null;
            case "progress" -> progress.accept(job, data);
            default -> {
                // Nothing to follow.
            }
        }
    }

    @Override
    public void frame(PreviewFrame frame) {
        for (ComfyJob job : jobs) {
            if (job.id().equals(frame.promptId()) || (frame.promptId().isEmpty() && job == running)) {
                job.heard(frame);
            }
        }
    }

    /** In a thread of its own: a socket's listener must not block. */
    @Override
    public void connected(String clientId) {
        hearsLog = false;
        connections.incrementAndGet();
        try {
            threads.execute(() -> hearsLog = subscribe(clientId));
        } catch (RejectedExecutionException e) {
            hearsLog = false; // closed meanwhile
        }
    }

    /** The log is a help, and no route that a server must have. */
    private boolean subscribe(String clientId) {
        try {
            return client.subscribeLogs(clientId);
        } catch (ComfyException e) {
            return false;
        }
    }

    /** Memory in use on the first device, of all programs on it; the server keeps no peak. */
    private void sample() {
        try {
            if (jobs.stream().anyMatch(j -> j.state() == JobState.RUNNING)) {
                long used = usedVram(client.systemStats());
                jobs.forEach(j -> j.sample(used));
            }
        } catch (RuntimeException e) {
            hearsLog = false; // away: subscriptions are gone as well
        }
    }

    static long usedVram(JsonNode stats) {
        JsonNode device = stats.path("devices").path(0);
        return device.path("type").asText().equals("cpu")
                ? 0
                : Math.max(
                        0,
                        device.path("vram_total").asLong()
                                - device.path("vram_free").asLong());
    }

    private void cancelAll() {
        if (jobs.isEmpty()) {
            return;
        }
        List<ComfyJob> last = new ArrayList<>(jobs);
        Collections.reverse(last); // what waits goes first: it would begin when what runs is stopped
        Future<?> all = threads.submit(() -> last.forEach(ComfyServer::cancel));
        try {
            all.get(times.closing().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            all.cancel(true); // what is left on the server ends by itself
        }
    }

    private static void cancel(ComfyJob job) {
        try {
            job.cancel();
        } catch (ComfyException e) {
            // The server is away; there is nothing to stop.
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        cancelAll();
        jobs.clear();
        socket.close();
        clock.shutdownNow();
        threads.shutdown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running already.
        }
    }
}
