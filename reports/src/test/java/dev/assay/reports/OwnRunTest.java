package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Png;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.reports.allure.ReportExecutor;
import dev.assay.reports.collection.CuratedCollection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which record a last step believes. */
class OwnRunTest {
    private static final String STARTED = "2026-11-22T11:59:00Z";
    private static final long PID = ProcessHandle.current().pid();

    @TempDir
    Path root;

    private final Map<String, String> given = new HashMap<>(Map.of("assay.lora", "mine.safetensors"));
    private String token = "";
    private boolean inBuild;

    /** Writes a record whose pictures are there. */
    private RunRecord record(String id, String lora, String outcome, String runToken, Long... processes) {
        RunRecord r = Runs.passed(folder(id), "aa".repeat(32), id);
        RunRecord asked = new RunRecord(
                r.schema(),
                r.id(),
                outcome,
                null,
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                r.candidate(),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                1,
                List.of(Runs.verdict("grid", "artifact", outcome, "NON_INFERIOR", "LOWER", 1.0, "because")),
                r.renderings(),
                r.findings(),
                Map.of("assay.lora", lora),
                r.weights(),
                new RunRecord.Build(runToken, List.of(processes)));
        RunRecords.write(root, asked);
        return asked;
    }

    private Path folder(String id) {
        return RunRecords.folder(root, id);
    }

    private OwnRun find() {
        return find(Instant.parse(STARTED));
    }

    private OwnRun find(Instant started) {
        return OwnRun.find(new ReportMain.Options(
                root,
                null,
                root,
                root,
                started,
                token,
                inBuild,
                false,
                false,
                false,
                false,
                root,
                null,
                Settings.read(root, Map.of(), given),
                null,
                ReportExecutor.LOCAL));
    }

    @Test
    void of_two_runs_at_once_each_last_step_finds_the_one_that_it_asked_for() {
        record("20261122-120000-000-mine", "mine.safetensors", "REGRESSED", "");
        record("20261122-120000-001-other", "other.safetensors", "PASSED", "");
        assertThat(find().run().outcome()).isEqualTo("REGRESSED");
        given.put("assay.lora", "other.safetensors");
        assertThat(find().run().outcome()).isEqualTo("PASSED");
        given.put("assay.lora", "third.safetensors");
        assertThat(find().trouble())
                .startsWith("the evaluation wrote no record: expected ")
                .endsWith("20261122-120000-001-other is of another run: it was asked for assay.lora other.safetensors,"
                        + " this build asks for assay.lora third.safetensors");
    }

    @Test
    void a_setting_that_decides_pictures_tells_runs_apart_and_one_of_the_last_step_does_not() {
        record("20261122-120000-000-mine", "mine.safetensors", "PASSED", "");
        given.put("assay.card", "off");
        given.put("assay.override", "Ada: it is the style");
        assertThat(find().trouble()).isNull();
        given.put("assay.suite", "starter");
        assertThat(find().trouble())
                .contains("it was asked for no assay.suite, this build asks for assay.suite starter");
    }

    @Test
    void with_the_same_question_the_builds_token_and_then_its_process_tell() {
        record("20261122-120000-000-mine", "mine.safetensors", "REGRESSED", "one", 11L, PID, 1L);
        record("20261122-120000-001-mine", "mine.safetensors", "PASSED", "two", 12L, 2L, 1L);
        token = "one";
        inBuild = true;
        assertThat(find().run().outcome()).isEqualTo("REGRESSED");
        token = "two";
        assertThat(find().trouble()).contains("is of another build that started in the same moment");
        inBuild = false; // a script that hands its token on: the evaluation is no child of the last step
        assertThat(find().run().outcome()).isEqualTo("PASSED");
        token = "three";
        assertThat(find().trouble()).contains("is of another build (it was asked for {assay.lora=mine.safetensors})");
    }

    @Test
    void a_run_of_this_build_that_could_not_read_its_settings_is_shown_with_what_it_says() {
        RunRecord r = Runs.stopped("assay.lorra: no such setting");
        RunRecords.write(
                root,
                new RunRecord(
                        r.schema(),
                        r.id(),
                        r.outcome(),
                        r.problem(),
                        r.started(),
                        0,
                        0,
                        r.base(),
                        r.candidate(),
                        r.suite(),
                        r.settings(),
                        r.renderer(),
                        0,
                        0,
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        Map.of(),
                        List.of(),
                        new RunRecord.Build("one", List.of(PID))));
        assertThat(find().trouble()).as("of nobody's build").contains("is of another run");
        token = "one";
        assertThat(find().run().problem()).isEqualTo("assay.lorra: no such setting");
    }

    @Test
    void an_older_record_one_of_the_future_and_one_without_a_time_are_none() {
        record("20261122-120000-000-mine", "mine.safetensors", "PASSED", "");
        assertThat(find(Instant.parse("2026-11-22T12:00:01Z")).trouble()).contains("before this build started");
        assertThat(find(Instant.now().plusSeconds(3600)).trouble())
                .startsWith("assay.build.started is in the future: ");
        RunRecord r = RunRecords.read(folder("20261122-120000-000-mine").resolve("run.json"));
        RunRecords.write(root, Runs.with(r, "PASSED", 1, r.verdicts(), "2099-01-01T00:00:00Z"));
        assertThat(find().trouble()).contains("says that it started in the future");
        RunRecords.write(root, Runs.with(r, "PASSED", 1, r.verdicts(), "yesterday"));
        assertThat(find().trouble()).contains("does not say when it started");
    }

    @Test
    void a_record_that_was_edited_is_refused_also_where_it_is_shown_again() throws IOException {
        record("20261122-120000-000-mine", "mine.safetensors", "REGRESSED", "");
        Path file = folder("20261122-120000-000-mine").resolve("run.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replace("REGRESSED", "PASSED"));
        assertThat(find().trouble()).contains("was edited after the run had ended");
        Files.writeString(file, text.replaceAll(",\\s*\"seal\"[^}]*", "").replace("REGRESSED", "PASSED"));
        assertThat(find().trouble()).contains("has no seal");
        Files.writeString(file, text.replace("\n", "\r\n").replace("  ", "    "));
        assertThat(find().trouble()).as("only laid out otherwise").isNull();
    }

    @Test
    void a_record_whose_pictures_are_others_or_gone_is_refused() throws IOException {
        RunRecord r = record("20261122-120000-000-mine", "mine.safetensors", "PASSED", "");
        Path picture = folder(r.id()).resolve(r.renderings().get(1).file());
        Path other = folder(r.id()).resolve(r.renderings().get(2).file());
        byte[] own = Files.readAllBytes(picture);
        Files.write(
                picture, Png.encode(Png.read(other).image(), Png.read(picture).text()));
        assertThat(find().trouble())
                .contains(
                        "the candidate's picture of case0 with seed 1 (store/0-1-candidate.png) is not the one that was"
                                + " judged");
        Files.delete(picture);
        assertThat(find().trouble()).contains("store/0-1-candidate.png) is not there any more");
        Files.writeString(picture, "no picture", StandardCharsets.UTF_8);
        assertThat(find().trouble()).contains("store/0-1-candidate.png) cannot be read");
        Files.write(picture, own);
        assertThat(find().trouble()).isNull();
    }

    @Test
    void the_gate_of_one_build_never_adds_the_file_of_another() throws IOException {
        Files.writeString(root.resolve("three-legs.safetensors"), "weights");
        record("20261122-120000-000-mine", "other.safetensors", "PASSED", "");
        given.put("assay.collection", "shelf");
        OwnRun found = find();
        ReportMain.Options options = new ReportMain.Options(
                root,
                null,
                root,
                root,
                Instant.parse(STARTED),
                "",
                false,
                false,
                false,
                false,
                true,
                root,
                null,
                Settings.read(root, Map.of(), given),
                null,
                ReportExecutor.LOCAL);
        Admitted admitted = Admitted.of(found, Gate.broken(found.trouble()), options);
        assertThat(admitted.in()).isFalse();
        assertThat(CuratedCollection.in(root.resolve("shelf")).manifest().files())
                .isEmpty();
    }
}
