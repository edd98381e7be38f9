package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.http.Http;
import dev.assay.harness.http.HttpFailure;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;

/** Requests to one server: headers, bounds, times, and words for what goes wrong. */
final class ComfyHttp {
    static final long MAX_JSON = 64L << 20; // bytes; /object_info of a server with many node packs has some MB
    private static final int MAX_QUOTED = 300; // characters of an answer in a message

    static final JsonMapper JSON = Json.bounded(
                    Json.bounds(200, 1000).maxStringLength((int) MAX_JSON).build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN as it is
            .build();

    private final ServerAddress address;
    private final Map<String, String> headers;
    private final Credentials credentials;
    private final ComfyTimeouts times;
    private final HttpClient client;

    ComfyHttp(ComfyOptions options, Credentials credentials, ComfyTimeouts times, Executor threads) {
        this.address = ServerAddress.of(options.url(), options.query());
        this.headers = options.headers();
        this.credentials =
                credentials.hiding(headers.values()).hiding(options.query().values());
        this.times = times;
        HttpClient.Builder builder = Http.client(times.connect()).executor(threads);
        if (options.trustStore() != null) {
            builder.sslContext(TrustStore.context(options.trustStore(), credentials.trustStorePassword()));
        }
        this.client = builder.build();
    }

    /** An answer of any status. */
    static final class Answer {
        private final int status;
        private final byte[] body;

        Answer(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    ServerAddress address() {
        return address;
    }

    JsonNode get(String path, Map<String, String> parameters) {
        return json(path, good(path, send(get(uri(path, parameters)), MAX_JSON)));
    }

    byte[] bytes(String path, Map<String, String> parameters, long most) {
        return good(path, send(get(uri(path, parameters)), most)).body();
    }

    /** Whatever the server answers; throws only where it does not. */
    Answer tryGet(String path, Map<String, String> parameters) {
        return send(get(uri(path, parameters)), MAX_JSON);
    }

    Answer post(String path, JsonNode body) {
        return write("POST", path, body);
    }

    Answer write(String method, String path, JsonNode body) {
        HttpRequest.Builder request = request(uri(path, Map.of()))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
        return send(request.build(), MAX_JSON);
    }

    CompletableFuture<WebSocket> socket(String clientId, WebSocket.Listener listener) {
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(times.connect());
        headers.forEach(builder::header);
        credentials.authorization().ifPresent(a -> builder.header("Authorization", a));
        return builder.buildAsync(address.socket(clientId), listener);
    }

    /** @throws ComfyException on a status other than 2xx */
    Answer good(String path, Answer answer) {
        int status = answer.status();
        if (Http.isGood(status)) {
            return answer;
        }
        ComfyException.Kind kind = status == 404
                ? ComfyException.Kind.ABSENT
                : Http.isPassing(status) ? ComfyException.Kind.AWAY : ComfyException.Kind.REFUSED;
        String advice = switch (status) {
            case 401, 403 ->
                "; the server or a proxy before it lets us not in: give " + Credentials.TOKEN + " or "
                        + Credentials.BASIC + " (user:password) in the environment, or assay.comfyui.headers";
            case 301, 302, 303, 307, 308 ->
                "; it sends us elsewhere, where credentials are not sent: give the final address";
            case 404, 405 -> "; is there a ComfyUI server at this address, and is its prefix right?";
            case 502, 503, 504 -> "; the proxy is there, but the ComfyUI server behind it is not";
            default -> "";
        };
        throw fail(kind, path, "status " + status + quoted(answer) + advice, answer.text(), null);
    }

    JsonNode json(String path, Answer answer) {
        try {
            JsonNode node = JSON.readTree(answer.body());
            if (node != null && !node.isMissingNode()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // The parser's message quotes the text, which may hold anything.
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
        throw fail(
                ComfyException.Kind.REFUSED,
                path,
                "expected JSON, found" + quoted(answer) + "; is there a ComfyUI server at this address?",
                answer.text(),
                null);
    }

    ComfyException fail(ComfyException.Kind kind, String path, String problem, String body, Throwable cause) {
        String message = credentials.redact(address.base() + path + ": " + problem);
        return new ComfyException(kind, message, credentials.redact(PlainText.of(body)), credentials.harmless(cause));
    }

    String redact(String text) {
        return credentials.redact(text);
    }

    private static String quoted(Answer answer) {
        String text = PlainText.line(answer.text(), MAX_QUOTED);
        return text.isEmpty() ? "" : " \"" + text + "\"";
    }

    private URI uri(String path, Map<String, String> parameters) {
        return address.http(path, parameters);
    }

    private HttpRequest get(URI uri) {
        return request(uri).GET().build();
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(times.answer());
        headers.forEach(request::header);
        credentials.authorization().ifPresent(a -> request.header("Authorization", a));
        return request;
    }

    private Answer send(HttpRequest request, long most) {
        String path = request.uri().getRawPath().substring(address.prefix().length());
        try {
            HttpResponse<byte[]> response = Http.send(client, request, times.answer(), most);
            return new Answer(response.statusCode(), response.body());
        } catch (RejectedExecutionException e) {
            throw closed(path, e);
        } catch (HttpFailure e) {
            throw e.getCause() instanceof RejectedExecutionException ? closed(path, e) : unreachable(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fail(ComfyException.Kind.REFUSED, path, "interrupted while waiting for the answer", "", e);
        }
    }

    /** The client's threads are gone: the renderer was closed while this request was on its way. */
    private ComfyException closed(String path, Exception cause) {
        return fail(ComfyException.Kind.REFUSED, path, "stopped because the run ends", "", cause);
    }

    /** Only then is asking again of no use: a handshake also breaks where a server dies. */
    private static boolean distrusts(Throwable trouble) {
        for (Throwable t = trouble; t != null; t = t.getCause()) {
            if (t instanceof GeneralSecurityException) {
                return true;
            }
        }
        return false;
    }

    private ComfyException unreachable(String path, HttpFailure failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof SSLException && distrusts(cause)) {
            String advice = "; certificates of your own are trusted by -Dassay.comfyui.trustStore=FILE";
            return fail(
                    ComfyException.Kind.REFUSED,
                    path,
                    "no secure connection: " + cause.getMessage() + advice,
                    "",
                    cause);
        }
        return switch (failure.kind()) {
            case TOO_LONG -> fail(ComfyException.Kind.REFUSED, path, failure.getMessage(), "", failure);
            case ABSENT ->
                fail(ComfyException.Kind.AWAY, path, failure.getMessage() + "; is ComfyUI running there?", "", cause);
            case LATE, BROKEN -> fail(ComfyException.Kind.AWAY, path, failure.getMessage(), "", cause);
        };
    }
}
