package dev.assay.harness.http;

import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What all our requests have in common. */
public final class Http {
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1); // that a server may ask for

    private Http() {}

    /**
     * A client that follows no redirect, since what opens one server is no other's business.
     *
     * @param connect until a server takes the connection
     */
    public static HttpClient.Builder client(Duration connect) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // no h2c upgrade: a header that proxies stumble over
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect);
    }

    /**
     * The whole answer, of any status.
     *
     * @param time until the last byte is there; the client's own time ends with the headers
     * @param most bytes of the answer
     */
    public static HttpResponse<byte[]> send(HttpClient client, HttpRequest request, Duration time, long most)
            throws HttpFailure, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, response -> new BoundedBody(most));
        try {
            return answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw late(time, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HttpTimeoutException slow && !(slow instanceof HttpConnectTimeoutException)
                    ? late(time, slow) // the client's own clock was first
                    : failure(e.getCause());
        }
    }

    private static HttpFailure late(Duration time, Exception cause) {
        return new HttpFailure(HttpFailure.Kind.LATE, "no whole answer within " + time.toSeconds() + " s", cause);
    }

    private static HttpFailure failure(@Nullable Throwable cause) {
        if (cause instanceof HttpFailure tooLong) {
            return tooLong;
        }
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
                ? new HttpFailure(HttpFailure.Kind.ABSENT, "no connection", cause)
                : new HttpFailure(HttpFailure.Kind.BROKEN, "the connection broke: " + cause, cause);
    }

    public static boolean isGood(int status) {
        return status >= 200 && status < 300;
    }

    public static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    /** Whether the same request may do better later: the server, or a proxy before it, is busy or away. */
    public static boolean isPassing(int status) {
        return switch (status) {
            case 408, 425, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /** How long the server asks to wait: seconds alone, since a date would need its clock; at most a minute. */
    public static Optional<Duration> retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> shorter(Duration.ofSeconds(Long.parseLong(seconds)), LONGEST_PAUSE));
    }

    /**
     * The pause before another try: doubled from one to the next, and no shorter than the server asks for.
     *
     * @param first pause, after the first try
     * @param tried so many times already, from 1
     */
    public static Duration pause(Duration first, int tried, Optional<Duration> asked) {
        Duration own = shorter(first.multipliedBy(1L << Math.min(tried - 1, 20)), LONGEST_PAUSE);
        return asked.filter(a -> a.compareTo(own) > 0).orElse(own);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
