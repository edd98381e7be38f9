package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A judge behind an OpenAI-compatible endpoint. Opening it asks two questions about two plain pictures: a server that is down, knows no
 * probabilities or does not look at pictures is found before anything is rendered for it.
 */
public final class HttpJudge implements VlmJudge {
    private static final int PARALLEL = 4; // questions under way; servers queue what they cannot do at once
    private static final int PROBE_SIDE = 224; // pixels

    private final JudgeHttp http;
    private final JudgeOptions options;
    private final ServedModel model;
    private final AnswerCache cache;
    private final ExecutorService threads;

    private HttpJudge(JudgeHttp http, JudgeOptions options, ServedModel model, AnswerCache cache) {
        this.http = http;
        this.options = options;
        this.model = model;
        this.cache = cache;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(PARALLEL, work -> {
            Thread thread = new Thread(work, "assay-judge-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param answers folder of answers given before
     * @throws JudgeException when nothing could be judged with it; the message says why and what to do
     */
    public static HttpJudge open(JudgeOptions options, Path answers) {
        JudgeHttp http = new JudgeHttp(options);
        ServedModel model = ServedModel.choose(models(http), options.model());
        String identity = String.join(
                " ",
                "client " + Chat.VERSION,
                options.words() ? "words" : "probabilities",
                model.id(),
                Hashes.sha256(model.facts().getBytes(StandardCharsets.UTF_8)));
        HttpJudge judge = new HttpJudge(http, options, model, new AnswerCache(answers, identity));
        try {
            judge.probe();
        } catch (RuntimeException e) {
            judge.close();
            throw e;
        }
        return judge;
    }

    private static @Nullable JsonNode models(JudgeHttp http) {
        try {
            return http.get("/models");
        } catch (JudgeHttp.RefusedException e) {
            return null; // it need not list them
        }
    }

    /** Never from the cache: a server may have been started again without its eyes. */
    private void probe() {
        Query red = Query.of("Is this picture %s all over? Please answer yes or no.", "red");
        double ofRed = probe(plain(220, 20, 20), red);
        double ofBlue = probe(plain(20, 20, 220), red);
        if (!(ofRed > 0.5 && ofBlue < 0.5)) {
            throw new JudgeException(String.format(
                    java.util.Locale.ROOT,
                    "the judge %s cannot see: asked whether a red and a blue picture are red, it says yes with %.2f and"
                            + " %.2f; is it a vision model, and was its picture part (mmproj) loaded?",
                    name(),
                    ofRed,
                    ofBlue));
        }
    }

    private double probe(Image image, Query question) {
        try {
            Answer answer = read(image, question).answer();
            if (answer instanceof Answer.Probability p) {
                return p.yes();
            }
            throw new JudgeException("the judge " + name() + " cannot be used: " + ((Answer.None) answer).reason()
                    + "; a model that thinks before it answers must have that switched off");
        } catch (JudgeHttp.RefusedException e) {
            throw new JudgeException("the judge " + name() + " refuses a picture with a question: " + e.getMessage()
                    + "; is it a vision model, and was its picture part (mmproj) loaded?");
        }
    }

    private static Image plain(int red, int green, int blue) {
        byte[] rgb = new byte[PROBE_SIDE * PROBE_SIDE * 3];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return Image.of(PROBE_SIDE, PROBE_SIDE, rgb);
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public List<Answer> ask(Image image, List<Query> questions) {
        String pixels = AnswerCache.pixels(image);
        List<Future<Answer>> asked = new ArrayList<>();
        for (Query question : questions) {
            Callable<Answer> work = () -> answer(image, pixels, question);
            asked.add(threads.submit(work));
        }
        List<Answer> answers = new ArrayList<>();
        try {
            for (Future<Answer> one : asked) {
                answers.add(one.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JudgeException("interrupted while the judge was asked", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("asking the judge failed", e.getCause());
        } finally {
            asked.forEach(f -> f.cancel(true));
        }
        return answers;
    }

    private Answer answer(Image image, String pixels, Query question) {
        Optional<Reading> known = cache.find(pixels, question);
        if (known.isPresent()) {
            return known.get().answer();
        }
        try {
            Reading reading = read(image, question);
            cache.put(pixels, question, reading);
            return reading.answer();
        } catch (JudgeHttp.RefusedException e) {
            return new Answer.None("the judge refuses the question: " + e.getMessage());
        }
    }

    private Reading read(Image image, Query question) throws JudgeHttp.RefusedException {
        JsonNode answer = http.post("/chat/completions", Chat.request(model.id(), image, question, options.words()));
        Reading reading;
        try {
            reading = Chat.reading(answer, options.words());
        } catch (IllegalArgumentException e) {
            throw new JudgeException(
                    "the judge " + name() + " at " + options.base() + " gives an answer that is none of a chat: "
                            + e.getMessage(),
                    e);
        }
        if (reading == null) {
            throw new JudgeException("the judge " + name() + " at " + options.base()
                    + " gives no token probabilities (logprobs), as llama.cpp, vLLM and Ollama do; use one of these,"
                    + " or let its word count as 0 or 1 with " + JudgeOptions.ANSWERS + "=words");
        }
        return reading;
    }

    @Override
    public Optional<JudgeRates> rates() {
        return Optional.empty();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
