package dev.assay.reports.collection;

import static dev.assay.reports.collection.Judgements.candidate;
import static dev.assay.reports.collection.Judgements.criterion;
import static dev.assay.reports.collection.Judgements.file;
import static dev.assay.reports.collection.Judgements.judged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.collection.CuratedCollection.Result;
import dev.assay.reports.facts.FileFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CuratedCollectionTest {
    @TempDir
    Path folder;

    private Path owned;
    private Path shelf;
    private CuratedCollection collection;

    @BeforeEach
    void prepare() {
        owned = folder.resolve("owned");
        shelf = folder.resolve("shelf");
        collection = CuratedCollection.in(shelf);
    }

    @Test
    void a_file_that_passed_is_copied_under_its_name_and_written_down() throws IOException {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Result.Added added = (Result.Added) collection.admit(candidate(mine, "PASSED"));
        assertThat(Files.mismatch(mine, shelf.resolve("style.safetensors"))).isEqualTo(-1);
        assertThat(collection.manifest().files()).containsExactly(added.entry());
        assertThat(added.entry().override()).isNull();
        assertThat(added.entry().judged()).hasSize(1);
        assertThat(Audit.of(collection).clean()).isTrue();
        assertThat(Files.readString(shelf.resolve("collection.json")))
                .contains("\n      \"name\" : \"style.safetensors\"");
    }

    @Test
    void what_says_how_a_file_is_used_comes_with_it_and_writes_over_nothing() throws IOException {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Files.writeString(owned.resolve("style.assay.yaml"), "triggerWords: sks\n");
        Files.writeString(owned.resolve("style.metadata.json"), "{\"notes\": \"mine\"}");
        Files.createDirectories(shelf);
        Files.writeString(shelf.resolve("style.metadata.json"), "{\"notes\": \"theirs\"}");
        collection.admit(candidate(mine, "PASSED"));
        assertThat(shelf.resolve("style.assay.yaml")).hasContent("triggerWords: sks\n");
        assertThat(shelf.resolve("style.metadata.json")).hasContent("{\"notes\": \"theirs\"}");
    }

    @Test
    void who_may_read_the_source_may_read_the_copy_and_the_manifest() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "modes");
        Set<PosixFilePermission> usual = Files.getPosixFilePermissions(Files.createFile(folder.resolve("plain")));
        Path open = file(owned, "open.safetensors", 1, 5000);
        Path closed = file(owned, "closed.safetensors", 2, 5000);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r--------"));
        collection.admit(candidate(open, "PASSED"));
        collection.admit(candidate(closed, "PASSED"));
        assertThat(Files.getPosixFilePermissions(shelf.resolve("open.safetensors")))
                .isEqualTo(usual);
        assertThat(Files.getPosixFilePermissions(shelf.resolve("collection.json")))
                .isEqualTo(usual);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shelf.resolve("closed.safetensors"))))
                .isEqualTo("rw-------");
    }

    @Test
    void the_manifest_is_sorted_so_that_a_diff_shows_one_place() {
        for (String name : List.of("b.safetensors", "a.safetensors", "c.safetensors")) {
            collection.admit(candidate(file(owned, name, name.hashCode(), 100), "PASSED"));
        }
        assertThat(collection.manifest().files().stream().map(Entry::name))
                .containsExactly("a.safetensors", "b.safetensors", "c.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REGRESSED", "INCONCLUSIVE", "BROKEN"})
    void what_did_not_pass_stays_out_and_the_reason_is_kept(String outcome) {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Result.Rejected turned = (Result.Rejected) collection.admit(candidate(mine, outcome));
        assertThat(turned.reasons()).isNotEmpty();
        assertThat(shelf.resolve("style.safetensors")).doesNotExist();
        assertThat(collection.manifest().files()).isEmpty();
        assertThat(collection.manifest().quarantine())
                .singleElement()
                .satisfies(r -> assertThat(r.reasons()).isEqualTo(turned.reasons()));
    }

    @Test
    void a_file_that_passes_later_leaves_quarantine() {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        collection.admit(candidate(mine, "REGRESSED"));
        assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Added.class);
        assertThat(collection.manifest().quarantine()).isEmpty();
    }

    @Test
    void a_person_may_let_in_what_regressed_and_the_manifest_says_who_and_why() {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Waiver word = Waiver.parse("Ada: the grid is the style");
        Result.Added added = (Result.Added) collection.admit(candidate(mine, judged("microcosm", "REGRESSED"), word));
        assertThat(added.entry().override().who()).isEqualTo("Ada");
        assertThat(added.entry().override().why()).isEqualTo("the grid is the style");
        assertThat(added.entry().override().against()).containsExactly("microcosm: artifact-metric is REGRESSED");
    }

    @Test
    void nobody_may_let_in_what_was_not_judged() {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Waiver word = Waiver.parse("Ada: I know it is good");
        assertThat(collection.admit(candidate(mine, judged("microcosm", "BROKEN"), word)))
                .isInstanceOf(Result.Rejected.class);
        Candidate unread = new Candidate(mine, null, judged("microcosm", "BROKEN"), word, null);
        assertThat(collection.admit(unread)).isInstanceOf(Result.Rejected.class);
        assertThat(collection.manifest().files()).isEmpty();
    }

    @Test
    void a_policy_can_forbid_overrides() throws IOException {
        policy("override: refuse");
        Path mine = file(owned, "style.safetensors", 1, 5000);
        assertThat(collection.admit(candidate(mine, judged("microcosm", "REGRESSED"), Waiver.parse("Ada: please"))))
                .isInstanceOf(Result.Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ada", ": no name", "Ada:", "   :   "})
    void an_override_needs_a_name_and_a_reason(String text) {
        assertThatThrownBy(() -> Waiver.parse(text)).hasMessageContaining("expected NAME: REASON");
    }

    @Test
    void nothing_is_written_over() throws IOException {
        collection.admit(candidate(file(owned, "style.safetensors", 1, 5000), "PASSED"));
        Path other = file(folder.resolve("other"), "Style.safetensors", 2, 5000);
        assertThat(collection.admit(candidate(other, judged("microcosm", "PASSED"), Waiver.parse("Ada: newer"))))
                .isInstanceOf(Result.Rejected.class);
        Files.writeString(shelf.resolve("hers.safetensors"), "somebody's own");
        Path hers = file(owned, "hers.safetensors", 3, 5000);
        assertThat(collection.admit(candidate(hers, "PASSED"))).isInstanceOf(Result.Rejected.class);
        assertThat(shelf.resolve("hers.safetensors")).hasContent("somebody's own");
        Files.createSymbolicLink(shelf.resolve("link.safetensors"), folder.resolve("elsewhere"));
        assertThat(collection.admit(candidate(file(owned, "link.safetensors", 4, 50), "PASSED")))
                .isInstanceOf(Result.Rejected.class);
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void the_same_file_again_is_no_error_and_refreshes_its_verdict() {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        collection.admit(candidate(mine, "PASSED"));
        Result.Added again = (Result.Added) collection.admit(candidate(mine, "PASSED"));
        assertThat(again.wasThere()).isTrue();
        assertThat(again.entry().judged()).hasSize(1);
        collection.admit(candidate(mine, judged("quick", "PASSED"), null));
        assertThat(collection.manifest().files().get(0).judged())
                .extracting(Judged::suite)
                .containsExactly("microcosm", "quick");
    }

    @Test
    void a_file_of_the_collection_that_regresses_later_stays_with_its_new_verdict() {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        collection.admit(candidate(mine, "PASSED"));
        Result.Rejected turned = (Result.Rejected) collection.admit(candidate(mine, "REGRESSED"));
        assertThat(turned.reasons()).anyMatch(r -> r.contains("assay collection remove"));
        assertThat(collection.manifest().files().get(0).judged())
                .extracting(Judged::outcome)
                .containsExactly(Outcome.REGRESSED);
        assertThat(collection.manifest().quarantine()).isEmpty();
    }

    @Test
    void a_file_that_changed_after_it_was_judged_stays_out() throws IOException {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Candidate candidate = candidate(mine, "PASSED");
        Files.writeString(mine, "something else");
        Result.Rejected turned = (Result.Rejected) collection.admit(candidate);
        assertThat(turned.reasons().get(0)).contains("not the one that was judged");
        assertThat(shelf.resolve("style.safetensors")).doesNotExist();
        assertThat(Audit.of(collection).leftovers()).isEmpty();
    }

    @Test
    void every_required_suite_counts_also_from_earlier_runs() throws IOException {
        policy("suites: [quick, microcosm@1]");
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Result.Rejected first = (Result.Rejected) collection.admit(candidate(mine, judged("quick", "PASSED"), null));
        assertThat(first.reasons()).singleElement().asString().contains("suite microcosm@1 is required");
        assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Added.class);
        assertThat(collection.manifest().files().get(0).judged()).hasSize(2);
    }

    private static Judged resting(
            String suite, String suiteSha256, String baseSha256, List<String> baseFiles, Integer prompts) {
        Judged j = judged(suite, "PASSED");
        return new Judged(
                j.suite(),
                j.suiteVersion(),
                suiteSha256,
                j.outcome(),
                j.run(),
                j.when(),
                j.base(),
                baseSha256,
                j.modelSha256(),
                j.strength(),
                j.criteria(),
                baseFiles,
                prompts,
                null,
                null);
    }

    private String reason(Judged judged) {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Result result = collection.admit(candidate(mine, judged, null));
        return result instanceof Result.Rejected turned ? String.join("; ", turned.reasons()) : "added";
    }

    @Test
    void a_suite_is_what_is_in_it_and_not_what_it_calls_itself() throws IOException {
        policy("suites: [microcosm]");
        assertThat(reason(resting("microcosm", "6f".repeat(32), Judgements.BASE, List.of(), 42)))
                .contains("suite microcosm is required and was not judged: another file that calls itself so was judged"
                        + " (sha256 6f6f6f6f6f6f…, not ");
        policy("suites: [mine]");
        assertThat(reason(resting("mine", "6f".repeat(32), Judgements.BASE, List.of(), 42)))
                .contains("none of this name is bundled")
                .contains("- {name: mine, sha256: " + "6f".repeat(32) + "}  into collection.yaml");
        policy("suites: [{name: mine, sha256: " + "6e".repeat(32) + "}]");
        assertThat(reason(resting("mine", "6f".repeat(32), Judgements.BASE, List.of(), 42)))
                .contains("another file that calls itself so");
        policy("suites: [{name: mine, sha256: " + "6f".repeat(32) + "}]");
        assertThat(reason(resting("mine", "6f".repeat(32), Judgements.BASE, List.of(), 42)))
                .isEqualTo("added");
    }

    @Test
    void a_base_is_named_by_its_file_or_by_all_of_them() throws IOException {
        Judged weak = resting("microcosm", "6f".repeat(32), Judgements.BASE, List.of("11".repeat(32)), 42);
        policy("bases: ['" + "22".repeat(32) + "']");
        assertThat(reason(weak))
                .contains(
                        "the base base is none of those that the policy names (bases); its files: " + "11".repeat(32));
        policy("bases: ['" + "22".repeat(32) + "', '" + "11".repeat(32) + "']");
        assertThat(reason(weak)).isEqualTo("added");
        collection.remove("style.safetensors");
        policy("bases: [" + Judgements.BASE + "]");
        assertThat(reason(weak)).isEqualTo("added");
    }

    @Test
    void a_run_of_few_prompts_lets_nothing_in_also_without_a_policy() throws IOException {
        Judged few = resting("microcosm", "6f".repeat(32), Judgements.BASE, List.of(), 1);
        assertThat(reason(few)).isEqualTo("microcosm: 1 prompt was looked at; at least 5 are required (minPrompts)");
        policy("minPrompts: 1");
        assertThat(reason(few)).isEqualTo("added");
    }

    @Test
    void a_suite_passed_at_another_strength_does_not_count() throws IOException {
        policy("suites: [quick, microcosm]");
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Judged s = judged("quick", "PASSED");
        Judged weak = new Judged(
                s.suite(),
                s.suiteVersion(),
                s.suiteSha256(),
                s.outcome(),
                s.run(),
                s.when(),
                s.base(),
                s.baseSha256(),
                s.modelSha256(),
                0.1,
                s.criteria());
        collection.admit(candidate(mine, weak, null));
        assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Rejected.class);
    }

    @Test
    void a_good_suite_does_not_make_up_for_a_bad_one() throws IOException {
        policy("suites: [quick]");
        Path mine = file(owned, "style.safetensors", 1, 5000);
        collection.admit(candidate(mine, judged("quick", "PASSED"), null));
        Path other = file(owned, "other.safetensors", 2, 5000);
        collection.admit(candidate(other, judged("quick", "PASSED"), null));
        assertThat(collection.admit(candidate(mine, "REGRESSED"))).isInstanceOf(Result.Rejected.class);
    }

    @Test
    void what_inconclusive_and_unavailable_mean_is_the_policys() throws IOException {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Judged open = judged(
                "microcosm",
                "INCONCLUSIVE",
                criterion("artifact", "PASSED", 9),
                criterion("diversity", "INCONCLUSIVE", 9));
        Judged unavailable = judged(
                "microcosm",
                "INCONCLUSIVE",
                criterion("artifact", "PASSED", 9),
                criterion("anatomy", "INCONCLUSIVE", 0),
                criterion("adherence", "UNAVAILABLE", 0));
        assertThat(collection.admit(candidate(mine, open, null))).isInstanceOf(Result.Rejected.class);
        policy("inconclusive: allow");
        assertThat(collection.admit(candidate(mine, unavailable, null))).isInstanceOf(Result.Rejected.class);
        assertThat(collection.admit(candidate(mine, open, null))).isInstanceOf(Result.Added.class);
        policy("unavailable: allow");
        Path second = file(owned, "second.safetensors", 2, 5000);
        assertThat(collection.admit(candidate(second, open, null))).isInstanceOf(Result.Rejected.class);
        assertThat(collection.admit(candidate(second, unavailable, null))).isInstanceOf(Result.Added.class);
    }

    @Test
    void a_required_family_that_nobody_judged_keeps_a_file_out() throws IOException {
        policy("families: [artifact, anatomy]");
        Path mine = file(owned, "style.safetensors", 1, 5000);
        Result.Rejected turned = (Result.Rejected) collection.admit(candidate(mine, "PASSED"));
        assertThat(turned.reasons()).singleElement().asString().startsWith("family anatomy is required");
    }

    @Test
    void duplicates_families_licences_and_sizes_are_looked_at() throws IOException {
        FileFacts facts = new FileFacts("lora", "sdxl", "CC-BY-NC", List.of(), "77".repeat(32));
        CuratedCollection told = new CuratedCollection(shelf, Clock.systemUTC(), f -> facts, s -> {});
        told.admit(candidate(file(owned, "style.safetensors", 1, 5000), "PASSED"));
        policy("modelFamilies: [sd15]\nlicences: [Apache-2.0]\nmostTotalMegabytes: 1");
        Result.Rejected turned =
                (Result.Rejected) told.admit(candidate(file(owned, "renamed.safetensors", 2, 2_000_000), "PASSED"));
        assertThat(turned.reasons())
                .satisfiesExactlyInAnyOrder(
                        r -> assertThat(r).startsWith("a duplicate: the same weights"),
                        r -> assertThat(r).isEqualTo("made for sdxl; allowed: sd15"),
                        r -> assertThat(r).isEqualTo("licence CC-BY-NC; allowed: Apache-2.0"),
                        r -> assertThat(r).isEqualTo("the collection would have 2.0 MB of at most 1.0 MB"));
    }

    private static Judged shortened(Judged j) {
        return less(j, "assay.seeds", null);
    }

    private static Judged less(Judged j, String shortened, String weights) {
        return new Judged(
                j.suite(),
                j.suiteVersion(),
                j.suiteSha256(),
                j.outcome(),
                j.run(),
                j.when(),
                j.base(),
                j.baseSha256(),
                j.modelSha256(),
                j.strength(),
                j.criteria(),
                j.baseFiles(),
                j.prompts(),
                shortened,
                weights);
    }

    @Test
    void a_required_suite_is_not_met_with_other_weights_than_its_own() throws IOException {
        policy("suites: [microcosm]");
        Judged weak = less(judged("microcosm", "PASSED"), null, "detector=weak.onnx");
        assertThat(reason(weak))
                .contains("suite microcosm is required and was not judged: other weights took the place of its own"
                        + " (detector=weak.onnx); judge it without assay.weights, or set weights: allow");
        policy("{suites: [microcosm], weights: allow}");
        assertThat(reason(weak)).isEqualTo("added");
    }

    @Test
    void weights_of_ones_own_do_where_no_suite_is_required() {
        assertThat(reason(less(judged("microcosm", "PASSED"), null, "detector=mine.onnx")))
                .isEqualTo("added");
    }

    @Test
    void a_shortened_run_is_no_gate() {
        assertThat(reason(shortened(judged("microcosm", "PASSED"))))
                .isEqualTo("the run had other steps or seeds than its suite (assay.seeds); judge the suite as it is, or"
                        + " set shortened: allow");
    }

    @Test
    void a_shortened_run_that_was_turned_away_does_not_count_as_the_required_suite_later() throws IOException {
        policy("suites: [microcosm]");
        assertThat(reason(shortened(judged("microcosm", "PASSED")))).contains("assay.seeds");
        assertThat(reason(judged("quick", "PASSED")))
                .contains("suite microcosm is required and was not judged: the run on it had other steps or seeds than"
                        + " the suite (assay.seeds)");
        policy("{suites: [microcosm], shortened: allow}");
        assertThat(reason(judged("quick", "PASSED"))).isEqualTo("added");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "line\nbreak.safetensors",
                "right\u202eleft.safetensors",
                "bell\u0007.safetensors",
                ".hidden.safetensors",
                "collection.json",
                "Collection.yaml",
                "CON.safetensors",
                "a,b.safetensors",
                "a:b.safetensors",
                "question?.safetensors",
                "trailing ",
                "back\\slash.safetensors"
            })
    void a_name_that_is_not_plain_is_refused_and_kept_as_text_only(String name) throws IOException {
        Path mine = file(owned, name, 1, 500);
        Result.Rejected turned = (Result.Rejected)
                collection.admit(candidate(mine, judged("microcosm", "PASSED"), Waiver.parse("Ada: let it in")));
        assertThat(turned.reasons().get(0)).contains("rename");
        assertThat(collection.manifest().files()).isEmpty();
        try (Stream<Path> inside = Files.list(shelf)) {
            assertThat(inside.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(".assay", "collection.json");
        }
        assertThat(Files.readString(shelf.resolve("collection.json"))).doesNotContain("\u202e", "\u0007");
    }

    @Test
    void a_very_long_name_is_refused() {
        Path mine = file(owned, "x".repeat(240) + ".safetensors", 1, 500);
        assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Rejected.class);
    }

    @Test
    void a_manifest_that_leads_out_of_the_folder_is_not_read() throws IOException {
        collection.admit(candidate(file(owned, "style.safetensors", 1, 500), "PASSED"));
        Path manifest = shelf.resolve("collection.json");
        String evil = Files.readString(manifest).replace("style.safetensors", "../../style.safetensors");
        Files.writeString(manifest, evil);
        assertThatThrownBy(collection::manifest)
                .isInstanceOf(CollectionException.class)
                .hasMessageContaining("rename");
        assertThatThrownBy(() -> collection.remove("../../style.safetensors")).isInstanceOf(CollectionException.class);
        assertThatThrownBy(() -> collection.admit(candidate(file(owned, "b.safetensors", 2, 500), "PASSED")))
                .isInstanceOf(CollectionException.class);
        assertThat(manifest).hasContent(evil);
    }

    @Test
    void outcomes_and_families_are_words_in_the_manifest_and_an_unknown_one_is_no_verdict() throws IOException {
        collection.admit(candidate(file(owned, "style.safetensors", 1, 500), "PASSED"));
        Path manifest = shelf.resolve("collection.json");
        String written = Files.readString(manifest);
        assertThat(written).contains("\"outcome\" : \"PASSED\"").contains("\"family\" : \"artifact\"");
        Files.writeString(manifest, written.replace("PASSED", "SPLENDID").replace("\"artifact\"", "\"odour\""));

        Judged judged = collection.manifest().files().get(0).judged().get(0);
        assertThat(judged.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(judged.criteria().get(0).outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(judged.criteria().get(0).family()).isEqualTo(Family.UNKNOWN);
    }

    @Test
    void removing_keeps_the_file_aside() throws IOException {
        Path mine = file(owned, "style.safetensors", 1, 5000);
        collection.admit(candidate(mine, "PASSED"));
        Path aside = collection.remove("style.safetensors");
        assertThat(Files.mismatch(mine, aside)).isEqualTo(-1);
        assertThat(collection.manifest().files()).isEmpty();
        assertThat(Audit.of(collection).clean()).isTrue();
        assertThatThrownBy(() -> collection.remove("style.safetensors")).hasMessageContaining("no file");
        assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Added.class);
        assertThat(collection.remove("style.safetensors")).hasFileName("2-style.safetensors");
    }

    /** Every place at which an addition or a removal may stop, one after the other. */
    @Test
    void a_gate_that_dies_at_any_step_leaves_what_the_next_one_finishes_or_cleans() throws IOException {
        List<String> steps = new ArrayList<>();
        with(steps::add).admit(candidate(file(owned, "count.safetensors", 0, 3_000_000), "PASSED"));
        with(steps::add).remove("count.safetensors");
        assertThat(steps).contains("copy", "copying", "intend", "name", "manifest", "done", "take out");
        int adding = steps.indexOf("done") + 1;
        for (int die = 0; die < steps.size(); die++) {
            Path mine = file(owned, "m" + die + ".safetensors", die, 3_000_000);
            boolean removes = die >= adding;
            if (removes) {
                collection.admit(candidate(mine, "PASSED"));
            }
            Dying dying = new Dying(removes ? die - adding : die);
            assertThatThrownBy(() -> {
                        CuratedCollection mortal = with(dying);
                        if (removes) {
                            mortal.remove(mine.getFileName().toString());
                        } else {
                            mortal.admit(candidate(mine, "PASSED"));
                        }
                    })
                    .isInstanceOf(Dying.Killed.class);
            assertThat(Audit.of(collection).changed()).isEmpty();
            if (!removes) {
                assertThat(Audit.of(collection).missing()).isEmpty();
            }
            collection.recover();
            Audit audit = Audit.of(collection);
            assertThat(audit.clean())
                    .as("killed at step %d, %s: %s", die, steps.get(die), audit)
                    .isTrue();
            assertThat(audit.leftovers()).isEmpty();
            assertThat(mine).exists();
            if (!removes) {
                assertThat(collection.admit(candidate(mine, "PASSED"))).isInstanceOf(Result.Added.class);
            }
        }
    }

    private static final class Dying implements Consumer<String> {
        private int left;

        Dying(int steps) {
            this.left = steps;
        }

        static final class Killed extends Error {
            private static final long serialVersionUID = 1;
        }

        @Override
        public void accept(String step) {
            if (left-- == 0) {
                throw new Killed();
            }
        }
    }

    private CuratedCollection with(Consumer<String> step) {
        return new CuratedCollection(
                shelf, Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC), FileFacts::read, step);
    }

    private void policy(String yaml) throws IOException {
        Files.createDirectories(shelf);
        Files.writeString(shelf.resolve("collection.yaml"), yaml);
    }
}
