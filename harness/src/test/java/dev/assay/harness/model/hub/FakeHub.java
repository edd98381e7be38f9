package dev.assay.harness.model.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hub on this machine that answers as the real one does: small files itself, large ones by a redirect to a second host, with the headers
 * that huggingface_hub reads. It can be told to misbehave.
 */
final class FakeHub implements AutoCloseable {
    static final String REPOSITORY = "assay-tests/tiny-clip";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** Says what happened: {@code HEAD /...} and {@code GET /...}, with a star where a token came along. */
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private final HttpServer hub;
    private final HttpServer store;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>(); // by "REVISION/PATH"
    private final Map<String, String> large = new ConcurrentHashMap<>(); // path of the store by "REVISION/PATH"

    volatile int status; // of every answer of the hub, when not 0
    volatile String errorCode;
    volatile String token; // that is asked for
    volatile boolean ranges = true;
    volatile int pauseMillis; // before each piece of a large file
    volatile byte[] instead; // what the store sends for any file
    final AtomicInteger cuts = new AtomicInteger(); // answers of the store that end in the middle
    final AtomicInteger busy = new AtomicInteger(); // answers of the store that are 503
    final AtomicInteger stalls = new AtomicInteger(); // answers of the store that stop without an end
    final AtomicInteger sent = new AtomicInteger(); // bytes from the store

    FakeHub() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.setExecutor(threads);
        store.setExecutor(threads);
        hub.createContext("/", this::answer);
        store.createContext("/", this::give);
        hub.start();
        store.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    HubAccess access(Path cache) {
        return new HubAccess(cache, endpoint(), Optional.ofNullable(token), Optional.empty(), false);
    }

    /** A file that git holds. */
    FakeHub small(String path, String text) {
        put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A file that lies in another place. */
    FakeHub large(String path, byte[] bytes) {
        put(path, bytes);
        large.put("main/" + path, Hashes.sha256(bytes));
        large.put(COMMIT + "/" + path, Hashes.sha256(bytes));
        return this;
    }

    private void put(String path, byte[] bytes) {
        files.put("main/" + path, bytes);
        files.put(COMMIT + "/" + path, bytes);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            say(exchange, "");
            String prefix = "/" + REPOSITORY + "/resolve/";
            String path = exchange.getRequestURI().getRawPath();
            if (path.startsWith("/old/name/resolve/")) { // a renamed repository
                exchange.getResponseHeaders().set("Location", prefix + path.substring("/old/name/resolve/".length()));
                exchange.sendResponseHeaders(307, -1);
                return;
            }
            if (status != 0) {
                exchange.getResponseHeaders().set("X-Error-Message", "no \t luck");
                if (errorCode != null) {
                    exchange.getResponseHeaders().set("X-Error-Code", errorCode);
                }
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            if (token != null
                    && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("X-Error-Code", "GatedRepo");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            String file = path.startsWith(prefix)
                    ? URLDecoder.decode(path.substring(prefix.length()).replace("+", "%2B"), StandardCharsets.UTF_8)
                    : "";
            byte[] bytes = files.get(file);
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
            if (bytes == null) {
                exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            if (large.containsKey(file)) {
                exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + large.get(file) + "\"");
                exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(bytes.length));
                exchange.getResponseHeaders().set("ETag", "\"of the redirect\"");
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://127.0.0.1:" + store.getAddress().getPort() + "/" + large.get(file)
                                        + "?signed=yes");
                exchange.sendResponseHeaders(302, -1);
                return;
            }
            exchange.getResponseHeaders().set("ETag", "W/\"" + gitBlob(bytes) + "\"");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            }
            exchange.sendResponseHeaders(200, head ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private void give(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            say(exchange, range == null ? "" : " " + range);
            if (busy.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                exchange.getResponseHeaders().set("Retry-After", "0");
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            String name = exchange.getRequestURI().getPath().substring(1);
            byte[] bytes = instead != null
                    ? instead
                    : files.get(large.entrySet().stream()
                            .filter(e -> e.getValue().equals(name))
                            .findFirst()
                            .orElseThrow()
                            .getKey());
            int from = 0;
            if (range != null && ranges) {
                from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            exchange.sendResponseHeaders(range != null && ranges ? 206 : 200, bytes.length - from);
            OutputStream out = exchange.getResponseBody();
            boolean cut = cuts.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            boolean stall = stalls.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            int end = cut || stall ? from + (bytes.length - from) / 2 : bytes.length;
            for (int at = from; at < end; at += 16_384) {
                pause(pauseMillis);
                byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(end, at + 16_384));
                out.write(piece);
                out.flush();
                sent.addAndGet(piece.length);
            }
            if (stall) {
                pause(3_000);
            }
            // Closing before all bytes are written breaks the connection, as a real loss does.
        } catch (IOException gone) {
            // The other side was killed, or gave up.
        }
    }

    private static void pause(int millis) {
        if (millis > 0) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void say(HttpExchange exchange, String more) {
        boolean withToken = exchange.getRequestHeaders().containsKey("Authorization");
        boolean ofStore =
                exchange.getLocalAddress().getPort() == store.getAddress().getPort();
        asked.add(exchange.getRequestMethod() + (withToken ? "* " : " ") + (ofStore ? "store" : "hub") + more);
    }

    static String gitBlob(byte[] bytes) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(sha1.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
