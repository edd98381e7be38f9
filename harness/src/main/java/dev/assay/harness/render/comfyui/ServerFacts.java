package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What decides a server's pixels beside models and requests, and what people want to know of it.
 *
 * @param device {@code cpu}, or type and name of the GPU: {@code cuda NVIDIA GeForce RTX 4090}
 * @param arguments of the server's start, as it tells them
 */
record ServerFacts(String comfyui, String torch, String python, String device, List<String> arguments) {
    /** Arguments that change no pixel; the number is that of the values they take. All others count. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "--listen",
            "--port",
            "--tls-keyfile",
            "--tls-certfile",
            "--enable-cors-header",
            "--max-upload-size",
            "--base-directory",
            "--extra-model-paths-config",
            "--output-directory",
            "--temp-directory",
            "--input-directory",
            "--user-directory",
            "--database-url",
            "--front-end-version",
            "--front-end-root",
            "--auto-launch",
            "--disable-auto-launch",
            "--disable-api-nodes",
            "--disable-metadata",
            "--enable-compress-response-body",
            "--multi-user",
            "--preview-method",
            "--preview-size",
            "--dont-print-server",
            "--quick-test-for-ci",
            "--windows-standalone-build",
            "--verbose",
            "--log-stdout");

    private static final Pattern SECRET = Pattern.compile("(?i)(key|token|secret|password|auth)");

    ServerFacts {
        arguments = List.copyOf(arguments);
    }

    /**
     * From {@code GET /system_stats}.
     *
     * @param redact takes our own secrets out of a text: a server may repeat them
     */
    static ServerFacts of(JsonNode stats, UnaryOperator<String> redact) {
        JsonNode system = stats.path("system");
        JsonNode device = stats.path("devices").path(0);
        List<String> arguments = new ArrayList<>();
        system.path("argv").forEach(a -> arguments.add(redact.apply(PlainText.line(a.asText(), 300))));
        return new ServerFacts(
                redact.apply(word(system, "comfyui_version")),
                redact.apply(word(system, "pytorch_version")),
                redact.apply(word(system, "python_version").split(" ", 2)[0]),
                redact.apply(device(device)),
                arguments);
    }

    private static String word(JsonNode node, String field) {
        String word = PlainText.line(node.path(field).asText(""), 100);
        return word.isEmpty() ? "unknown" : word;
    }

    /** The server says {@code cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync}: index and allocator change no pixel. */
    private static String device(JsonNode device) {
        String type = word(device, "type");
        String name = word(device, "name").replaceFirst("^[a-z]+:\\d+ ", "").replaceFirst(" : \\w+$", "");
        return name.equals(type) ? type : type + " " + name;
    }

    /** What decides pixels beside the device. */
    String version() {
        return "ComfyUI " + comfyui + ", torch " + torch + ", arguments " + effectiveArguments();
    }

    /** A short hash of the arguments that may change pixels; {@code plain} without any. */
    private String effectiveArguments() {
        List<String> left = new ArrayList<>();
        boolean skipping = true; // up to the first option stands the script's name
        for (String argument : arguments) {
            if (argument.startsWith("--")) {
                skipping = WITHOUT_EFFECT.contains(argument.split("=", 2)[0]);
            }
            if (!skipping) {
                left.add(argument);
            }
        }
        return left.isEmpty()
                ? "plain"
                : Hashes.sha256(left.toString().getBytes(StandardCharsets.UTF_8))
                        .substring(0, 8);
    }

    /** Whether the log has warnings, which is where LoRA keys are told of. */
    boolean logsWarnings() {
        int at = arguments.indexOf("--verbose");
        String level = at >= 0 && at + 1 < arguments.size() ? arguments.get(at + 1) : "";
        return !level.equals("ERROR")
                && !level.equals("CRITICAL")
                && arguments.stream().noneMatch(a -> a.matches("--verbose=(ERROR|CRITICAL)"));
    }

    /** The start arguments for people; values that may be secrets are left out. */
    String shownArguments() {
        List<String> shown = new ArrayList<>();
        boolean hide = false;
        for (String argument : arguments) {
            boolean option = argument.startsWith("--");
            shown.add(hide && !option ? "***" : argument);
            hide = option
                    && SECRET.matcher(argument).find()
                    && !argument.toLowerCase(Locale.ROOT).startsWith("--tls-");
        }
        return String.join(" ", shown);
    }
}
