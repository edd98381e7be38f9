package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Png;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.Settings;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Judged;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateResultTest {
    /** Plain words first, then the reason. */
    private static final String REGRESSED =
            "microcosm: grid is REGRESSED: All pictures share a pattern on the pixel grid:"
                    + " 4.05 grey levels (1 grey levels allowed); worse";

    @TempDir
    Path root;

    private Path lora;
    private Path shelf;
    private final Map<String, String> given = new HashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        lora = Files.writeString(root.resolve("three-legs.safetensors"), "weights");
        shelf = root.resolve("shelf");
        given.put("assay.lora", "three-legs.safetensors@0.8");
        given.put("assay.collection", "shelf");
    }

    @Test
    void a_run_that_passed_brings_its_file_in() {
        GateResult admitted = admit(passed());
        assertThat(admitted.in()).isTrue();
        assertThat(shelf.resolve("three-legs.safetensors")).hasSameBinaryContentAs(lora);
        assertThat(admitted.lines().get(0)).contains("three-legs.safetensors is in (1 file");
        assertThat(admitted.facts()).containsEntry("collection", "added");
    }

    @Test
    void a_run_that_regressed_does_not() {
        GateResult admitted = admit(regressed());
        assertThat(admitted.in()).isFalse();
        assertThat(admitted.reasons()).containsExactly(REGRESSED);
        assertThat(shelf.resolve("three-legs.safetensors")).doesNotExist();
        assertThat(CuratedCollection.in(shelf).manifest().quarantine()).hasSize(1);
    }

    /** Of a file that cannot work there is one thing to say, and the quarantine list says it. */
    @Test
    void the_quarantine_has_the_reason_of_the_preflight() {
        String why = "cut.safetensors: 42224 bytes are missing: download the file again";
        GateResult admitted = admit(Runs.refused(why));
        assertThat(admitted.reasons()).containsExactly("microcosm: preflight is REGRESSED: " + why);
        assertThat(CuratedCollection.in(shelf).manifest().quarantine().get(0).reasons())
                .containsExactly("microcosm: preflight is REGRESSED: " + why);
        RunRecord unread = Runs.withoutParts(Runs.refused(why));
        assertThat(admit(unread).reasons()).containsExactly("the file cannot work: " + why);
    }

    @Test
    void an_override_brings_it_in_and_shows_in_the_report() {
        given.put("assay.override", "Ada: it is the style");
        GateResult admitted = admit(regressed());
        assertThat(admitted.in()).isTrue();
        assertThat(admitted.facts())
                .containsEntry("override", "Ada: it is the style")
                .containsEntry("override against", REGRESSED);
    }

    @Test
    void an_override_without_a_reason_is_refused() {
        given.put("assay.override", "Ada");
        assertThatThrownBy(() -> admit(regressed())).hasMessageContaining("expected NAME: REASON");
        assertThat(shelf).doesNotExist();
    }

    @Test
    void a_run_that_was_stopped_adds_nothing() {
        GateResult admitted = admit(Runs.stopped("no such file"));
        assertThat(admitted.reasons()).containsExactly("nothing was judged: no such file");
    }

    @Test
    void the_gate_wants_a_collection_and_one_whole_new_run_of_one_file() {
        RunRecord ofOneSeed = Runs.asking(passed(), Map.of("assay.seeds", "1"));
        assertThat(admit(ofOneSeed).reasons().get(0)).contains("assay.seeds");
        given.put("assay.lora", "three-legs.safetensors,other.safetensors");
        assertThat(admit(passed()).reasons().get(0)).contains("one file at a time");
        given.remove("assay.lora");
        assertThat(admit(passed()).reasons().get(0)).contains("nothing to add");
        given.remove("assay.collection");
        assertThat(admit(passed()).reasons().get(0)).contains("-Dassay.collection=DIR");
        assertThat(CuratedCollection.in(shelf).manifest().files()).isEmpty();
    }

    @Test
    void what_is_known_of_a_run_has_the_weights_that_were_given_for_it() {
        RunRecord run = Runs.asking(passed(), Map.of("assay.weights", "detector=weak.onnx"));
        assertThat(Judged.of(run, Outcome.PASSED).weights()).isEqualTo("detector=weak.onnx");
        assertThat(Judged.of(passed(), Outcome.PASSED).weights()).isNull();
    }

    private RunRecord passed() {
        return Runs.passed(root, Hashes.sha256(lora), "20261122-120000-000-three-legs");
    }

    private RunRecord regressed() {
        RunRecord r = passed();
        return Runs.with(
                r,
                "REGRESSED",
                1,
                List.of(Runs.verdict("grid", "artifact", "REGRESSED", "NON_INFERIOR", "LOWER", 1.0, "worse")),
                r.started());
    }

    @Test
    void pictures_that_are_gone_or_others_add_nothing() throws IOException {
        RunRecord r = passed();
        Path picture = root.resolve(r.renderings().get(1).file());
        Path other = root.resolve(r.renderings().get(2).file());
        byte[] own = Files.readAllBytes(picture);
        Files.write(
                picture, Png.encode(Png.read(other).image(), Png.read(picture).text()));
        assertThat(admit(r).reasons().get(0))
                .contains(
                        "the candidate's picture of case0 with seed 1 (store/0-1-candidate.png) is not the one that was"
                                + " judged");
        Files.delete(picture);
        assertThat(admit(r).reasons().get(0)).contains("store/0-1-candidate.png) is not there any more");
        Files.writeString(picture, "no picture", StandardCharsets.UTF_8);
        assertThat(admit(r).reasons().get(0)).contains("store/0-1-candidate.png) cannot be read");
        assertThat(CuratedCollection.in(shelf).manifest().files()).isEmpty();
        Files.write(picture, own);
        assertThat(admit(r).in()).isTrue();
    }

    private GateResult admit(RunRecord run) {
        return GateResult.of(
                new JudgedRun(run, root, null), Gate.judge(run), Settings.read(root, Map.of(), given), root);
    }
}
