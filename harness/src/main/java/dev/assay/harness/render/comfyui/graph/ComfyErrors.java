package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's errors in the user's words: which setting, what was expected, what was found, what to do. */
public final class ComfyErrors {
    /** What a client does about a failure. */
    public enum Kind {
        /** The graph was not accepted; the same graph never will be. */
        REJECTED,
        /** A node threw; the same request most likely fails again. */
        NODE_FAILED,
        /** The GPU's memory was full; worth one more try after the server freed its models. */
        OUT_OF_MEMORY,
        /** Files that do not belong together: a text encoder, VAE or LoRA of another family. */
        MISMATCH,
        /** A node blocked those after it; the server goes on, and may still succeed. */
        BLOCKED,
        /** The server or something before it does not work as ComfyUI does. */
        SERVER_TROUBLE
    }

    /** @param message for the user */
    public record Failure(Kind kind, String message) {}

    private static final int MOST = 8;
    private static final Pattern OLD_MISSING = Pattern.compile("node (.+?) does not exist");

    private ComfyErrors() {}

    /**
     * From the answer to {@code POST /prompt}.
     *
     * @return empty if the graph was accepted whole; a 200 with errors of nodes is a failure, part of the graph would not run
     */
    public static Optional<Failure> ofSubmission(int status, String body, ComfyGraph graph) {
        JsonNode answer = parse(body);
        if (status == 200 && answer != null && answer.path("prompt_id").isTextual()) {
            JsonNode errors = answer.path("node_errors");
            return errors.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Failure(Kind.REJECTED, String.join("\n", nodes(errors, graph))));
        }
        if (answer != null && answer.has("error")) {
            return Optional.of(rejected(answer, graph));
        }
        return Optional.of(new Failure(Kind.SERVER_TROUBLE, trouble(status, body)));
    }

    /** From the data of an {@code execution_error}. */
    public static Failure ofExecution(JsonNode data, ComfyGraph graph) {
        String id = data.path("node_id").asText();
        String nodeClass = data.path("node_type").asText();
        String type = data.path("exception_type").asText();
        String message = data.path("exception_message").asText();
        String where = where(id, nodeClass);
        if (type.equals("ExecutionBlocked")) {
            return new Failure(Kind.BLOCKED, where + ": " + PlainText.line(message));
        }
        if (isOutOfMemory(type, message)) {
            boolean main = isMainMemory(type, message);
            return new Failure(
                    Kind.OUT_OF_MEMORY,
                    where + ": the server" + (main ? "" : "'s GPU") + " ran out of" + (main ? " main" : "")
                            + " memory; stop other programs on that " + (main ? "machine" : "GPU") + ", use a smaller"
                            + " settings.width and settings.height, an FP8 (" + Keys.WEIGHT_DTYPE
                            + ") or GGUF file" + (main ? "" : ", or start the server with --lowvram"));
        }
        String said = where + ": "
                + PlainText.line(type.substring(type.lastIndexOf('.') + 1) + ": "
                        + (message.isBlank() ? lastLine(data.path("traceback")) : message.strip()));
        Optional<String> mismatch = mismatch(nodeClass, message, files(id, graph));
        if (mismatch.isPresent()) {
            return new Failure(Kind.MISMATCH, mismatch.get() + "\n" + said);
        }
        return new Failure(
                Kind.NODE_FAILED,
                broken(type, message, files(id, graph))
                        .map(advice -> advice + "\n" + said)
                        .orElse(said));
    }

    private static Failure rejected(JsonNode answer, ComfyGraph graph) {
        JsonNode error = answer.get("error");
        List<String> nodes = nodes(answer.path("node_errors"), graph);
        if (!nodes.isEmpty()) {
            return new Failure(Kind.REJECTED, String.join("\n", nodes));
        }
        JsonNode info = error.path("extra_info");
        String type = error.path("type").asText();
        String message = PlainText.line(
                error.isTextual() ? error.asText() : error.path("message").asText());
        String text = switch (type) {
            case "missing_node_type" -> missing(info.path("node_id").asText(), info.path("class_type"));
            case "invalid_prompt" -> {
                Matcher old = OLD_MISSING.matcher(message);
                yield old.find()
                        ? "the server has no node " + old.group(1) + "; " + NodePacks.advice(old.group(1))
                        : message;
            }
            case "no_prompt" -> "the server received no graph; a proxy before it may drop the body of a request";
            case "invalid_prompt_id" ->
                "the server did not accept the id of the picture (" + message
                        + "); a proxy before it may have changed the request";
            case "prompt_no_outputs" -> "no node of the graph saves or previews a picture; add a SaveImage node";
            default -> "the server did not accept the graph: " + message + detail(error);
        };
        return new Failure(Kind.REJECTED, text);
    }

    private static String missing(String id, JsonNode nodeClass) {
        if (!nodeClass.isTextual()) {
            return "node " + PlainText.line(id) + " has no class_type; export the workflow again as API";
        }
        return where(id, nodeClass.asText()) + ": the server has no such node; " + NodePacks.advice(nodeClass.asText());
    }

    private static List<String> nodes(JsonNode errors, ComfyGraph graph) {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> node : errors.properties()) {
            for (JsonNode error : node.getValue().path("errors")) {
                all.add(node(node.getKey(), node.getValue().path("class_type").asText(), error, graph));
            }
        }
        if (all.size() > MOST) {
            return List.of(String.join("\n", all.subList(0, MOST)), "and " + (all.size() - MOST) + " more");
        }
        return all;
    }

    private static String node(String id, String nodeClass, JsonNode error, ComfyGraph graph) {
        JsonNode info = error.path("extra_info");
        String input = info.path("input_name").asText();
        String value = info.path("received_value").isValueNode()
                ? info.path("received_value").asText()
                : info.path("received_value").toString();
        String setting = graph.setting(id, input);
        String at = setting.isEmpty() ? where(id, nodeClass) + (input.isEmpty() ? "" : ": " + input) : setting;
        String message = PlainText.line(error.path("message").asText());
        return switch (error.path("type").asText()) {
            case "value_not_in_list" ->
                NotOffered.message(
                        at,
                        input,
                        value,
                        ServerNodes.choices(info.path("input_config")).orElse(null));
            case "value_smaller_than_min", "value_bigger_than_max" ->
                at + " (" + PlainText.line(value) + "): the server takes "
                        + range(info.path("input_config").path(1)) + "; change it";
            case "invalid_input_type" ->
                at + ": expected "
                        + PlainText.line(info.path("input_config").path(0).asText("a value")) + ", found "
                        + PlainText.line(value);
            case "required_input_missing" ->
                where(id, nodeClass) + ": the server's version of this node needs an input " + PlainText.line(input)
                        + " that the graph does not set; server and graph are of different versions";
            case "bad_linked_input" -> at + ": expected a link [node, output], found " + PlainText.line(value);
            case "return_type_mismatch" ->
                at + ": linked to an output of the wrong type ("
                        + PlainText.line(error.path("details").asText()) + ")";
            case "dependency_cycle" ->
                where(id, nodeClass) + ": the nodes " + PlainText.line(cycle(info))
                        + " wait for each other; cut one of their links";
            case "custom_validation_failed" ->
                at + ": the node refuses its value: "
                        + PlainText.line(error.path("details").asText()) + "; is the file still on the server?";
            case "exception_during_inner_validation", "exception_during_validation" ->
                where(id, nodeClass)
                        + ": the server failed while checking it: "
                        + PlainText.line(info.path("exception_type").asText()) + " "
                        + PlainText.line(error.path("details").asText())
                        + "; a link may lead to a node that is not in the graph";
            default -> at + ": " + message + detail(error);
        };
    }

    private static String cycle(JsonNode info) {
        List<String> ids = new ArrayList<>();
        info.path("cycle_nodes").forEach(n -> ids.add(n.asText()));
        return String.join(", ", ids);
    }

    private static String range(JsonNode config) {
        String min = config.path("min").asText("");
        String max = config.path("max").asText("");
        return min.isEmpty() ? "at most " + max : max.isEmpty() ? "at least " + min : min + " to " + max;
    }

    private static String detail(JsonNode error) {
        String details = error.path("details").asText();
        return details.isBlank() ? "" : " (" + PlainText.line(details) + ")";
    }

    private static String where(String id, String nodeClass) {
        return "node " + PlainText.line(id) + (nodeClass.isEmpty() ? "" : " (" + PlainText.line(nodeClass) + ")");
    }

    /** An assertion without words says where it stands and no more. */
    private static String lastLine(JsonNode traceback) {
        String last = "";
        for (JsonNode entry : traceback) {
            last = entry.asText().isBlank() ? last : entry.asText();
        }
        return last.isEmpty() ? "no reason given; the server's log may have one" : "at " + last.strip();
    }

    private static boolean isMainMemory(String type, String message) {
        return type.equals("MemoryError") || message.contains("DefaultCPUAllocator") || message.contains("alloc_cpu");
    }

    /** Memory that freeing models may give back, of the GPU or of the machine. */
    public static boolean isOutOfMemory(String type, String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return type.endsWith("OutOfMemoryError")
                || type.equals("MemoryError")
                || lower.contains("ran out of memory on your gpu")
                || lower.contains("out of memory")
                || lower.contains("allocation on device")
                || lower.contains("not enough memory: you tried to allocate")
                || lower.contains("can't allocate memory: you tried to allocate");
    }

    /** @param files that the node loads */
    private static Optional<String> mismatch(String nodeClass, String message, String files) {
        boolean shapes = message.contains("mat1 and mat2 shapes")
                || message.contains("size mismatch")
                || message.contains("Given groups=")
                || message.contains("must match the size of tensor");
        if (message.contains("clip input is invalid: None") || message.contains("has no attribute 'tokenize'")) {
            return Optional.of(Keys.TEXT_ENCODERS + ": the model's file holds no text encoder; name the files");
        }
        if (message.contains("VAE is invalid: None")) {
            return Optional.of(Keys.VAE + ": the model's file holds no VAE; name the file");
        }
        if (!shapes) {
            return Optional.empty();
        }
        if (nodeClass.contains("Loader")) {
            return Optional.of(
                    files + ": the file's tensors do not fit the model that the server takes it for; update ComfyUI"
                            + " (and ComfyUI-GGUF for a .gguf), or look at the file with `assay inspect`");
        }
        if (nodeClass.contains("VAE")) {
            return Optional.of(Keys.VAE + ": the VAE is of another family than the model, or the model (" + Keys.MODEL
                    + ") of another than the VAE was given for");
        }
        return Optional.of(
                Keys.TEXT_ENCODERS + ": the text encoders, or a LoRA, are of another family than the model; its"
                        + " family's usual files are those in the graph's defaults");
    }

    /** What a loader says of a file that it cannot read. */
    private static Optional<String> broken(String type, String message, String files) {
        if (message.contains("Could not detect model type") || message.contains("Unexpected architecture type")) {
            return Optional.of(
                    files + ": the server does not know this kind of model; update ComfyUI (and ComfyUI-GGUF for"
                            + " a .gguf), or the file is no diffusion model: look at it with `assay inspect`");
        }
        if (type.contains("FileNotFoundError") || message.contains("No such file or directory")) {
            return Optional.of(files + ": the server lists the file but cannot find it any more; refresh the server");
        }
        if (type.contains("SafetensorError") || message.contains("deserializing header")) {
            return Optional.of(files + ": the file on the server is damaged or not safetensors; copy it again");
        }
        return Optional.empty();
    }

    /** The files that a node loads, with the settings that named them. */
    private static String files(String id, ComfyGraph graph) {
        List<String> files = new ArrayList<>();
        graph.nodes().path(id).path("inputs").properties().forEach(e -> {
            if (NotOffered.isFile(e.getKey(), e.getValue().asText())) {
                String setting = graph.setting(id, e.getKey());
                files.add((setting.isEmpty() ? "" : setting + ": ")
                        + PlainText.line(e.getValue().asText()));
            }
        });
        return files.isEmpty() ? "node " + PlainText.line(id) : String.join(", ", files);
    }

    private static String trouble(int status, String body) {
        String said = body == null || body.isBlank() ? "" : " (it said: " + PlainText.line(body) + ")";
        return switch (status) {
            case 401, 407 ->
                "the server, or a proxy before it, asks for a login (HTTP " + status
                        + "); give it in the environment as ASSAY_COMFYUI_TOKEN or ASSAY_COMFYUI_BASIC";
            case 403 ->
                "the server refused the request (HTTP 403): a proxy forbids it, or the Host and Origin headers differ;"
                        + " compare assay.comfyui.url with the address that works in a browser" + said;
            case 404, 405 -> "no ComfyUI at assay.comfyui.url (HTTP " + status + ")" + said;
            case 413 -> "the request is too large for the server or a proxy before it (HTTP 413)";
            case 502, 503, 504 ->
                "the proxy before the server does not reach it (HTTP " + status + "); is ComfyUI running?";
            case 200 ->
                "expected ComfyUI's answer with a prompt_id, found something else" + said
                        + "; is assay.comfyui.url a ComfyUI server?";
            default -> "the server failed on the request (HTTP " + status + ")" + said + "; its log says more";
        };
    }

    private static JsonNode parse(String body) {
        try {
            JsonNode answer = body == null ? null : Json.LENIENT.readTree(body);
            return answer != null && answer.isObject() ? answer : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
