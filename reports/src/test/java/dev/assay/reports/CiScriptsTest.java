package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell parts of the GitHub Action, with an Assay that only pretends, and a server on loopback for GitHub's. Skipped where bash, git, curl or jq is not there. */
@Tag("slow")
class CiScriptsTest {
    private static final Path SCRIPTS =
            Path.of("../integrations/ci").toAbsolutePath().normalize();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3};

    /** Judges by name: what has {@code bad} in it regressed. Keeps what it was called with. */
    private static final String PRETENDER = """
            #!/usr/bin/env bash
            printf '<%%s>' "$@" >>calls.txt; printf '\\n' >>calls.txt
            mkdir -p .assay/card .assay/report
            echo "### card of ${!#}" >.assay/card/x.assay.md
            echo '<img src="data:image/png;base64,%s">' >.assay/report/r.html
            case "${!#}" in *bad*) exit 1 ;; *unsure*) exit 2 ;; *) exit 0 ;; esac
            """.formatted(Base64.getEncoder().encodeToString(PICTURE));

    @TempDir
    Path place;

    private record Ended(int code, String out) {}

    private record Request(String method, String path, JsonNode body) {}

    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> comments = Collections.synchronizedList(new ArrayList<>());
    private HttpServer gitHub;
    private Path repository;
    private String base;

    @BeforeEach
    void aPullRequest() throws Exception {
        for (String tool : List.of("bash", "git", "curl", "jq")) {
            boolean there = Stream.of(System.getenv("PATH").split(":", -1))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
            assumeTrue(there, "no " + tool);
        }
        repository = Files.createDirectories(place.resolve("my loras"));
        Path bin = Files.createDirectories(place.resolve("assay home/bin"));
        Files.writeString(bin.resolve("assay"), PRETENDER);
        assertThat(bin.resolve("assay").toFile().setExecutable(true)).isTrue();
        git("init", "-q");
        git("config", "user.name", "t");
        git("config", "user.email", "t@example.com");
        Files.writeString(repository.resolve("old.safetensors"), "weights of before");
        git("add", ".");
        git("commit", "-q", "-m", "before");
        base = git("rev-parse", "HEAD").strip();
        listen();
    }

    /** Answers as GitHub's API does to these few requests. */
    private void listen() throws IOException {
        gitHub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gitHub.createContext("/", exchange -> {
            byte[] sent = exchange.getRequestBody().readAllBytes();
            JsonNode body = sent.length == 0 ? JSON.createObjectNode() : JSON.readTree(sent);
            String path = exchange.getRequestURI().toString();
            String method = exchange.getRequestMethod();
            requests.add(new Request(method, path, body));
            String answer = "{}";
            int code = 200;
            if (!"Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                code = 401;
            } else if (method.equals("GET") && path.contains("/contents/")) {
                code = 404;
            } else if (method.equals("GET")) {
                var list = JSON.createArrayNode();
                list.addObject().put("id", 1).put("body", "well done");
                comments.forEach(c -> list.addObject().put("id", 77).put("body", c));
                answer = list.toString();
            } else if (method.equals("POST")) {
                comments.add(body.path("body").asText());
            } else if (method.equals("PATCH")) {
                comments.set(0, body.path("body").asText());
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        gitHub.start();
    }

    @AfterEach
    void stop() {
        if (gitHub != null) {
            gitHub.stop(0);
        }
    }

    private String git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Ended ended = run(command, Map.of());
        assertThat(ended.code()).as(ended.out()).isZero();
        return ended.out();
    }

    private Ended run(List<String> command, Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(k -> k.startsWith("GITHUB_") || k.startsWith("INPUT_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), out);
    }

    private void change(String... files) throws Exception {
        for (String file : files) {
            Path path = repository.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.contains("pointer") ? "version https://git-lfs\n" : "weights " + file);
        }
        git("add", ".");
        git("commit", "-q", "-m", "after");
    }

    private Ended judge(Map<String, String> more) throws Exception {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "INPUT_BASE",
                "flux1-dev.safetensors",
                "INPUT_COMFYUI_URL",
                "http://127.0.0.1:8188",
                "INPUT_ASSAY",
                place.resolve("assay home").toString(),
                "BASE_SHA",
                base,
                "RUNNER_TEMP",
                place.toString(),
                "GITHUB_OUTPUT",
                place.resolve("outputs").toString()));
        environment.putAll(more);
        return run(List.of("bash", SCRIPTS.resolve("judge.sh").toString()), environment);
    }

    private Ended comment(Map<String, String> more) throws Exception {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "GITHUB_API_URL", "http://127.0.0.1:" + gitHub.getAddress().getPort(),
                "GITHUB_TOKEN", "secret",
                "GITHUB_REPOSITORY", "me/loras",
                "GITHUB_RUN_ID", "99",
                "PULL_REQUEST", "5",
                "VERDICTS", place.resolve("assay-verdicts").toString()));
        environment.putAll(more);
        return run(List.of("bash", SCRIPTS.resolve("comment.sh").toString()), environment);
    }

    @Test
    void judges_what_changed_and_ends_with_the_worst() throws Exception {
        change("a & b.safetensors", "sub/bad one.safetensors", "unsure.safetensors", "notes.txt");

        Ended ended = judge(Map.of("INPUT_SUITE", "everyday", "INPUT_OPTIONS", "--strength\n0.8"));

        assertThat(ended.code()).as(ended.out()).isEqualTo(1);
        String asked =
                "<judge><--base><flux1-dev.safetensors><--purpose><unknown><--comfyui><http://127.0.0.1:8188><--suite><everyday><--strength><0.8>";
        assertThat(Files.readAllLines(repository.resolve("calls.txt")))
                .containsExactly(
                        asked + "<./a & b.safetensors>",
                        asked + "<./sub/bad one.safetensors>",
                        asked + "<./unsure.safetensors>");
        assertThat(Files.readString(place.resolve("outputs"))).contains("outcome=REGRESSED");
        assertThat(place.resolve("assay-verdicts/002/picture.png")).hasBinaryContent(PICTURE);
        assertThat(place.resolve("assay-verdicts/002/x.assay.md")).content().contains("bad one");
    }

    @Test
    void a_pointer_of_git_lfs_is_broken_and_nothing_changed_is_no_verdict() throws Exception {
        change("pointer.safetensors");
        Ended ended = judge(Map.of());
        assertThat(ended.code()).as(ended.out()).isEqualTo(3);
        assertThat(ended.out()).contains("lfs: true");

        assertThat(judge(Map.of("BASE_SHA", git("rev-parse", "HEAD").strip())).code())
                .isZero();
        assertThat(Files.readString(place.resolve("outputs"))).endsWith("outcome=NOTHING\n");

        assertThat(judge(Map.of("BASE_SHA", "0123456789012345678901234567890123456789"))
                        .out())
                .contains("fetch-depth: 0");
    }

    @Test
    void one_comment_is_kept_with_table_cards_and_pictures() throws Exception {
        change("<b>bad|.safetensors", "good.safetensors");
        assertThat(judge(Map.of()).code()).isEqualTo(1);

        Ended first = comment(Map.of("PICTURES_BRANCH", "assay-pictures"));

        assertThat(first.code()).as(first.out()).isZero();
        assertThat(comments).hasSize(1);
        assertThat(comments.get(0))
                .startsWith("<!-- assay -->")
                .contains("| &lt;b&gt;bad&#124;.safetensors | ❌ **REGRESSED** |", "| good.safetensors | ✅ PASSED |")
                .contains("### card of ./good.safetensors", "actions/runs/99")
                .contains("](https://github.com/me/loras/blob/assay-pictures/5/");
        assertThat(requests.stream().filter(r -> r.method().equals("PUT")).toList())
                .isNotEmpty()
                .allSatisfy(r -> {
                    assertThat(r.path())
                            .startsWith("/repos/me/loras/contents/5/")
                            .endsWith(".png");
                    assertThat(Base64.getDecoder()
                                    .decode(r.body().path("content").asText()))
                            .isEqualTo(PICTURE);
                    assertThat(r.body().path("branch").asText()).isEqualTo("assay-pictures");
                });

        assertThat(comment(Map.of()).code()).isZero();
        assertThat(comments).hasSize(1);
        assertThat(comments.get(0)).doesNotContain("assay-pictures");
        assertThat(requests)
                .extracting(Request::method)
                .containsOnlyOnce("POST")
                .contains("PATCH");
    }

    @Test
    void a_comment_that_could_not_be_written_fails_the_step() throws Exception {
        change("good.safetensors");
        assertThat(judge(Map.of()).code()).isZero();

        assertThat(comment(Map.of("GITHUB_TOKEN", "wrong")).code()).isNotZero();
    }
}
