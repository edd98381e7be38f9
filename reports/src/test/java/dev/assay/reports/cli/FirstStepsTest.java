package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.Checkup;
import dev.assay.harness.run.Home;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.reports.Gate;
import dev.assay.reports.Runs;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What people begin with: init, doctor, view. */
class FirstStepsTest {
    private static final Path MICROCOSM =
            Path.of("..", "suites", "microcosm").toAbsolutePath().normalize();

    @TempDir
    Path root;

    private final List<String> started = new ArrayList<>();
    private String said;

    private FrontDoor door() {
        return new FrontDoor(root, Optional.of(new Home(MICROCOSM.getParent().getParent())), (command, properties) -> {
            started.add(command);
            return 0;
        });
    }

    private int run(CommandLine line, String... arguments) {
        StringWriter text = new StringWriter();
        line.setOut(new PrintWriter(text, true));
        line.setErr(new PrintWriter(text, true));
        int code = line.execute(arguments);
        said = text.toString();
        return code;
    }

    private int init(String answers, String... options) {
        CommandLine line = AssayMain.commandLine();
        InitCommand init = line.getSubcommands().get("init").getCommand();
        init.door = door();
        init.in = new BufferedReader(new StringReader(answers));
        List<String> all = new ArrayList<>(List.of("init"));
        all.addAll(List.of(options));
        return run(line, all.toArray(String[]::new));
    }

    private Settings settings() {
        return Settings.read(root, Map.of(), Map.of());
    }

    @Test
    void five_questions_make_a_file_that_every_run_reads() {
        assertThat(init("http://127.0.0.1:8188\n\nit's, mine.safetensors\r\nstarter\n\n"))
                .isZero();
        assertThat(said).contains("ComfyUI's address, ", "Folder of the collection, ", "next: assay doctor");
        assertThat(said.lines().filter(l -> l.length() > 100 && !l.contains(root.toString())))
                .as("lines of a terminal")
                .isEmpty();
        assertThat(settings().given())
                .containsOnly(
                        Map.entry("assay.renderer", "comfyui"),
                        Map.entry("assay.comfyui.url", "http://127.0.0.1:8188"),
                        Map.entry("assay.base", "it's, mine.safetensors"),
                        Map.entry("assay.suite", "starter"));
        assertThat(init("")).isEqualTo(64);
        assertThat(said).contains("is there already", "--force");
    }

    @Test
    void with_options_nothing_is_asked_and_what_no_run_could_read_is_not_written() {
        assertThat(init("never read", "--base", "b.safetensors", "--collection", "keep"))
                .isZero();
        assertThat(said).doesNotContain("ComfyUI's address");
        assertThat(settings().given())
                .containsOnly(Map.entry("assay.base", "b.safetensors"), Map.entry("assay.collection", "keep"));
        assertThat(init("", "--force", "--base", "https://example.org/b.safetensors"))
                .isEqualTo(64);
        assertThat(said).contains("found an address");
        assertThat(settings().given()).containsEntry("assay.base", "b.safetensors");
    }

    @Test
    void a_doctor_names_what_is_wrong_and_tries_the_rest_in_a_process_of_its_own() throws Exception {
        CommandLine line = AssayMain.commandLine();
        DoctorCommand doctor = line.getSubcommands().get("doctor").getCommand();
        doctor.door = door();
        doctor.environment = Map.of();
        assertThat(run(line, "doctor", "--suite", "starter")).as("%s", said).isZero();
        assertThat(said).contains("ok  Java", "ok  Assay", "ok  disk", "ok  GPU");
        assertThat(started).containsExactly("doctor");
        assertThat(run(line, "doctor", "--models", "gone")).isEqualTo(3);
        assertThat(said).contains("NO  models").contains("no such folder");
        Files.createDirectories(root.resolve("empty"));
        assertThat(run(line, "doctor", "--models", "empty")).isEqualTo(3);
        assertThat(said).contains("NO  models        0 model files");
    }

    @Test
    void a_checkup_makes_a_picture_and_says_why_a_server_does_not() {
        Map<String, String> properties = Map.of(
                "assay.root",
                root.toString(),
                "assay.microcosm",
                MICROCOSM.toString(),
                "assay.renderer",
                "comfyui",
                "assay.comfyui.url",
                "http://127.0.0.1:9");
        List<Checkup.Line> told = new ArrayList<>();
        assertThat(new Checkup(Map.of(), properties, told::add).run()).isFalse();
        assertThat(told).extracting(Checkup.Line::what).containsExactly("networks", "picture", "server");
        assertThat(told).extracting(Checkup.Line::fine).containsExactly(true, true, false);
        assertThat(told.get(1).found()).contains("64 x 64 pixels in", "on cpu");
        assertThat(told.get(2).found()).contains("127.0.0.1:9");
        assertThat(root.resolve(".assay/renders")).as("a proof is kept nowhere").doesNotExist();
    }

    @Test
    void all_runs_are_on_one_page_with_their_pictures() throws Exception {
        CommandLine line = AssayMain.commandLine();
        ((ViewCommand) line.getSubcommands().get("view").getCommand()).door = door();
        assertThat(run(line, "view", "--no-open")).isEqualTo(64);
        assertThat(said).contains("no run in").contains("assay judge FILE makes one");

        Path out = root.resolve(".assay");
        Path folder = Files.createDirectories(out.resolve("runs/20261122-120000-000-three-legs"));
        RunRecord run = Runs.mixed(folder);
        RunRecords.write(out, run);
        Files.createDirectories(out.resolve("report"));
        Files.writeString(out.resolve("report").resolve(run.id() + ".html"), "page");
        Files.writeString(
                Files.createDirectories(out.resolve("runs/2025-broken")).resolve("run.json"), "{");
        assertThat(run(line, "view", "--no-open")).isZero();
        assertThat(said).startsWith("Runs: " + out.resolve("index.html"));
        Document page = Jsoup.parse(Files.readString(out.resolve("index.html")));
        assertThat(page.select("li.run")).hasSize(1);
        assertThat(page.select("li.run h2 a").attr("href")).isEqualTo("report/" + run.id() + ".html");
        assertThat(page.select("header .pill").text())
                .isEqualTo(Gate.judge(run).outcome().name());
        assertThat(page.select(".parts .pill").eachText()).contains("anatomy regressed", "artifact passed");
        assertThat(page.select("img"))
                .hasSize(2)
                .allSatisfy(img -> assertThat(out.resolve(
                                java.net.URLDecoder.decode(img.attr("src"), java.nio.charset.StandardCharsets.UTF_8)))
                        .isRegularFile());
        assertThat(page.text()).contains("1 record could not be read");
        assertThat(page.select("script")).isEmpty();
    }
}
