package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Question;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that was judged before is answered at once, and never wrongly: whatever decides the verdict is the same, or it is judged anew. */
class JudgedBeforeTest {
    private static final Path MICROCOSM = Path.of("..", "suites", "microcosm").toAbsolutePath();
    private static final String SUITE = """
            name: small
            version: "1"
            description: two prompts
            settings: {width: 64, height: 64, steps: 2, guidanceScale: 3, sampler: euler, scheduler: normal}
            seeds: [1, 2]
            cases:
              - {id: a, prompt: a red circle}
              - {id: b, prompt: a blue square}
            criteria:
              - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 2}
              - {metric: effect, rule: HAS_EFFECT, margin: 0.5, minPairs: 2}
            """;

    @TempDir
    Path root;

    private final Map<String, String> properties = new HashMap<>();
    private String said;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(root.resolve("small.yaml"), SUITE);
        Files.copy(MICROCOSM.resolve("loras/sound.safetensors"), root.resolve("mine.safetensors"));
        Files.copy(MICROCOSM.resolve("loras/grid.safetensors"), root.resolve("other.safetensors"));
        properties.put("assay.root", root.toString());
        properties.put("assay.out", ".assay");
        properties.put("assay.reports", ".assay/report");
        properties.put("assay.microcosm", MICROCOSM.toString());
        properties.put("assay.build.caller", "command");
        properties.put("assay.progress", "off");
        properties.put("assay.suite", "small.yaml");
        properties.put("assay.lora", "mine.safetensors");
    }

    private int judge() {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        Assay assay = new Assay(Map.of(), properties);
        int code = assay.judge(
                        ReportPlace.of(Map.of(), properties), new PrintStream(heard, true, StandardCharsets.UTF_8))
                .code();
        said = heard.toString(StandardCharsets.UTF_8);
        return code;
    }

    private List<Path> runs() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(".assay/runs"))) {
            return all.toList();
        }
    }

    private Optional<Question> question(String... other) {
        Map<String, String> mine = new HashMap<>(properties);
        for (int i = 0; i < other.length; i += 2) {
            mine.put(other[i], other[i + 1]);
        }
        return session(mine).question();
    }

    private static Session session(Map<String, String> properties) {
        Session session = Session.read(Session.DEFAULT_SUITE, Map.of(), properties);
        assertThat(session.problem()).isNull();
        return session;
    }

    private Optional<JudgedRun> found() {
        Session session = session(properties);
        return new JudgedBefore(root.resolve(".assay")).find(session.question().orElseThrow(), session);
    }

    @Test
    void the_second_time_the_answer_is_there_with_verdict_and_card_and_no_new_run() throws Exception {
        int first = judge();
        assertThat(said).contains("10 pictures made").doesNotContain("Judged on");
        Path record = runs().get(0).resolve("run.json");
        String history = Files.readString(root.resolve(".assay/history.jsonl"));
        Path last = RunRecords.last(root.resolve(".assay"));
        Files.writeString(last, "of another file");

        assertThat(judge()).isEqualTo(first);
        assertThat(said).contains("Judged on 20", "under the same question").contains("artifact/blank-frame", "Card: ");
        assertThat(runs()).hasSize(1);
        assertThat(last).hasSameBinaryContentAs(record);
        assertThat(Files.readString(root.resolve(".assay/history.jsonl"))).isEqualTo(history);

        properties.put("assay.build.again", "true");
        assertThat(judge()).isEqualTo(first);
        assertThat(said).doesNotContain("Judged on").contains("0 pictures made");
        assertThat(runs()).hasSize(2);
        properties.remove("assay.build.again");
        assertThat(found().orElseThrow().run().id())
                .isNotEqualTo(record.getParent().getFileName().toString());

        // What only says where and how asks nothing else.
        assertThat(question("assay.inconclusive", "allow")).isEqualTo(question());
        // The same bytes under the same name ask the same; a touch is none.
        Question before = question().orElseThrow();
        Files.setLastModifiedTime(
                root.resolve("mine.safetensors"), java.nio.file.attribute.FileTime.fromMillis(1_000_000));
        assertThat(question()).contains(before);

        RunRecord sound = found().orElseThrow().run();
        Path kept = RunRecords.file(root.resolve(".assay"), sound.id());
        String json = Files.readString(kept);

        Files.writeString(kept, json.replaceFirst("\"seconds\" : [0-9.]+", "\"seconds\" : 1.0"));
        assertThat(found()).as("an edited record").isEmpty();
        Files.writeString(kept, json);
        assertThat(found()).isPresent();

        Path picture = kept.resolveSibling(sound.renderings().get(0).file());
        Files.delete(picture);
        assertThat(found()).as("a picture is gone").isEmpty();
    }

    @Test
    void whatever_decides_the_verdict_is_another_question() throws Exception {
        Question mine = question().orElseThrow();
        assertThat(mine.pictures()).hasSize(8);
        assertThat(question()).contains(mine);
        assertThat(question("assay.lora", "mine.safetensors@0.9")).isPresent().isNotEqualTo(Optional.of(mine));
        assertThat(question("assay.lora", "other.safetensors")).isPresent().isNotEqualTo(Optional.of(mine));
        assertThat(question("assay.seeds", "1")).isPresent().isNotEqualTo(Optional.of(mine));
        assertThat(question("assay.steps", "3")).isPresent().isNotEqualTo(Optional.of(mine));
        assertThat(question("assay.unavailable", "allow")).isPresent().isNotEqualTo(Optional.of(mine));
        assertThat(question("assay.weights", "clip=microcosm:clip")).isPresent().isNotEqualTo(Optional.of(mine));

        Files.writeString(root.resolve("small.yaml"), SUITE.replace("margin: 0.5", "margin: 0.6"));
        assertThat(question()).isPresent().isNotEqualTo(Optional.of(mine));
        Files.writeString(root.resolve("small.yaml"), SUITE);
        assertThat(question()).contains(mine);

        Files.copy(
                root.resolve("other.safetensors"),
                root.resolve("mine.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(question()).as("other bytes under the same name").isPresent().isNotEqualTo(Optional.of(mine));
    }

    @Test
    void where_the_same_question_may_have_another_answer_nothing_is_remembered() throws Exception {
        Files.writeString(root.resolve("small.yaml"), SUITE + "  - {metric: seconds, margin: 0.25, minPairs: 2}\n");
        assertThat(question()).as("a picture's time is the machine's").isEmpty();
        Files.writeString(
                root.resolve("small.yaml"), SUITE + "  - {metric: seconds, margin: 0.25, minPairs: 2, soft: yes}\n");
        assertThat(question()).as("softly it decides nothing").isPresent();
        Files.writeString(
                root.resolve("small.yaml"),
                SUITE + "  - {metric: seconds, margin: 0.25, minPairs: 2, soft: yes}\n"
                        + "  - {metric: grid, margin: 0.25, minPairs: 2, confirmedBy: [seconds]}\n");
        assertThat(question()).as("but where it confirms what does").isEmpty();
        Files.writeString(root.resolve("small.yaml"), SUITE);
        assertThat(Session.read(
                                Session.DEFAULT_SUITE,
                                Map.of(),
                                Map.of("assay.root", root.toString(), "assay.lora", "gone"))
                        .question())
                .isEmpty();
    }
}
