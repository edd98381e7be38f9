package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.http.Http;
import dev.assay.harness.http.HttpFailure;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Secrets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Requests to one judge: bounds, times, tries, and words for what goes wrong. Redirects are not followed: the token stays with its server. */
final class JudgeHttp {
    private static final int MAX_ANSWER = 1 << 20; // bytes; one token with twenty alternatives has some KB
    private static final int MAX_QUOTED = 200; // characters of an answer in a message
    private static final int TRIES_OF_A_FACT = 2; // asked before a run begins, when somebody still sits there

    static final JsonMapper JSON = Json.bounded(Json.bounds(50, 1000).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JudgeOptions options;
    private final HttpClient client;
    private final Secrets secrets;

    JudgeHttp(JudgeOptions options) {
        this.options = options;
        this.secrets = options.token() == null ? Secrets.none() : Secrets.of(List.of(options.token()));
        this.client = Http.client(options.times().connect()).build();
    }

    /** The server will not answer this question, whoever asks again. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** What went wrong with one try, and whether another one may go better. */
    private static final class Trouble extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Optional<Duration> pause; // that the server asked for

        Trouble(String message, Optional<Duration> pause, @Nullable Throwable cause) {
            super(message, cause);
            this.pause = pause;
        }
    }

    /** @throws RefusedException with status 404 too: not every server lists its models */
    JsonNode get(String path) throws RefusedException {
        return ask(
                request(path).GET().build(),
                Math.min(TRIES_OF_A_FACT, options.times().tries()));
    }

    JsonNode post(String path, JsonNode body) throws RefusedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return ask(request, options.times().tries());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(options.base() + path))
                .timeout(options.times().answer());
        if (options.token() != null) {
            request.header("Authorization", "Bearer " + options.token());
        }
        return request;
    }

    private JsonNode ask(HttpRequest request, int tries) throws RefusedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(request);
            } catch (Trouble e) {
                if (attempt >= tries) {
                    throw new JudgeException(
                            redact("the judge at " + options.base() + ": " + e.getMessage() + " ("
                                    + Numbers.counted(attempt, "try", "tries") + ")"),
                            harmless(e.getCause()));
                }
                sleep(Http.pause(options.times().pause(), attempt, e.pause));
            }
        }
    }

    private JsonNode once(HttpRequest request) throws Trouble, RefusedException {
        HttpResponse<byte[]> response = send(request);
        int status = response.statusCode();
        if (Http.isGood(status)) {
            return json(response.body());
        }
        String said = "status " + status + quoted(response.body());
        if (Http.isPassing(status)) {
            throw new Trouble(said, Http.retryAfter(response), null);
        }
        if (status == 401 || status == 403) {
            throw new JudgeException(redact("the judge at " + options.base() + " lets us not in: " + said
                    + "; give its token in the environment, as " + JudgeOptions.TOKEN));
        }
        if (Http.isRedirect(status)) {
            throw new JudgeException(redact("the judge at " + options.base() + " sends us elsewhere (" + said
                    + "), where the token is not sent: give the final address as " + JudgeOptions.URL));
        }
        throw new RefusedException(redact(said));
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws Trouble {
        try {
            return Http.send(client, request, options.times().answer(), MAX_ANSWER);
        } catch (HttpFailure e) {
            boolean absent = e.kind() == HttpFailure.Kind.ABSENT;
            throw new Trouble(
                    e.getMessage() + (absent ? "; is the server with the vision model running there?" : ""),
                    Optional.empty(),
                    e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static JsonNode json(byte[] body) throws Trouble {
        try {
            JsonNode node = JSON.readTree(body);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // The parser's message quotes the text, which may hold anything.
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
        throw new Trouble("expected a JSON object, found" + quoted(body), Optional.empty(), null);
    }

    private static String quoted(byte[] body) {
        String text = PlainText.line(new String(body, StandardCharsets.UTF_8), MAX_QUOTED);
        return text.isEmpty() ? " nothing" : " \"" + text + "\"";
    }

    private static void sleep(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static JudgeException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new JudgeException("interrupted while the judge was asked", e);
    }

    /** A server may say back what it was sent. */
    private String redact(String text) {
        return secrets.redact(text);
    }

    /** A cause is printed with the exception: one that holds the token is left out. */
    private @Nullable Throwable harmless(@Nullable Throwable cause) {
        return secrets.harmless(cause);
    }
}
