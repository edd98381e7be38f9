package dev.assay.reports.nightly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import dev.assay.reports.collection.Candidate;
import dev.assay.reports.collection.CollectionException;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Judged;
import dev.assay.reports.collection.Waiver;
import dev.assay.reports.dashboard.Dashboard;
import dev.assay.reports.dashboard.Listing;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The night's decisions, with a judge that renders nothing. */
class NightlyTest {
    @TempDir
    Path root;

    private Path shelf;
    private final List<String> judged = new ArrayList<>();
    private final Map<String, String> outcomes = new HashMap<>();
    private final Map<String, String> given = new HashMap<>();
    private Instant now = Instant.parse("2026-11-22T02:00:00Z");
    private InterruptedException die;
    private boolean writesWhileJudging;
    private String dieAt; // null for the first

    @BeforeEach
    void fill() throws IOException {
        shelf = Files.createDirectories(root.resolve("shelf"));
        given.put("assay.root", root.toString());
        given.put(
                "assay.microcosm",
                Path.of("..", "suites", "microcosm").toAbsolutePath().toString());
        put("a.safetensors", "a");
        put("sub/b.safetensors", "b");
        put("notes.txt", "no model");
        put(".hidden/c.safetensors", "c");
    }

    @Test
    void what_is_new_is_judged_and_what_holds_is_not() throws Exception {
        assertThat(night().good()).isTrue();
        assertThat(judged).containsExactly("a.safetensors", "sub/b.safetensors");
        assertThat(night().good()).isTrue();
        assertThat(judged).hasSize(2);
        put("a.safetensors", "changed");
        put("new.safetensors", "n");
        night();
        assertThat(judged.subList(2, 4)).containsExactly("a.safetensors", "new.safetensors");
        assertThat(history())
                .extracting(RunSummary::model)
                .containsExactly("a.safetensors", "sub/b.safetensors", "a.safetensors", "new.safetensors");
    }

    @Test
    void linked_folders_and_a_linked_collection_are_judged_and_circles_end() throws Exception {
        Path elsewhere = Files.createDirectories(root.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("d.safetensors"), "d");
        Files.createSymbolicLink(shelf.resolve("linked"), elsewhere);
        Files.createSymbolicLink(shelf.resolve("again"), shelf);
        Path real = shelf;
        shelf = Files.createSymbolicLink(root.resolve("link"), real);
        assertThat(night().good()).isTrue();
        assertThat(judged).containsExactly("a.safetensors", "linked/d.safetensors", "sub/b.safetensors");
    }

    @Test
    void two_files_with_the_same_bytes_share_a_verdict_and_have_a_line_each() throws Exception {
        put("copy.safetensors", "a");
        assertThat(night().verdicts()).allMatch(Findings.Verdict::fresh).hasSize(3);
        assertThat(night().verdicts()).noneMatch(Findings.Verdict::fresh);
        assertThat(judged).containsExactly("a.safetensors", "sub/b.safetensors");
        assertThat(history())
                .extracting(RunSummary::model)
                .containsExactly("a.safetensors", "copy.safetensors", "sub/b.safetensors");
    }

    @Test
    void a_file_that_is_again_what_it_was_has_its_old_verdict_as_the_newest() throws Exception {
        outcomes.put("a.safetensors", "REGRESSED");
        night();
        outcomes.clear();
        put("a.safetensors", "changed");
        night();
        put("a.safetensors", "a");
        Findings third = night();
        assertThat(judged).hasSize(3);
        assertThat(third.verdicts()).noneMatch(Findings.Verdict::fresh);
        assertThat(third.verdicts().get(0).outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(history()).last().satisfies(d -> {
            assertThat(d.model()).isEqualTo("a.safetensors");
            assertThat(d.outcome()).isEqualTo(Outcome.REGRESSED);
        });
    }

    @Test
    void a_file_that_changes_while_it_is_judged_has_no_verdict_and_is_judged_again() throws Exception {
        writesWhileJudging = true;
        Findings first = night();
        assertThat(first.verdicts()).extracting(Findings.Verdict::outcome).containsOnly(Outcome.BROKEN);
        assertThat(first.lines().get(0)).contains("changed while it was judged");
        writesWhileJudging = false;
        assertThat(night().good()).isTrue();
        assertThat(judged)
                .containsExactly("a.safetensors", "sub/b.safetensors", "a.safetensors"); // both have the same bytes now
    }

    @Test
    void another_setting_or_suite_makes_every_verdict_stale() throws Exception {
        night();
        given.put("assay.steps", "3");
        night();
        given.put("assay.suite", "quick");
        night();
        assertThat(judged).hasSize(6);
        given.remove("assay.suite");
        night();
        given.put("assay.store", "elsewhere");
        given.put("assay.progress", "off");
        night();
        assertThat(judged).as("known already; a store decides nothing").hasSize(6);
    }

    @Test
    void a_crash_costs_one_verdict_and_is_tried_again() throws Exception {
        outcomes.put("a.safetensors", "crash");
        Findings findings = night();
        assertThat(findings.good()).isFalse();
        assertThat(findings.verdicts())
                .extracting(Findings.Verdict::outcome)
                .containsExactly(Outcome.BROKEN, Outcome.PASSED);
        assertThat(findings.lines())
                .anyMatch(l -> l.startsWith("BROKEN  a.safetensors on microcosm: the process ended"));
        outcomes.clear();
        assertThat(night().good()).isTrue();
        assertThat(judged).containsExactly("a.safetensors", "sub/b.safetensors", "a.safetensors");
    }

    @Test
    void a_file_that_fits_no_base_is_told_under_the_suites_name() throws Exception {
        given.put("assay.base", "no-such-base.safetensors");
        assertThat(night().verdicts())
                .extracting(Findings.Verdict::suite, Findings.Verdict::outcome)
                .containsOnly(tuple("everyday", Outcome.BROKEN));
        assertThat(judged).isEmpty();

        Dashboard.write(new History(shelf.resolve("history.jsonl")), Listing.none(), root.resolve("site"));
        assertThat(root.resolve("site/suites")).isDirectoryContaining("glob:**everyday*");

        now = now.plus(Duration.ofDays(1));
        given.put("assay.suite", "no-such-suite");
        assertThat(night().verdicts()).extracting(Findings.Verdict::suite).containsOnly("unknown");
        Dashboard.write(new History(shelf.resolve("history.jsonl")), Listing.none(), root.resolve("site"));
        assertThat(root.resolve("site/suites")).isDirectoryNotContaining("glob:**unknown*");
        assertThat(root.resolve("site/index.html")).content().doesNotContain("suites/unknown");
        assertThat(root.resolve("site/models")).isDirectoryRecursivelyContaining("glob:**.html");
        try (Stream<Path> models = Files.list(root.resolve("site/models"))) {
            assertThat(models).allSatisfy(m -> assertThat(m).content().doesNotContain("suites/unknown"));
        }
    }

    @Test
    void a_nightly_that_dies_between_the_record_and_the_history_goes_on_there() throws Exception {
        die = new InterruptedException("killed");
        assertThatThrownBy(this::night).isSameAs(die);
        assertThat(history()).isEmpty();
        die = null;
        Findings findings = night();
        assertThat(findings.good()).isTrue();
        assertThat(judged).containsExactly("a.safetensors", "sub/b.safetensors");
        assertThat(history()).hasSize(2);
    }

    @Test
    void a_regression_is_new_once_and_stays_bad_until_somebody_accepts_it() throws Exception {
        night();
        put("a.safetensors", "worse");
        outcomes.put("a.safetensors", "REGRESSED");
        now = now.plus(Duration.ofDays(1));
        Findings second = night();
        assertThat(second.good()).isFalse();
        assertThat(second.lines().get(0)).startsWith("NEW REGRESSION  a.safetensors on microcosm (was PASSED)");
        now = now.plus(Duration.ofDays(1));
        Findings third = night();
        assertThat(third.good()).isFalse();
        assertThat(third.lines().get(0)).startsWith("STILL FAILING  a.safetensors");
        Path file = shelf.resolve("a.safetensors");
        RunRecord run = RunRecords.read(root.resolve("last.json"));
        CuratedCollection.in(shelf)
                .admit(new Candidate(
                        file,
                        Hashes.sha256(file),
                        Judged.of(run, Outcome.REGRESSED),
                        Waiver.parse("Ada: it is meant to be"),
                        null));
        Findings fourth = night();
        assertThat(fourth.good()).isTrue();
        assertThat(fourth.lines().get(0))
                .startsWith("REGRESSED, accepted  a.safetensors")
                .contains("by Ada");
    }

    /** By run, not by date: two nightlies of one day tell of it once. */
    @Test
    void news_is_told_once_a_day_or_not() throws Exception {
        outcomes.put("a.safetensors", "REGRESSED");
        assertThat(night().lines().get(0)).startsWith("NEW FILE FAILED  a.safetensors on microcosm: ");
        Findings again = night();
        assertThat(again.good()).isFalse();
        assertThat(again.lines().get(0)).startsWith("STILL FAILING  a.safetensors");
        outcomes.clear();
        put("a.safetensors", "mended");
        assertThat(night().good()).isTrue();
        outcomes.put("a.safetensors", "REGRESSED");
        put("a.safetensors", "worse again");
        assertThat(night().lines().get(0)).startsWith("NEW REGRESSION  a.safetensors on microcosm (was PASSED)");
        assertThat(night().lines().get(0)).startsWith("STILL FAILING  a.safetensors");
    }

    @Test
    void a_night_that_broke_does_not_make_an_old_failure_new() throws Exception {
        outcomes.put("a.safetensors", "REGRESSED");
        night();
        put("a.safetensors", "other");
        outcomes.put("a.safetensors", "crash");
        assertThat(night().lines().get(0)).startsWith("BROKEN  a.safetensors");
        outcomes.put("a.safetensors", "REGRESSED");
        assertThat(night().lines().get(0)).startsWith("STILL FAILING  a.safetensors");
    }

    @Test
    void what_a_killed_nightly_found_is_still_news_to_the_next() throws Exception {
        night();
        put("a.safetensors", "worse");
        outcomes.put("a.safetensors", "REGRESSED");
        put("sub/b.safetensors", "changed");
        dieAt = "sub/b.safetensors";
        die = new InterruptedException("killed");
        assertThatThrownBy(this::night).isSameAs(die);
        assertThat(history()).last().matches(d -> d.outcome() == Outcome.REGRESSED);
        die = null;
        assertThat(night().lines().get(0)).startsWith("NEW REGRESSION  a.safetensors");
        assertThat(night().lines().get(0)).startsWith("STILL FAILING  a.safetensors");
    }

    @Test
    void inconclusive_fails_the_night_unless_it_is_allowed() throws Exception {
        outcomes.put("a.safetensors", "INCONCLUSIVE");
        assertThat(night().good()).isFalse();
        given.put("assay.inconclusive", "allow");
        assertThat(night().good()).isTrue();
    }

    @Test
    void the_manifest_keeps_up_and_missing_files_are_trouble() throws Exception {
        Path mine = Files.writeString(root.resolve("kept.safetensors"), "k");
        RunRecord run = Runs.passed(root, Hashes.sha256(mine), "first");
        CuratedCollection collection = CuratedCollection.in(shelf);
        collection.admit(new Candidate(mine, Hashes.sha256(mine), Judged.of(run, Outcome.PASSED), null, null));
        outcomes.put("kept.safetensors", "REGRESSED");
        night();
        assertThat(collection.manifest().find("kept.safetensors").orElseThrow().judged())
                .extracting(Judged::outcome)
                .contains(Outcome.REGRESSED);
        Files.delete(shelf.resolve("kept.safetensors"));
        assertThat(night().trouble()).singleElement().asString().startsWith("missing: kept.safetensors");
    }

    @Test
    void a_night_ends_with_the_code_of_its_worst_file() throws Exception {
        given.put("assay.collection", "shelf");
        given.put("assay.build.site", root.resolve("site").toString());
        assertThat(code()).isZero();
        outcome("a.safetensors", "INCONCLUSIVE");
        assertThat(code()).isEqualTo(2);
        outcome("sub/b.safetensors", "REGRESSED");
        assertThat(code()).isEqualTo(1);
        outcome("a.safetensors", "crash");
        assertThat(code()).isEqualTo(3);
        outcome("a.safetensors", "PASSED");
        outcome("sub/b.safetensors", "INCONCLUSIVE");
        given.put("assay.inconclusive", "allow");
        assertThat(code()).isZero();
    }

    @Test
    void a_night_that_cannot_be_is_broken_and_not_regressed() throws Exception {
        assertThat(code()).as("no collection").isEqualTo(3);
        given.put("assay.collection", "shelf");
        given.put("assay.steps", "many");
        assertThat(code()).as("a wrong setting").isEqualTo(3);
        given.remove("assay.steps");
        given.put(
                "assay.build.site",
                Files.writeString(root.resolve("file"), "in the way").toString());
        assertThat(code()).as("no dashboard").isEqualTo(3);
        assertThat(judged).isNotEmpty();
    }

    private int code() throws InterruptedException {
        return NightlyMain.run(Map.of(), given, this::judge);
    }

    private void outcome(String name, String outcome) throws IOException {
        outcomes.put(name, outcome);
        put(name, name + " that is " + outcome);
    }

    @Test
    void nothing_passes_on_nothing() throws Exception {
        shelf = Files.createDirectories(root.resolve("empty"));
        assertThat(night().good()).isFalse();
    }

    @Test
    void a_candidate_of_the_users_is_refused() {
        given.put("assay.lora", "microcosm:sound");
        assertThatThrownBy(this::night).isInstanceOf(CollectionException.class).hasMessageContaining("take it out");
    }

    @Test
    void a_hash_is_remembered_only_while_the_file_shows_no_change() throws IOException {
        Path file = Files.writeString(root.resolve("x"), "one");
        Path memory = root.resolve("hashes.txt");
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));
        HashCache cache = new HashCache(memory, later);
        String one = cache.sha256(file);
        cache.save();
        Files.writeString(file, "two");
        assertThat(new HashCache(memory, later).sha256(file)).isNotEqualTo(one);
        Files.writeString(memory, "0".repeat(64) + " nonsense\ngarbage");
        assertThat(new HashCache(memory, later).sha256(file)).isEqualTo(Hashes.sha256(file));
    }

    @Test
    void a_hash_is_not_remembered_of_bytes_that_took_the_old_ones_length_and_time() throws Exception {
        Path file = Files.writeString(root.resolve("x"), "one");
        FileTime then = Files.getLastModifiedTime(file);
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));
        HashCache cache = new HashCache(root.resolve("hashes.txt"), later);
        String one = cache.sha256(file);
        Thread.sleep(30); // the clock of a file system is coarser than ours
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, then);
        assertThat(cache.sha256(file)).isEqualTo(Hashes.sha256(file)).isNotEqualTo(one);
    }

    private Findings night() throws InterruptedException {
        Settings settings = Settings.read(root, Map.of(), given);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        return new Nightly(
                        CuratedCollection.in(shelf),
                        Map.of(),
                        given,
                        settings,
                        this::judge,
                        Clock.fixed(now, ZoneOffset.UTC),
                        new PrintStream(said, true, StandardCharsets.UTF_8))
                .run();
    }

    /** Writes the record that a run with the outcome would leave. */
    private String judge(Map<String, String> settings, Path out) throws InterruptedException {
        Path file = Path.of(settings.get("assay.lora").replaceFirst("@.*", ""));
        String name = shelf.relativize(file).toString();
        judged.add(name);
        String outcome = outcomes.getOrDefault(name, "PASSED");
        if (outcome.equals("crash")) {
            return "the process ended with 139 (crashed in native code): no log";
        }
        RunRecord passed = Runs.passed(root, Hashes.sha256(file), "run" + judged.size());
        RunRecord run = Runs.with(
                passed,
                outcome,
                1,
                List.of(Runs.verdict("grid", "artifact", outcome, "NON_INFERIOR", "LOWER", 1.0, "because")),
                passed.started());
        RunRecords.write(out, run);
        if (writesWhileJudging) {
            try {
                Files.writeString(file, "written meanwhile");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        try {
            Files.copy(RunRecords.last(out), root.resolve("last.json"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (die != null && (dieAt == null || dieAt.equals(name))) {
            throw die;
        }
        return null;
    }

    private List<RunSummary> history() {
        return new History(shelf.resolve("history.jsonl")).read().digests();
    }

    private void put(String name, String content) throws IOException {
        Path file = shelf.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
