package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One picture asked of a server. Its id follows from what is asked, so that a client that was killed finds its job again.
 * Answers of the server's queue and history move the state; messages of the socket only say when to ask.
 */
final class ComfyJob {
    private static final int MAX_ATTEMPTS = 50; // ids of earlier runs that failed or were stopped
    private static final int MAX_POSTS = 4; // in a row without an answer
    private static final int MAX_LOSSES = 3;
    private static final int MAX_INTERRUPTIONS = 2; // by somebody, after which the job is sent again
    private static final int QUEUE_EVERY = 5; // polls
    private static final long MOVES_EVERY = TimeUnit.SECONDS.toNanos(20); // what is slower is said
    private static final int MAX_LINES = 10_000; // of the log
    private static final long MIN_PAUSE = 5; // ms

    private final ComfyClient client;
    private final ComfySocket socket;
    private final ComfyTimeouts times;
    private final RetryPolicy patience;
    private final String key;
    private final JsonNode graph;
    private final JobErrors words;
    private final Semaphore wakeUp = new Semaphore(0);

    private JobState state = JobState.NEW; // guarded by this, as all below
    private int attempt;
    private String id;
    private boolean adopted; // submitted by an earlier process, whose socket hears of it
    private boolean retried; // after running out of memory
    private int losses;
    private int interruptions;
    private long counted = Long.MIN_VALUE / 2; // those before it in the queue; of the waiting thread alone
    private Outcome outcome;
    private String problem;
    private boolean startHeard;
    private boolean endHeard;
    private boolean renewed;
    private long submitted; // nanoseconds, as all times
    private long known;
    private long moved;
    private long pause = MIN_PAUSE;
    private long peakVram;
    private StepTimer pace = new StepTimer();
    private final Set<LoraLog.Line> lines = new LinkedHashSet<>(); // messages may come twice
    private final Map<String, byte[]> pngs = new HashMap<>(); // last full picture by node

    /**
     * @param key says all that decides the pixels; equal keys are the same job
     */
    ComfyJob(ComfyClient client, ComfySocket socket, ComfyTimeouts times, String key, JsonNode graph, JobErrors words) {
        this.client = client;
        this.socket = socket;
        this.times = times;
        this.patience = new RetryPolicy(client, times);
        this.key = key;
        this.graph = graph;
        this.words = words;
        this.id = promptId(key, attempt);
    }

    /** A canonical UUID, version 3 (RFC 9562): the same for the same job, attempt by attempt. */
    static String promptId(String key, int attempt) {
        return UUID.nameUUIDFromBytes(("assay " + key + " " + attempt).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    synchronized JobState state() {
        return state;
    }

    synchronized String id() {
        return id;
    }

    synchronized int attempt() {
        return attempt;
    }

    synchronized double secondsPerStep(String node) {
        return pace.secondsPerStep(node);
    }

    synchronized long peakVram() {
        return peakVram;
    }

    synchronized Optional<byte[]> png(String node) {
        return Optional.ofNullable(pngs.get(node));
    }

    /** Takes a sample of used memory if this job is running. */
    synchronized void sample(long usedBytes) {
        if (state == JobState.RUNNING) {
            peakVram = Math.max(peakVram, usedBytes);
        }
    }

    /** Brings the job to the server unless it is there: waiting, running or done. */
    void submit() {
        for (int tries = 0; tries < MAX_ATTEMPTS; tries++) {
            ComfyClient.Status found = ask();
            if (found.place() == ComfyClient.Place.UNKNOWN) {
                post();
                return;
            }
            if (found.place() != ComfyClient.Place.ENDED || found.outcome().end() == Outcome.End.SUCCESS) {
                adopt(found);
                return;
            }
            nextAttempt(); // an earlier run's job failed or was stopped; this run gets its own
        }
        fail("the server's history has " + MAX_ATTEMPTS + " failed or stopped jobs for this picture; see there why");
    }

    /**
     * Waits until the job is over.
     *
     * @throws ComfyException when it failed or was stopped, in words
     * @throws dev.assay.harness.render.RendererLostException when the server is gone for good
     */
    Outcome await() {
        while (!state().isFinal()) {
            look();
            if (!state().isFinal()) {
                rest();
            }
        }
        synchronized (this) {
            if (state != JobState.DONE) {
                throw new ComfyException(ComfyException.Kind.REFUSED, client.where() + ": " + problem);
            }
            return outcome;
        }
    }

    /** Stops the job if it is ours to stop and not over. */
    void cancel() {
        String mine;
        synchronized (this) {
            if (state.isFinal() || submitted == 0) {
                return;
            }
            mine = id;
            problem = "the job was stopped because the run ends";
            state = JobState.CANCELLED;
        }
        wakeUp.release();
        client.cancel(mine);
    }

    /** A message of the socket with this job's id. */
    synchronized void heard(String type, JsonNode data) {
        startHeard = true;
        switch (type) {
            case "progress" -> {
                moved = System.nanoTime();
                pace.step(data.path("node").asText(), data.path("value").asInt(), moved);
            }
            case "execution_start", "executing", "execution_success", "execution_error", "execution_interrupted" -> {
                moved = System.nanoTime();
                boolean over = !type.equals("execution_start")
                        && !(type.equals("executing") && !data.path("node").isNull());
                endHeard |= over;
                if (over) {
                    pause = MIN_PAUSE;
                    wakeUp.release();
                } else if (state == JobState.QUEUED) {
                    become(JobState.RUNNING);
                }
            }
            default -> {
                // Other messages tell nothing that is needed.
            }
        }
    }

    /** A line of the server's log while this job ran. */
    synchronized void log(String line) {
        if (lines.size() < MAX_LINES) {
            LoraLog.read(line).ifPresent(lines::add);
        }
    }

    /** What the log told of LoRAs while this job ran, in the order of the log. */
    synchronized List<LoraLog.Line> loraLines() {
        return List.copyOf(lines);
    }

    /** Whether the socket told of this execution, of which an earlier process may have heard instead. */
    synchronized boolean wasHeard() {
        return startHeard && !adopted;
    }

    synchronized void heard(PreviewFrame frame) {
        if (frame.png()) {
            pngs.put(frame.nodeId(), frame.picture());
        }
    }

    private ComfyClient.Status ask() {
        String asked = id();
        return ask(() -> client.status(asked));
    }

    private <T> T ask(Supplier<T> question) {
        return patience.ask(question);
    }

    private void look() {
        ComfyClient.Status status = ask();
        boolean lost = false;
        synchronized (this) {
            if (state.isFinal()) {
                return;
            }
            long now = System.nanoTime();
            switch (status.place()) {
                case PENDING -> {
                    known = now;
                    if (state == JobState.LOST) {
                        become(JobState.QUEUED);
                    }
                    if (now - submitted > 12 * times.stalled().toNanos()) {
                        problem = "the job waits in the server's queue since "
                                + RetryPolicy.words(times.stalled().multipliedBy(12))
                                + "; look at what the server does";
                    }
                }
                case RUNNING -> {
                    known = now;
                    if (state != JobState.RUNNING) {
                        become(JobState.RUNNING);
                        moved = now;
                    }
                    if (now - moved > times.stalled().toNanos()) {
                        problem = "the job makes no progress since " + RetryPolicy.words(times.stalled())
                                + "; look at the server's log";
                    }
                }
                case ENDED -> known = now;
                case UNKNOWN -> lost = now - known > times.grace().toNanos();
            }
        }
        watchSocket(status);
        tellWaits(status.place());
        if (status.place() == ComfyClient.Place.ENDED) {
            finish(status.outcome());
        } else if (lost) {
            becomeLost();
        } else {
            giveUpIfStalled();
        }
    }

    /** Why nothing moves, while it lasts. */
    private void tellWaits(ComfyClient.Place place) {
        long since;
        boolean heard;
        synchronized (this) {
            since = place == ComfyClient.Place.RUNNING ? moved : submitted;
            heard = startHeard;
        }
        long waited = System.nanoTime() - since;
        if (place == ComfyClient.Place.PENDING && waited > times.worthSaying().toNanos()) {
            // The queue holds everybody's graphs: it is not asked for as often as a job's state.
            if (System.nanoTime() - counted < QUEUE_EVERY * times.poll().toNanos()) {
                return;
            }
            counted = System.nanoTime();
            int others = ask(() -> client.ahead(id(), socket.clientId()));
            client.waits(
                    others == 0
                            ? "waiting in the server's queue"
                            : "waiting behind " + Numbers.counted(others, "job", "jobs") + " of others",
                    since,
                    "");
        } else if (place == ComfyClient.Place.RUNNING && waited > MOVES_EVERY) {
            client.waits(heard ? "no step of the picture" : "the picture is in the works", since, "");
        }
    }

    private void giveUpIfStalled() {
        String why;
        synchronized (this) {
            why = problem;
        }
        if (why != null && !state().isFinal()) {
            client.cancel(id());
            fail(why);
        }
    }

    /** Something runs or ended of which the socket should have told. */
    private void watchSocket(ComfyClient.Status status) {
        boolean silent;
        synchronized (this) {
            boolean due = status.place() == ComfyClient.Place.RUNNING || status.place() == ComfyClient.Place.ENDED;
            silent = due
                    && !adopted
                    && !startHeard
                    && !renewed
                    && System.nanoTime() - moved > times.silence().toNanos();
            renewed |= silent;
        }
        if (silent) {
            socket.renew();
        } else if (status.place() == ComfyClient.Place.ENDED) {
            socket.told(adoptedOrHeard());
        }
    }

    private synchronized boolean adoptedOrHeard() {
        return adopted || startHeard;
    }

    private void finish(Outcome ended) {
        boolean again;
        boolean stopped;
        synchronized (this) {
            again = ended.end() == Outcome.End.ERROR && ended.error().outOfMemory() && !retried;
            retried |= again;
            interruptions += ended.end() == Outcome.End.INTERRUPTED ? 1 : 0;
            stopped = ended.end() == Outcome.End.INTERRUPTED && interruptions <= MAX_INTERRUPTIONS && !state.isFinal();
        }
        if (again) {
            ask(() -> {
                client.free();
                return true;
            });
        }
        if (again || stopped) {
            nextAttempt();
            submit();
            return;
        }
        switch (ended.end()) {
            case SUCCESS -> {
                synchronized (this) {
                    if (!state.isFinal()) {
                        outcome = ended;
                        become(JobState.DONE);
                    }
                }
            }
            case ERROR ->
                fail(
                        ended.error().outOfMemory()
                                ? "out of memory on the server, also after its models were unloaded ("
                                        + words.failed(ended.error()) + ")"
                                : words.failed(ended.error()));
            case INTERRUPTED -> {
                synchronized (this) {
                    if (!state.isFinal()) {
                        problem = "somebody stopped our job on the server " + interruptions
                                + " times; run again when the server is free: finished pictures are kept";
                        become(JobState.CANCELLED);
                    }
                }
            }
        }
    }

    private void becomeLost() {
        boolean tooOften;
        synchronized (this) {
            if (state.isFinal()) {
                return;
            }
            if (state != JobState.LOST) {
                become(JobState.LOST);
            }
            losses++;
            tooOften = losses > MAX_LOSSES;
        }
        if (tooOften) {
            fail("the server took this job " + losses
                    + " times and knows nothing of it afterwards, neither in its queue nor in its history;"
                    + " does something clear them, or does the server die at this job? See its log");
        } else {
            post();
        }
    }

    /** Under the present id; where no answer comes, the server is asked before the job is sent again. */
    private void post() {
        for (int tries = 1; ; tries++) {
            synchronized (this) {
                if (state.isFinal()) {
                    return;
                }
                submitted = System.nanoTime();
                known = submitted;
                moved = submitted;
                startHeard = false;
                endHeard = false;
                pause = MIN_PAUSE;
                pace = new StepTimer();
            }
            String trouble;
            try {
                ComfyHttp.Answer answer = client.submit(graph, id(), socket.clientId());
                if (answer.status() < 500 && answer.status() != 429 && answer.status() != 408) {
                    read(answer);
                    return;
                }
                trouble = "status " + answer.status() + " " + PlainText.line(answer.text(), 300);
            } catch (ComfyException e) {
                if (e.kind() != ComfyException.Kind.AWAY) {
                    throw e;
                }
                trouble = e.getMessage();
            }
            ComfyClient.Status found = ask();
            if (found.place() == ComfyClient.Place.UNKNOWN) {
                patience.sleep(Math.min(500, times.grace().toMillis())); // it may still be on its way
                found = ask();
            }
            if (found.place() != ComfyClient.Place.UNKNOWN) {
                reached(found);
                return;
            }
            if (tries == MAX_POSTS) {
                fail("the server does not take the job: " + trouble);
                return;
            }
        }
    }

    private void read(ComfyHttp.Answer answer) {
        if (answer.status() != 200) {
            fail(refused(answer));
            return;
        }
        JsonNode reply = client.http().json("/api/prompt", answer);
        JsonNode errors = reply.path("node_errors");
        String given = reply.path("prompt_id").asText(id());
        synchronized (this) {
            id = given; // a server older than client-made ids gives its own
        }
        if (!errors.isEmpty()) {
            client.cancel(given); // it would run what is left of the graph
            fail(words.refused(200, answer.text()));
            return;
        }
        if (state() == JobState.CANCELLED) {
            client.cancel(given); // the run ended while the job was on its way
            return;
        }
        reached(ComfyClient.Status.PENDING);
    }

    private String refused(ComfyHttp.Answer answer) {
        if (answer.status() == 400) {
            try {
                JsonNode body = ComfyHttp.JSON.readTree(answer.body());
                if (body.path("error").isObject() || body.path("node_errors").isObject()) {
                    return words.refused(answer.status(), answer.text());
                }
            } catch (IOException e) {
                // Said below, as any other text.
            }
        }
        try {
            client.http().good("/api/prompt", answer);
            return "status " + answer.status();
        } catch (ComfyException e) {
            return e.getMessage().substring(client.where().length());
        }
    }

    private synchronized void adopt(ComfyClient.Status found) {
        adopted = true;
        submitted = System.nanoTime();
        known = submitted;
        moved = submitted;
        reached(found);
    }

    private void reached(ComfyClient.Status found) {
        synchronized (this) {
            if (state.isFinal()) {
                return;
            }
            if (state == JobState.NEW || state == JobState.LOST) {
                become(found.place() == ComfyClient.Place.RUNNING ? JobState.RUNNING : JobState.QUEUED);
            }
        }
        if (found.place() == ComfyClient.Place.ENDED) {
            finish(found.outcome());
        }
    }

    private synchronized void nextAttempt() {
        if (state.isFinal()) {
            return;
        }
        attempt++;
        id = promptId(key, attempt);
        adopted = false;
        if (state != JobState.NEW) {
            become(JobState.NEW);
        }
    }

    private synchronized void fail(String words) {
        if (!state.isFinal()) {
            problem = client.http().redact(words);
            become(JobState.FAILED);
        }
    }

    private synchronized void become(JobState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("job " + id + ": " + state + " cannot become " + next);
        }
        state = next;
    }

    /** Until a message says that it is time to ask, or for as long as seems right. */
    private void rest() {
        long millis;
        synchronized (this) {
            long longest = times.poll().toMillis();
            if (endHeard) {
                millis = pause;
                pause = Math.min(longest, 2 * pause);
            } else if (startHeard || socket.lastHeard() - submitted > 0) {
                millis = longest;
            } else {
                // Without a socket the loss is a twentieth of the time at most.
                long since = (System.nanoTime() - submitted) / 1_000_000;
                millis = Math.min(longest, Math.max(50, since / 20));
            }
        }
        try {
            if (wakeUp.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                wakeUp.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ComfyException(
                    ComfyException.Kind.REFUSED, client.where() + ": interrupted while waiting for a job", "", e);
        }
    }
}
