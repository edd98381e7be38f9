package dev.assay.harness.nn.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The API of a server with a vision model, on the loopback. Answers have the shapes of llama.cpp (tools/server/server-task.cpp: a token has
 * id, token, bytes, logprob, top_logprobs; a probability of 0 is the lowest float), of vLLM (entrypoints/openai/chat_completion/protocol.py: no
 * id, -9999 for a probability of 0), and of a server that takes "logprobs" and leaves it null, as LM Studio does.
 */
public final class FakeJudge implements AutoCloseable {
    /** Whose answers are imitated. */
    public enum Dialect {
        LLAMA_CPP,
        VLLM,
        WORDS
    }

    /** Looks at a picture and says how sure it is of yes. */
    public interface Brain {
        double yes(Image image, String question);
    }

    /** Answers one request in place of the server. */
    interface Fault {
        void answer(HttpExchange exchange) throws IOException;
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    final AtomicInteger maxAtOnce = new AtomicInteger();
    volatile Fault always;
    volatile String model = "tiny-vision";
    volatile long parameters = 1000;
    volatile List<List<Object>> tokens; // of every answer, in place of the brain's

    private final AtomicInteger now = new AtomicInteger();
    private final Brain brain;
    private final Dialect dialect;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public FakeJudge(Dialect dialect, Brain brain) {
        this.dialect = dialect;
        this.brain = brain;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/v1/models", e -> json(e, 200, models()));
        server.createContext("/v1/chat/completions", this::chat);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** All that was asked about pictures of a run, without the probe. */
    public List<String> questions() {
        return requests.stream()
                .map(FakeJudge::question)
                .filter(q -> !q.contains("all over"))
                .toList();
    }

    static String question(JsonNode request) {
        return request.at("/messages/1/content/1/text").asText();
    }

    private ObjectNode models() {
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        ObjectNode one = list.putArray("data").addObject();
        one.put("id", model).put("object", "model").put("created", System.nanoTime());
        if (dialect == Dialect.LLAMA_CPP) {
            one.put("owned_by", "llamacpp");
            one.putObject("meta").put("n_params", parameters).put("n_vocab", 32000);
        } else {
            one.put("owned_by", "vllm").put("root", model).put("max_model_len", 4096 + parameters);
        }
        return list;
    }

    private void chat(HttpExchange exchange) throws IOException {
        maxAtOnce.accumulateAndGet(now.incrementAndGet(), Math::max);
        try {
            JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
            Fault fault = faults.poll();
            if (fault == null) {
                fault = always;
            }
            if (fault != null) {
                fault.answer(exchange);
                return;
            }
            requests.add(request);
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            json(exchange, 200, answer(request));
        } finally {
            now.decrementAndGet();
            exchange.close();
        }
    }

    private ObjectNode answer(JsonNode request) {
        String url = request.at("/messages/1/content/0/image_url/url").asText();
        Image image = Png.decode(Base64.getDecoder().decode(url.substring("data:image/png;base64,".length())))
                .image();
        double yes = question(request).contains("all over")
                ? (image.value(0, 0, 0) > 150 ? 0.97 : 0.02)
                : brain.yes(image, question(request));
        ObjectNode answer = JSON.createObjectNode();
        answer.put("id", "chatcmpl-1").put("object", "chat.completion").put("model", model);
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", "length");
        choice.putObject("message").put("role", "assistant").put("content", yes > 0.5 ? "Yes." : "No");
        if (dialect == Dialect.WORDS) {
            choice.putNull("logprobs");
        } else {
            probabilities(choice.putObject("logprobs").putArray("content"), yes);
        }
        return answer;
    }

    private void probabilities(ArrayNode content, double yes) {
        List<List<Object>> top = tokens != null
                ? tokens
                : List.of(
                        List.of("Yes", 0.6 * yes),
                        List.of(" yes", 0.3 * yes),
                        List.of("No", 0.9 * (1 - yes)),
                        List.of("It", 0.1),
                        List.of("NO", 0.0));
        ObjectNode first = token(content.addObject(), top.get(0));
        ArrayNode alternatives = first.putArray("top_logprobs");
        top.forEach(t -> token(alternatives.addObject(), t));
    }

    private ObjectNode token(ObjectNode node, List<Object> token) {
        double p = (Double) token.get(1);
        boolean llama = dialect == Dialect.LLAMA_CPP;
        if (llama) {
            node.put("id", 42);
        }
        node.put("token", (String) token.get(0));
        node.putArray("bytes").add(89);
        return node.put("logprob", p > 0 ? Math.log(p) : llama ? -Float.MAX_VALUE : -9999.0);
    }

    static void json(HttpExchange exchange, int status, Object json) throws IOException {
        send(exchange, status, json.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
