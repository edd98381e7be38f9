package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Home;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.SettingKey;
import dev.assay.harness.run.SettingKeys;
import dev.assay.reports.Runs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class JudgeCommandTest {
    private static final Path MICROCOSM =
            Path.of("..", "suites", "microcosm").toAbsolutePath().normalize();

    @TempDir
    Path root;

    private final List<Map<String, String>> started = new ArrayList<>();
    private String said;

    /** Up to the start of a process, which is remembered in its place. */
    private int judge(String... arguments) {
        return run("judge", arguments);
    }

    private int run(String name, String... arguments) {
        CommandLine line = AssayMain.commandLine();
        Judging judging = line.getSubcommands().get(name).getCommand();
        judging.environment = Map.of();
        judging.door =
                new FrontDoor(root, Optional.of(new Home(MICROCOSM.getParent().getParent())), (command, properties) -> {
                    started.add(new TreeMap<>(properties));
                    return 0;
                });
        StringWriter text = new StringWriter();
        line.setOut(new PrintWriter(text, true));
        line.setErr(new PrintWriter(text, true));
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(List.of(arguments));
        int code = line.execute(all.toArray(String[]::new));
        said = text.toString();
        return code;
    }

    private Path lora(String name) throws Exception {
        return Files.copy(MICROCOSM.resolve("loras/sound.safetensors"), root.resolve(name));
    }

    @Test
    void an_option_is_a_setting() throws Exception {
        lora("a.safetensors");
        assertThat(judge(
                        "a.safetensors",
                        "--seeds",
                        "2",
                        "--suite=quick",
                        "--without-weights",
                        "--inconclusive",
                        "allow"))
                .isZero();
        assertThat(started).hasSize(1);
        assertThat(started.get(0))
                .containsEntry("assay.lora", "a.safetensors")
                .containsEntry("assay.seeds", "2")
                .containsEntry("assay.suite", "quick")
                .containsEntry("assay.unavailable", "allow")
                .containsEntry("assay.inconclusive", "allow")
                .containsEntry("assay.out", root.resolve(".assay").toString())
                .containsEntry("assay.microcosm", MICROCOSM.toString());
    }

    @Test
    void a_server_is_one_option() throws Exception {
        lora("a.safetensors");
        assertThat(judge("a.safetensors", "--base", "b.safetensors", "--comfyui", "http://127.0.0.1:8188"))
                .isZero();
        assertThat(started.get(0))
                .containsEntry("assay.renderer", "comfyui")
                .containsEntry("assay.comfyui.url", "http://127.0.0.1:8188");
        assertThat(judge("a.safetensors", "--comfyui", "http://x", "--renderer", "local"))
                .isEqualTo(64);
        assertThat(said).contains("--comfyui says comfyui, and --renderer says local; give one of them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with blanks.safetensors",
                "a, b.safetensors",
                "it's.safetensors",
                "größe 東京.safetensors",
                "con.safetensors",
                "nul.safetensors",
                "semi;colon & and.safetensors",
                "percent%20.safetensors",
                "at@0.5.safetensors"
            })
    void names_as_people_have_them_are_judged(String name) throws Exception {
        lora(name);
        assertThat(judge(name)).as("%s", said).isZero();
        assertThat(judge(name, "--strength", "0.6")).as("%s", said).isZero();
        assertThat(judge(name + "@0.6")).as("%s", said).isZero();
        assertThat(started.get(1)).containsEntry("assay.lora", started.get(2).get("assay.lora"));
        // The process that judges gets the same words.
        started.forEach(p -> assertThat(AssayProcess.given(new Properties(), AssayProcess.write(p)))
                .isEqualTo(p));
    }

    @Test
    void a_checkpoint_is_the_candidate_as_a_whole() throws Exception {
        assertThat(judge("microcosm:base")).isZero();
        assertThat(started.remove(0)).containsEntry("assay.checkpoint", "microcosm:base");
        assertThat(judge("microcosm:grid@0.5")).isZero();
        assertThat(started.remove(0)).containsEntry("assay.lora", "microcosm:grid@0.5");
        Path base = MICROCOSM.resolve("base");
        assertThat(judge(base.toString())).as("%s", said).isZero();
        assertThat(started.get(0)).containsEntry("assay.checkpoint", base.toString());
        assertThat(judge(base.toString(), "--strength", "0.5")).isEqualTo(64);
        assertThat(said).contains("is a checkpoint, and has no strength");
    }

    @Test
    void a_file_of_the_command_line_replaces_that_of_the_settings() throws Exception {
        lora("a.safetensors");
        Files.writeString(root.resolve("assay.yaml"), "checkpoint: gone.safetensors\r\nseeds: 3\r\n");
        assertThat(judge("a.safetensors")).as("%s", said).isZero();
        assertThat(judge()).isEqualTo(64);
        assertThat(said).contains("gone.safetensors");
    }

    @Test
    void wrong_usage_is_64_and_says_so_in_the_words_of_the_command_line() throws Exception {
        lora("a.safetensors");
        assertThat(judge("b.safetensors")).isEqualTo(64);
        assertThat(said).contains("b.safetensors: no such file; there are a.safetensors");
        assertThat(judge("a.safetensors", "--seeds", "many")).isEqualTo(64);
        assertThat(said).startsWith("--seeds: expected a whole number");
        assertThat(judge("a.safetensors", "--suite", "quik")).isEqualTo(64);
        assertThat(said).startsWith("--suite: expected").contains("did you mean quick?");
        assertThat(judge("a.safetensors", "--renderer", "comfyui")).isEqualTo(64);
        assertThat(said).contains("needs --base FILE|DIR").doesNotContain(" is for ");
        Files.copy(MICROCOSM.resolve("loras/foreign.safetensors"), root.resolve("f.safetensors"));
        assertThat(judge("f.safetensors", "--renderer", "comfyui")).isEqualTo(64);
        assertThat(said).contains("needs --base FILE|DIR; f.safetensors is for Flux.1");
        assertThat(judge("f.safetensors")).isEqualTo(64);
        assertThat(said).contains("which base?", "for Flux.1", "give --base FILE --comfyui http://HOST:PORT");
        assertThat(judge("a.safetensors", "--bse", "x")).isEqualTo(64);
        assertThat(said).contains("did you mean --base?");
        assertThat(judge()).isEqualTo(64);
        assertThat(said).contains("which file? assay judge FILE --base MODEL");
        assertThat(judge("a.safetensors@0.5", "--strength", "0.6")).isEqualTo(64);
        assertThat(judge("a.safetensors", "--lora", "c.safetensors")).isEqualTo(64);
        assertThat(started).isEmpty();
    }

    @Test
    void of_several_files_all_are_looked_at_before_the_first_is_judged() throws Exception {
        lora("a.safetensors");
        assertThat(judge("a.safetensors", "gone.safetensors")).isEqualTo(64);
        assertThat(started).isEmpty();
        lora("b.safetensors");
        judge("a.safetensors", "b.safetensors");
        assertThat(started).hasSize(2);
        assertThat(said).contains("[1/2] a.safetensors", "[2/2] b.safetensors", "2 files: 2 BROKEN");
    }

    @Test
    void of_several_files_each_has_the_record_that_its_own_run_left() {
        Path out = root.resolve(".assay");
        RunRecord passed = Runs.passed(root.resolve("pictures"), "00", "20261122-120000-000-a");
        FrontDoor door = new FrontDoor(root, Optional.empty(), (command, properties) -> {
            if (properties.isEmpty()) {
                return 3;
            }
            RunRecords.write(out, passed); // judged before, so of one id each time
            return 0;
        });
        StringWriter text = new StringWriter();

        int code = new Batch(door, new PrintWriter(text))
                .judge(List.of("a", "a again", "none"), List.of(Map.of("a", ""), Map.of("a", ""), Map.of()));

        assertThat(code).isEqualTo(3);
        assertThat(text.toString()).contains("3 files: 2 PASSED, 1 BROKEN").contains("the run left no record");
    }

    @Test
    void every_setting_has_an_option_with_words_of_its_own_but_for_secrets() {
        CommandLine judge = AssayMain.commandLine().getSubcommands().get("judge");
        assertThat(SettingKeys.ALL)
                .extracting(SettingKey::name)
                .filteredOn(key -> !SettingKeys.PRIVATE.contains(key))
                .allSatisfy(key -> {
                    assertThat(judge.getCommandSpec().findOption(Caller.option(key)))
                            .isNotNull();
                    assertThat(SettingOptions.hasWords(key)).isTrue();
                });
        assertThat(SettingKeys.PRIVATE)
                .allSatisfy(key -> assertThat(judge.getCommandSpec().findOption(Caller.option(key)))
                        .isNull());
    }

    @Test
    void the_worst_exit_code_of_several_is_the_whole_ones() {
        assertThat(Batch.worse(0, 2)).isEqualTo(2);
        assertThat(Batch.worse(1, 2)).isEqualTo(1);
        assertThat(Batch.worse(1, 3)).isEqualTo(3);
    }

    @Test
    void a_gate_takes_each_file_of_a_folder_and_needs_a_collection() throws Exception {
        Files.createDirectories(root.resolve("in/below"));
        lora("in/a.safetensors");
        lora("in/below/b.safetensors");
        Files.writeString(root.resolve("in/notes.txt"), "x");
        assertThat(run("gate", "in")).isEqualTo(64);
        assertThat(said).contains("which collection? give --collection DIR");
        run("gate", "in", "--collection", "keep");
        assertThat(started)
                .extracting(p -> p.get("assay.lora"))
                .containsExactly(
                        Path.of("in", "a.safetensors").toString(),
                        Path.of("in", "below", "b.safetensors").toString());
        assertThat(started)
                .allSatisfy(p -> assertThat(p)
                        .containsEntry("assay.build.gate", "true")
                        .containsEntry("assay.collection", "keep"));
        Files.createDirectories(root.resolve("empty"));
        assertThat(run("gate", "empty", "--collection", "keep")).isEqualTo(64);
        assertThat(said).contains("empty: no model file in this folder");
    }

    @Test
    void a_demo_is_the_bundled_model_whatever_the_folder_says() throws Exception {
        Files.writeString(root.resolve("assay.yaml"), "base: flux.safetensors\nrenderer: comfyui\nlora: x\n");
        assertThat(run("demo", "narrow")).as("%s", said).isZero();
        assertThat(started.get(0))
                .containsEntry("assay.lora", "microcosm:narrow")
                .containsEntry("assay.base", "microcosm:base")
                .containsEntry("assay.renderer", "local");
        assertThat(run("demo", "narow")).isEqualTo(64);
        assertThat(said).contains("did you mean narrow?");
        assertThat(run("demo", "--list")).isZero();
        assertThat(said).contains("microcosm:extra-limb");
    }

    @Test
    void a_nightly_is_checked_before_it_starts() {
        assertThat(run("nightly", "--collection", "keep")).isZero();
        assertThat(started.get(0)).containsEntry("assay.collection", "keep");
        assertThat(run("nightly", "--seeds", "x")).isEqualTo(64);
    }

    @Test
    void an_earlier_run_is_found_by_the_beginning_of_its_id() throws Exception {
        for (String id : List.of("20261128-101010-000-a", "20261129-101010-000-b")) {
            Files.createDirectories(root.resolve(".assay/runs").resolve(id));
            Files.writeString(root.resolve(".assay/runs").resolve(id).resolve("run.json"), "{}");
        }
        assertThat(report("20261129")).isZero();
        assertThat(started.get(0).get("assay.record"))
                .endsWith(Path.of("20261129-101010-000-b", "run.json").toString());
        assertThat(report("2026")).isEqualTo(64);
        assertThat(said).contains("2 runs begin so");
        assertThat(report("x")).isEqualTo(64);
        assertThat(said).contains("x: no such run; there are 20261129-101010-000-b, 20261128-101010-000-a");
        assertThat(report()).isZero();
        assertThat(started.get(started.size() - 1).get("assay.record"))
                .as("the newest")
                .endsWith(Path.of("20261129-101010-000-b", "run.json").toString());
    }

    @Test
    void a_folder_without_a_run_has_no_report() {
        assertThat(report()).isEqualTo(64);
        assertThat(said).contains("no run in");
    }

    private int report(String... arguments) {
        CommandLine line = AssayMain.commandLine();
        ((ReportCommand) line.getSubcommands().get("report").getCommand()).door = new FrontDoor(
                root, Optional.empty(), (command, properties) -> {
                    started.add(new TreeMap<>(properties));
                    return 0;
                });
        StringWriter text = new StringWriter();
        line.setErr(new PrintWriter(text, true));
        List<String> all = new ArrayList<>(List.of("report"));
        all.addAll(List.of(arguments));
        int code = line.execute(all.toArray(String[]::new));
        said = text.toString();
        return code;
    }
}
