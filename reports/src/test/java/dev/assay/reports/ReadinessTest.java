package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Session;
import dev.assay.harness.run.Workspace;
import dev.assay.reports.card.Sidecars;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps a run from being judged is said before anything is compiled or rendered. */
class ReadinessTest {
    private static final Path MICROCOSM = Path.of("..", "suites", "microcosm").toAbsolutePath();

    @TempDir
    Path root;

    private Map<String, String> properties(String... settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("assay.root", root.toString());
        properties.put("assay.microcosm", MICROCOSM.toString());
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return properties;
    }

    private Optional<String> obstacle(String... settings) {
        Map<String, String> properties = properties(settings);
        Workspace workspace = Workspace.of(properties);
        boolean collects = workspace.gate() || properties.containsKey("assay.build.nightly");
        Session session = Session.read(Session.DEFAULT_SUITE, Map.of(), properties);
        return Readiness.obstacle(session, workspace, collects).or(session::unreachable);
    }

    private String said(String... settings) {
        return obstacle(settings).orElseThrow();
    }

    @Test
    void the_bundled_job_is_ready() {
        assertThat(obstacle()).isEmpty();
        assertThat(obstacle("assay.lora", "microcosm:foreign")).isEmpty();
    }

    @Test
    void a_wrong_name_is_answered_with_the_right_ones() {
        assertThat(said("assay.suite", "everyda")).contains("(everyday, microcosm, quick)", "did you mean everyday?");
        assertThat(said("assay.lora", "microcosm:grit")).contains("did you mean grid?");
        assertThat(said("assay.lora", "no/such.safetensors")).contains("no such file");
        assertThat(said("assay.models", "nowhere")).contains("assay.models (-Dassay.models): no such folder");
        assertThat(said("assay.comfyui.workflow", "w.json")).contains("no such file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        metric: grid       | metric: gird                    | mine.yaml: criteria[1].metric: no metric gird; | ; did you mean grid?; metrics of another jar are given with assay.metrics
        margin: 0.2        | margin: 900                     | everyday: criterion grid: margin: expected at most | , found 900.0
        severity: BLOCKER  | parameters: {oder: 2}           | everyday: criterion blank-frame: no parameter oder; | there are
        rule: NON_INFERIOR | rule: DEFECT_RATE_NON_INFERIOR           | everyday: criterion grid: the rule DEFECT_RATE_NON_INFERIOR expects a metric of 0 or 1 | NON_INFERIOR
        dino: hf:          | clpi: x / dino: hf:             | everyday: models.clpi: expected one of the roles | ; did you mean clip?
        id: portrait-fish  | sede: 3, id: portrait-fish      | cases[1].sede: no such field | ; did you mean seeds?
        """)
    void what_a_suite_asks_that_no_metric_can_judge(String there, String instead, String what, String hint)
            throws IOException {
        String everyday = Files.readString(Path.of("../suites/src/main/resources/suites/everyday.yaml"));
        assertThat(everyday).contains(there);
        Files.writeString(
                root.resolve("mine.yaml"), everyday.replaceFirst(Pattern.quote(there), instead.replace(" / ", "\n  ")));
        assertThat(said("assay.suite", "mine.yaml", "assay.lora", "microcosm:sound"))
                .contains(what, hint);
    }

    @Test
    void a_policy_that_nothing_could_meet() throws IOException {
        Files.createDirectory(root.resolve("shelf"));
        Files.writeString(root.resolve("shelf/collection.yaml"), "suites: [quik@2]\n");
        assertThat(said("assay.collection", "shelf", "assay.lora", "microcosm:sound"))
                .contains("collection.yaml: suites: quik@2 is none of the bundled ones", "did you mean quick?");
        Files.writeString(root.resolve("shelf/collection.yaml"), "suites: [quick]\n");
        assertThat(obstacle("assay.collection", "shelf", "assay.lora", "microcosm:sound"))
                .isEmpty();
    }

    @Test
    void a_file_of_assay_yaml_counts() throws IOException {
        Files.writeString(root.resolve("assay.yaml"), "lora: microcosm:grit\n");
        assertThat(said()).contains("did you mean grid?");
        Files.writeString(root.resolve("assay.yaml"), "lroa: microcosm:grid\n");
        assertThat(said()).contains("assay.yaml: lroa: no such setting; did you mean lora?");
    }

    @Test
    void missing_weights_are_said_with_their_size_and_the_command() {
        assertThat(said("assay.suite", "everyday", "assay.lora", "microcosm:sound"))
                .startsWith("Weights are missing: 2 of 6 families can be judged whole (artifact, effect); anatomy needs"
                        + " about 26 MB (people, pose, hands, faces), adherence needs ")
                .contains("diversity (judged in part) needs ")
                .contains("licences Apache-2.0, MIT")
                .contains("):  java -jar reports/target/assay.jar models --suite everyday --download .")
                .contains("To judge without them: -Dassay.unavailable=allow")
                .contains("criteria cannot be judged, their weights are missing: ", "hands", "faces")
                .contains("palm_detection_mediapipe_2023feb.onnx");
        assertThat(obstacle("assay.suite", "everyday", "assay.unavailable", "allow", "assay.seedOffset", "1"))
                .isEmpty();
    }

    @Test
    void a_server_that_does_not_answer_is_said() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThat(said(
                        "assay.renderer",
                        "comfyui",
                        "assay.comfyui.url",
                        "http://127.0.0.1:" + port,
                        "assay.base",
                        "a.safetensors",
                        "assay.lora",
                        "b.safetensors",
                        "assay.unavailable",
                        "allow"))
                .contains("127.0.0.1:" + port);
    }

    @Test
    void a_lora_of_another_model_without_a_base_is_asked_for_one() throws IOException {
        flux("flux.safetensors");
        assertThat(said("assay.lora", "flux.safetensors"))
                .startsWith("which base? flux.safetensors is ")
                .contains("Flux.1")
                .contains("give -Dassay.base=FILE -Dassay.renderer=comfyui");
    }

    @Test
    void a_lora_that_fits_the_bundled_base_needs_no_other_wherever_it_lies() throws IOException {
        Files.copy(MICROCOSM.resolve("loras/sound.safetensors"), root.resolve("mine.safetensors"));
        assertThat(obstacle("assay.lora", "mine.safetensors")).isEmpty();
    }

    @Test
    void a_broken_file_is_the_runs_to_judge() throws IOException {
        byte[] whole = Files.readAllBytes(MICROCOSM.resolve("loras/sound.safetensors"));
        Files.write(root.resolve("cut.safetensors"), java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThat(obstacle("assay.lora", "cut.safetensors")).isEmpty();
    }

    @Test
    void a_policy_that_cannot_be_read_is_said() throws IOException {
        Path collection = Files.createDirectory(root.resolve("col"));
        Files.writeString(collection.resolve("collection.yaml"), "suits: [microcosm]\n");
        String[] gate = {"assay.build.gate", "true", "assay.lora", "microcosm:sound", "assay.collection", "col"};
        assertThat(said(gate)).contains("suits");
        Files.delete(collection.resolve("collection.yaml"));
        assertThat(obstacle(gate)).isEmpty();
        assertThat(said("assay.build.nightly", "true")).contains("which collection?");
    }

    @Test
    void the_settings_know_the_sidecars_that_exist() {
        String all = String.join(
                ",", Stream.of(Sidecars.Kind.values()).map(k -> k.word()).toList());
        assertThat(obstacle("assay.sidecars", all)).isEmpty();
        assertThat(said("assay.sidecars", "civit"))
                .contains("expected one of " + String.join(", ", List.of(all.split(","))));
    }

    /** A LoRA of rank 4 on queries, keys and values of Flux.1's double blocks, in half precision. */
    private void flux(String name) throws IOException {
        int rank = 4;
        StringBuilder header = new StringBuilder();
        int at = 0;
        for (int block = 0; block < 19; block++) {
            String module = "lora_unet_double_blocks_" + block + "_img_attn_qkv";
            at = tensor(header, module + ".lora_down.weight", rank, 3072, at);
            at = tensor(header, module + ".lora_up.weight", 9216, rank, at);
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        while (file.hasRemaining()) {
            file.putShort((short) 0x3C00);
        }
        Files.write(root.resolve(name), file.array());
    }

    private static int tensor(StringBuilder header, String name, int rows, int columns, int at) {
        int end = at + rows * columns * 2;
        header.append(header.length() == 0 ? "{" : ",")
                .append(String.format(
                        "\"%s\":{\"dtype\":\"F16\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}",
                        name, rows, columns, at, end));
        return end;
    }
}
