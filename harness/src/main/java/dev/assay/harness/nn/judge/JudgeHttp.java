package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Secrets;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests to one judge: bounds, times, tries, and words for what goes wrong. Redirects are not followed: the token stays with its server. */
final class JudgeHttp {
    private static final int MOST_ANSWER = 1 << 20; // bytes; one token with twenty alternatives has some KB
    private static final int MOST_QUOTED = 200; // characters of an answer in a message
    private static final int TRIES_OF_A_FACT = 2; // asked before a run begins, when somebody still sits there
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(50).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JudgeOptions options;
    private final HttpClient client;
    private final Secrets secrets;

    JudgeHttp(JudgeOptions options) {
        this.options = options;
        this.secrets = options.token() == null ? Secrets.none() : Secrets.of(List.of(options.token()));
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.times().connect())
                .build();
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
        private final Duration pause; // that the server asked for, or null

        Trouble(String message, Duration pause, Throwable cause) {
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
        Duration pause = options.times().pause();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(request);
            } catch (Trouble e) {
                if (attempt >= tries) {
                    throw new JudgeException(
                            redact("the judge at " + options.base() + ": " + e.getMessage() + " (" + attempt
                                    + (attempt == 1 ? " try" : " tries") + ")"),
                            harmless(e.getCause()));
                }
                sleep(e.pause != null && e.pause.compareTo(pause) > 0 ? e.pause : pause);
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
    }

    private JsonNode once(HttpRequest request) throws Trouble, RefusedException {
        HttpResponse<byte[]> response = send(request);
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return json(response.body());
        }
        String said = "status " + status + quoted(response.body());
        switch (status) {
            case 408, 425, 429, 500, 502, 503, 504 -> throw new Trouble(said, retryAfter(response), null);
            case 401, 403 ->
                throw new JudgeException(redact("the judge at " + options.base() + " lets us not in: " + said
                        + "; give its token in the environment, as " + JudgeOptions.TOKEN));
            case 301, 302, 303, 307, 308 ->
                throw new JudgeException(redact("the judge at " + options.base() + " sends us elsewhere (" + said
                        + "), where the token is not sent: give the final address as " + JudgeOptions.URL));
            default -> throw new RefusedException(redact(said));
        }
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws Trouble {
        CompletableFuture<HttpResponse<byte[]>> future =
                client.sendAsync(request, response -> new BoundedAnswer(MOST_ANSWER));
        try {
            // The client's own time ends with the headers; this one covers the body.
            return future.get(options.times().answer().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new Trouble(
                    "no whole answer within " + options.times().answer().toSeconds() + " s", null, e);
        } catch (InterruptedException e) {
            future.cancel(true);
            throw interrupted(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            boolean absent = cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
            throw new Trouble(
                    absent
                            ? "no connection; is the server with the vision model running there?"
                            : "the connection broke: " + cause,
                    null,
                    cause);
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
        throw new Trouble("expected a JSON object, found" + quoted(body), null, null);
    }

    private static String quoted(byte[] body) {
        String text = PlainText.line(new String(body, StandardCharsets.UTF_8), MOST_QUOTED);
        return text.isEmpty() ? " nothing" : " \"" + text + "\"";
    }

    /** Seconds alone; a date would need the server's clock. */
    private static Duration retryAfter(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("[0-9]{1,5}")
                ? shorter(Duration.ofSeconds(Long.parseLong(seconds)), LONGEST_PAUSE)
                : null;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
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
    private Throwable harmless(Throwable cause) {
        return secrets.harmless(cause);
    }
}
