package dev.assay.reports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real browser without a window, driven by its DevTools protocol over the JDK's own WebSocket. All addresses but files go to a
 * proxy that does not exist. What the page says to its console and asks of the network is kept.
 */
public final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger next = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final Path profile;
    /** Errors and warnings of the console, exceptions, dialogs. */
    public final List<String> complaints = new CopyOnWriteArrayList<>();
    /** Every address asked for. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    public static Optional<Path> find() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .filter(f -> !f.isEmpty())
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public static Chromium start(Path program, Path profile) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-extensions",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--hide-scrollbars",
                        "--force-color-profile=srgb",
                        "--proxy-server=http://127.0.0.1:9",
                        "--proxy-bypass-list=<-loopback>",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectErrorStream(true)
                .redirectOutput(
                        profile.resolveSibling(profile.getFileName() + ".log").toFile())
                .start();
        try {
            return new Chromium(process, profile);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private Chromium(Process process, Path profile) throws IOException {
        this.process = process;
        this.profile = profile;
        String browser = address(profile.resolve("DevToolsActivePort"));
        socket = connect(browser);
        JsonNode target = call("Target.createTarget", Map.of("url", "about:blank"), null);
        session = call(
                        "Target.attachToTarget",
                        Map.of("targetId", target.get("targetId").asText(), "flatten", true),
                        null)
                .get("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    private String session;

    private String address(Path portFile) throws IOException {
        for (int i = 0; i < 600 && process.isAlive(); i++) {
            if (Files.exists(portFile)) {
                List<String> lines = Files.readAllLines(portFile);
                if (lines.size() == 2) {
                    return "ws://127.0.0.1:" + lines.get(0) + lines.get(1);
                }
            }
            pause(50);
        }
        throw new IOException(
                "Chromium did not start: " + Files.readString(profile.resolveSibling(profile.getFileName() + ".log")));
    }

    private WebSocket connect(String address) {
        StringBuilder message = new StringBuilder();
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                        message.append(data);
                        if (last) {
                            String whole = message.toString();
                            message.setLength(0);
                            receive(whole);
                        }
                        webSocket.request(1);
                        return null;
                    }
                })
                .join();
    }

    private void receive(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (IOException e) {
            complaints.add("unreadable message of Chromium: " + e);
            return;
        }
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    waiting.remove(message.get("id").asInt());
            if (message.has("error")) {
                answer.completeExceptionally(
                        new IllegalStateException(message.get("error").toString()));
            } else {
                answer.complete(message.get("result"));
            }
            return;
        }
        JsonNode params = message.path("params");
        switch (message.path("method").asText()) {
            case "Runtime.exceptionThrown" -> complaints.add("exception: " + params.path("exceptionDetails"));
            case "Runtime.consoleAPICalled" -> complaints.add("console: " + params.path("type") + params.path("args"));
            case "Log.entryAdded" -> complaints.add("log: " + params.path("entry"));
            case "Page.javascriptDialogOpening" -> {
                complaints.add("dialog: " + params);
                // No answer is waited for here: this is the thread that would receive it.
                CompletableFuture<JsonNode> unused =
                        send("Page.handleJavaScriptDialog", Map.of("accept", false), session);
            }
            case "Network.requestWillBeSent" ->
                requests.add(params.path("request").path("url").asText());
            default -> {} // not of interest
        }
    }

    private CompletableFuture<JsonNode> send(String method, Map<String, ?> params, String toSession) {
        int id = next.incrementAndGet();
        ObjectNode message = JSON.createObjectNode();
        message.put("id", id).put("method", method).set("params", JSON.valueToTree(params));
        if (toSession != null) {
            message.put("sessionId", toSession);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        synchronized (this) {
            socket.sendText(message.toString(), true).join();
        }
        return answer;
    }

    private JsonNode call(String method, Map<String, ?> params, String toSession) {
        return send(method, params, toSession).orTimeout(60, TimeUnit.SECONDS).join();
    }

    public JsonNode call(String method, Map<String, ?> params) {
        return call(method, params, session);
    }

    /** Opens a page and waits for its load event. */
    public void open(String address) {
        call("Page.navigate", Map.of("url", address));
        String here =
                "document.readyState === 'complete' && location.href !== 'about:blank' && location.href.split('#')[0] === "
                        + JSON.valueToTree(address.split("#", -1)[0]);
        await(here);
    }

    public void await(String condition) {
        for (int i = 0; i < 1200; i++) {
            if (evaluate(condition).asBoolean()) {
                return;
            }
            pause(25);
        }
        throw new IllegalStateException("waited 30 s for " + condition + "; " + complaints);
    }

    /** The value of an expression in the page. */
    public JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Presses a key as a user would: {@code Tab}, {@code Enter}. */
    public void press(String key, int code) {
        String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
        call(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    public void view(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    public byte[] screenshot(boolean whole) {
        String data = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", whole))
                .get("data")
                .asText();
        return Base64.getDecoder().decode(data.getBytes(StandardCharsets.US_ASCII));
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            call("Browser.close", Map.of(), null);
        } catch (RuntimeException gone) {
            process.destroy();
        }
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
