package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelsCommandTest {
    private static final byte[] BYTES = new byte[1_000];

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private HttpServer hub;

    @BeforeEach
    void open() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", e -> {
            try (e) {
                boolean there = e.getRequestURI().getPath().endsWith("/hands.onnx");
                e.getResponseHeaders().set("X-Repo-Commit", "0123456789abcdef0123456789abcdef01234567");
                e.getResponseHeaders().set("ETag", "\"" + Hashes.sha256(BYTES) + "\"");
                boolean head = e.getRequestMethod().equals("HEAD");
                if (head) {
                    e.getResponseHeaders().set("Content-Length", Integer.toString(BYTES.length));
                }
                e.sendResponseHeaders(there ? 200 : 404, head || !there ? -1 : BYTES.length);
                if (there && !head) {
                    e.getResponseBody().write(BYTES);
                }
            }
        });
        hub.start();
        environment.put("HF_HUB_CACHE", folder.resolve("hub").toString());
        environment.put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
        properties.put("assay.root", folder.toString());
    }

    @AfterEach
    void close() {
        hub.stop(0);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line = new CommandLine(ModelsCommand.with(environment, properties));
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private String suite(String models) throws IOException {
        Path file = folder.resolve("s.yaml");
        Files.writeString(file, """
            name: s
            version: "1"
            models:
            %s
            seeds: [1]
            cases:
              - {id: a, prompt: a cat, visible: {people: 1, hands: 2}}
            criteria:
              - {metric: grid, margin: 1, minPairs: 1}
              - {metric: limbs, margin: 0.1, minPairs: 1}
            """.formatted(models.indent(2)));
        return file.toString();
    }

    @Test
    void every_metric_is_listed_with_weights_that_are_known() {
        assertThat(run()).isEqualTo(ModelsCommand.LACKING);
        assertThat(out.toString())
                .contains("every metric", "no weights needed: ", "blank-frame")
                .contains("clip  missing  for ")
                .contains("try       hf:openai/clip-vit-large-patch14")
                .contains("MIT", "about 1.7 GB:", "assay models --download clip");
        assertThat(err.toString()).isEmpty();
        assertThat(folder.resolve("hub")).doesNotExist();
    }

    @Test
    void a_metric_that_there_is_not_is_said_with_file_and_place() throws IOException {
        Path file = Path.of(suite("detector: hf:a/b/hands.onnx"));
        Files.writeString(file, Files.readString(file).replace("metric: limbs", "metric: lims"));
        assertThat(run("--suite", file.toString())).isEqualTo(64);
        assertThat(err.toString().replaceAll("\\s+", " "))
                .startsWith(file + ": criteria[1].metric: no metric lims; there are ")
                .contains("; did you mean limbs?; metrics of another jar are given with assay.metrics");
    }

    @Test
    void a_suite_lacks_downloads_and_has() throws IOException {
        String suite = suite("detector: hf:a/b/hands.onnx");
        assertThat(run("--suite", suite)).isEqualTo(ModelsCommand.LACKING);
        assertThat(out.toString())
                .contains("detector  missing  for limbs", "lacks     hands.onnx", "not stated")
                .contains("--download detector")
                .contains("1 of 1 networks lack files");
        assertThat(run("--suite", suite, "--download")).isEqualTo(ModelsCommand.READY);
        assertThat(err.toString()).contains("downloading detector hf:a/b/hands.onnx: ");
        assertThat(out.toString()).contains("detector  ready", "all 1 networks have their files");
        assertThat(run("--suite", suite, "--download", "detector")).isEqualTo(ModelsCommand.READY);
        assertThat(err.toString()).as("nothing is fetched twice").doesNotContain("downloading");
    }

    @Test
    void programs_read_json() throws IOException {
        run("--suite", suite("detector: hf:a/b/hands.onnx"), "--json");
        JsonNode json = new ObjectMapper().readTree(out.toString());
        JsonNode role = json.get("roles").get(0);
        assertThat(json.get("withoutWeights").get(0).asText()).isEqualTo("grid");
        assertThat(role.get("role").asText()).isEqualTo("detector");
        assertThat(role.get("ready").asBoolean()).isFalse();
        assertThat(role.get("downloadable").asBoolean()).isTrue();
        assertThat(role.get("missing").get(0).asText()).isEqualTo("hands.onnx");
        assertThat(role.get("problem").asText()).contains("assay models --download");
    }

    @Test
    void settings_take_the_place_of_the_suites_weights() throws IOException {
        Files.write(folder.resolve("own.onnx"), BYTES);
        properties.put("assay.weights", "detector=own.onnx");
        assertThat(run("--suite", suite("detector: hf:a/b/hands.onnx"))).isEqualTo(ModelsCommand.READY);
        assertThat(out.toString()).contains("named     own.onnx");
    }

    @Test
    void a_download_that_fails_says_why() throws IOException {
        assertThat(run("--suite", suite("detector: hf:a/b/other.onnx"), "--download"))
                .isEqualTo(ModelsCommand.LACKING);
        assertThat(err.toString()).contains("no such file");
        assertThat(run("--download", "detector=hf:a/../x")).isEqualTo(ModelsCommand.LACKING);
        assertThat(run("--download", "detector=hf:Bingsu/adetailer/hand_yolov8s.pt"))
                .isEqualTo(ModelsCommand.LACKING);
        assertThat(err.toString()).contains("-Dassay.licences=AGPL-3.0");
    }

    @Test
    void a_wrong_command_line_names_the_right_one() throws IOException {
        assertThat(run("--download", "detecter")).isEqualTo(64);
        assertThat(err.toString()).contains("detector");
        assertThat(run("--download")).isEqualTo(64);
        assertThat(err.toString()).contains("--download ROLE[=REFERENCE]");
        assertThat(run("--suite", "nowhere")).isEqualTo(64);
        assertThat(err.toString()).contains("nowhere");
    }

    @Test
    void hostile_references_are_shown_without_their_escapes() throws IOException {
        assertThat(run("--suite", suite("detector: \"hf:a/b/\\e[31mred.onnx\"")))
                .isEqualTo(ModelsCommand.LACKING);
        assertThat(out.toString()).doesNotContain("\u001b");
    }
}
