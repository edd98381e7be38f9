package dev.assay.harness.render.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.Visible;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderSuiteTest {
    private static final Suite CHOSEN = new Suite(
            "chosen",
            "1",
            "",
            null,
            Map.of("clip", "microcosm:clip"),
            List.of(
                    new PromptCase(
                            "wave",
                            "a person waving",
                            "",
                            List.of(9L, 1L),
                            List.of("person"),
                            new Visible(1, null, null, List.of(), List.of())),
                    new PromptCase("barn", "a red barn", "", List.of(1L), List.of("scene"), null)),
            List.of(
                    new Criterion("effect", List.of(), Rule.HAS_EFFECT, 2, 4, null, Map.of()),
                    new Criterion("limbs", List.of("person"), Rule.NON_INFERIOR, 0.1, 4, null, Map.of())));

    @TempDir
    Path folder;

    private Path base;
    private Path candidate;

    @BeforeEach
    void folders() throws IOException {
        base = Files.createDirectory(folder.resolve("base"));
        candidate = Files.createDirectory(folder.resolve("candidate"));
    }

    private static Image image(int seed, int size) {
        byte[] rgb = new byte[size * size * 3];
        new Random(seed).nextBytes(rgb);
        return Image.of(size, size, rgb);
    }

    /** Pixels differ by file and folder. */
    private static void png(Path folder, String name, Map<String, String> text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, Png.encode(image(file.hashCode(), 8), text));
    }

    private static Map<String, String> a1111(String prompt, long seed) {
        return Map.of("parameters", prompt + "\nSteps: 20, Seed: " + seed + ", Size: 8x8");
    }

    private void both(String name, Map<String, String> text) throws IOException {
        png(base, name, text);
        png(candidate, name, text);
    }

    private FolderSuite read() {
        return FolderSuite.of(CHOSEN, base, candidate, Optional.empty());
    }

    private static List<String> warnings(FolderSuite found) {
        return found.pictures().findings().stream()
                .filter(f -> f.level() == Finding.Level.WARNING)
                .map(Finding::text)
                .toList();
    }

    private Image shown(FolderSuite found, Path side, PromptCase c, long seed) {
        return found.pictures().image(side, c.prompt(), seed);
    }

    @Test
    void pairs_of_one_prompt_and_seed_become_cases_and_the_suite_s_own_come_first_as_it_states_them()
            throws IOException {
        both("x1.png", a1111("a ship <lora:style:1>", 5));
        both("x2.png", a1111("a person waving", 1));
        both("x3.png", a1111("a person waving", 9));
        png(base, "y-base.png", a1111("a ship", 6));
        png(candidate, "deep/y-candidate.png", a1111("a ship, <lora:style:0.8>", 6));

        FolderSuite found = read();

        assertThat(found.suite().name()).isEqualTo("chosen-folder");
        assertThat(found.suite().criteria()).isEqualTo(CHOSEN.criteria());
        assertThat(found.suite().models()).isEqualTo(CHOSEN.models());
        assertThat(found.suite().cases()).extracting(PromptCase::id).containsExactly("wave", "a-ship");
        PromptCase wave = found.suite().cases().get(0);
        assertThat(wave.seeds()).containsExactly(9L, 1L);
        assertThat(wave.tags()).containsExactly("person");
        assertThat(wave.visible().people()).isEqualTo(1);
        PromptCase ship = found.suite().cases().get(1);
        assertThat(ship.seeds()).containsExactly(5L, 6L);
        assertThat(shown(found, base, ship, 6))
                .isEqualTo(Png.read(base.resolve("y-base.png")).image());
        assertThat(shown(found, candidate, ship, 6))
                .isEqualTo(Png.read(candidate.resolve("deep/y-candidate.png")).image());
        assertThat(warnings(found)).isEmpty();
    }

    @Test
    void what_has_no_partner_or_cannot_be_read_is_listed_and_counted() throws IOException {
        both("x.png", a1111("a person waving", 1));
        png(base, "alone.png", a1111("a person waving", 2));
        png(candidate, "other.png", a1111("a person running", 2));
        Files.writeString(candidate.resolve("broken.png"), "no picture");
        Files.writeString(candidate.resolve("new.avif"), "");
        png(candidate, "again.png", Map.of("assay:prompt", "a", "assay:seed", "1", "assay:repeat", "1"));

        assertThat(warnings(read()))
                .containsExactly(
                        "candidate: 3 pictures are left out: again.png: is a repeated render, made to measure noise,"
                                + " broken.png: is no PNG, JPEG or WebP file, by its first bytes,"
                                + " new.avif: is of a format that is not read; expected PNG, JPEG, WebP",
                        "base: 1 picture has no partner and is not judged: alone.png",
                        "candidate: 1 picture has no partner and is not judged: other.png");
    }

    @Test
    void no_pair_at_all_is_an_error_that_shows_what_each_side_knows() throws IOException {
        png(base, "x.png", a1111("a person waving", 1));
        png(candidate, "y.png", a1111("sks, a person waving", 1));
        assertThatThrownBy(this::read)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no picture of " + base)
                .hasMessageContaining("x.png (\"a person waving\", seed 1)")
                .hasMessageContaining("y.png (\"sks, a person waving\", seed 1)")
                .hasMessageContaining("trigger words");
    }

    @Test
    void a_batch_is_paired_in_the_order_of_names_and_counted_as_the_seeds_that_follow() throws IOException {
        for (int i = 1; i <= 3; i++) {
            both("img_0000" + i + "_.png", a1111("a ship", 7));
        }
        both("next.png", a1111("a ship", 8));

        FolderSuite found = read();

        PromptCase wave = found.suite().cases().get(0);
        assertThat(wave.seeds()).containsExactly(7L, 8L, 9L, 10L);
        assertThat(shown(found, base, wave, 8))
                .isEqualTo(Png.read(base.resolve("next.png")).image());
        assertThat(shown(found, candidate, wave, 10))
                .isEqualTo(Png.read(candidate.resolve("img_00003_.png")).image());
        assertThat(found.pictures().findings())
                .extracting(Finding::text)
                .anyMatch(t -> t.startsWith("3 pairs are of batches"));
    }

    @Test
    void a_batch_of_another_size_on_the_other_side_is_an_error_and_copies_do_not_count() throws IOException {
        both("a.png", a1111("a person waving", 7));
        Files.copy(base.resolve("a.png"), base.resolve("copy of a.png"));
        assertThat(read().suite().cases().get(0).seeds()).containsExactly(7L);

        png(base, "b.png", a1111("a person waving", 7));
        assertThatThrownBy(this::read)
                .hasMessageContaining("\"a person waving\" with seed 7: expected as many pictures")
                .hasMessageContaining("found 2 (a.png, b.png) and 1 (a.png)")
                .hasMessageContaining("prompts.csv");
    }

    @Test
    void without_prompts_names_pair_and_the_case_says_that_no_prompt_is_known() throws IOException {
        both("shed_1.png", Map.of());
        both("shed_2.png", Map.of());
        both("ship_1.png", Map.of());
        both("plain.png", Map.of());
        Suite chosen = new Suite(
                "s",
                "1",
                "",
                null,
                Map.of(),
                CHOSEN.cases(),
                List.of(CHOSEN.criteria().get(0)));

        FolderSuite found = FolderSuite.of(chosen, base, candidate, Optional.empty());

        assertThat(found.suite().cases()).extracting(PromptCase::id).containsExactly("plain", "shed", "ship");
        assertThat(found.suite().cases()).noneMatch(PromptCase::promptKnown);
        assertThat(found.suite().cases().get(1).seeds()).containsExactly(1L, 2L);
        assertThat(shown(found, base, found.suite().cases().get(2), 1))
                .isEqualTo(Png.read(base.resolve("ship_1.png")).image());
        assertThat(warnings(found)).anyMatch(w -> w.startsWith("no prompt is known for 4 pairs, so"));
        assertThat(warnings(found))
                .as("the names were listed just above")
                .contains("of 4 pairs the file names alone say that both have the same seed: the same ones");
    }

    @Test
    void one_side_that_knows_its_prompts_serves_both() throws IOException {
        png(base, "x.png", a1111("a person waving", 5));
        png(candidate, "x.png", Map.of());
        png(base, "y_1.png", a1111("a person waving", 6));
        png(candidate, "y_1.png", a1111("a person running", 6));

        FolderSuite found = read();

        assertThat(found.suite().cases()).extracting(PromptCase::prompt).containsExactly("a person waving");
        assertThat(found.suite().cases().get(0).seeds()).containsExactly(5L);
        assertThat(warnings(found)).contains("candidate: 1 picture has no partner and is not judged: y_1.png");
    }

    @Test
    void the_table_goes_before_the_texts_and_a_conflict_is_said() throws IOException {
        both("x.png", a1111("something else", 3));
        both("deep/y.png", Map.of());
        String csv = "file;prompt;seed;tags\nx.png;\"a ship; at \"\"sea\"\"\";7;sea calm\ndeep/y;a person waving;1;\n";
        Files.writeString(base.resolve("prompts.csv"), "\ufeff" + csv);
        Files.writeString(candidate.resolve("prompts.jsonl"), """
            {"file": "x.png", "prompt": "a ship; at \\"sea\\"", "seed": 7, "negative": "fog"}
            {"file": "deep/y.png", "prompt": "a person waving", "seed": 1}
            """);

        FolderSuite found = read();

        assertThat(found.suite().cases())
                .extracting(PromptCase::prompt)
                .containsExactly("a person waving", "a ship; at \"sea\"");
        assertThat(found.suite().cases().get(1).tags()).containsExactly("sea", "calm");
        assertThat(warnings(found)).contains("1 pair has different negative prompts: x.png");
        assertThat(warnings(found))
                .anyMatch(w -> w.startsWith("base: sources disagree about 1 picture;")
                        && w.contains("prompts.csv says \"a ship; at \"sea\"\" and seed 7, the file itself"
                                + " \"something else\" and seed 3"));
    }

    @Test
    void a_table_that_is_no_utf_8_is_an_error_and_no_other_prompt() throws IOException {
        both("x.png", a1111("a", 1));
        byte[] latin1 = "file,prompt\nx.png,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        Path table = Files.write(base.resolve("prompts.csv"), latin1);
        assertThatThrownBy(this::read)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(table + ": line 2: expected UTF-8, found the byte 0xE9; save the file as UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "file,promt | x.png,a | row 1: no column promt; there are file, prompt, seed, negative, tags, case;"
                        + " did you mean prompt?",
                "file,seed | x.png,-3 | row 1: seed: expected a whole number from 0",
                "file,tags | x.png,Sea | row 1: tags: expected lower-case letters",
                "file,prompt | z.png,a | found 1 that are not there: z.png",
                "prompt,seed | a,1 | row 1: file: expected the name of a picture",
            })
    void a_wrong_table_is_an_error_that_names_the_row(String header, String row, String message) throws IOException {
        both("x.png", a1111("a", 1));
        Files.writeString(base.resolve("prompts.csv"), header + "\n" + row + "\n");
        assertThatThrownBy(this::read)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prompts.csv")
                .hasMessageContaining(message);
    }

    @Test
    void a_pattern_reads_names_and_says_which_it_does_not_fit() throws IOException {
        both("a_person_waving-s1.png", Map.of());
        both("odd.png", Map.of());

        FolderSuite found = FolderSuite.of(CHOSEN, base, candidate, Optional.of("{prompt}-s{seed}"));

        assertThat(found.suite().cases().get(0).prompt()).isEqualTo("a person waving");
        assertThat(found.suite().cases().get(0).seeds()).containsExactly(1L);
        assertThat(warnings(found)).contains("base: the pattern does not fit 1 file name: odd.png");
        assertThatThrownBy(() -> FolderSuite.of(CHOSEN, base, candidate, Optional.of("{promt}_{seed}")))
                .hasMessageContaining("assay.folder.pattern: expected {prompt}, {case}, {seed} and {any}")
                .hasMessageContaining("found {promt}");
        assertThatThrownBy(() -> NamePattern.of(Optional.of("x"))).hasMessageContaining("found none of them");
        assertThatThrownBy(() -> NamePattern.of(Optional.of("{seed}{seed}"))).hasMessageContaining("twice");
    }

    @Test
    void different_sizes_are_said() throws IOException {
        both("x.png", a1111("a person waving", 1));
        Files.write(candidate.resolve("x.png"), Png.encode(image(1, 16), a1111("a person waving", 1)));
        assertThat(warnings(read())).singleElement().asString().startsWith("1 pair differs in size");
    }

    @Test
    void loss_on_both_sides_is_a_warning_and_on_one_side_an_error() throws IOException {
        Files.write(base.resolve("x.jpg"), golden("plain.jpg"));
        Files.write(candidate.resolve("x.webp"), golden("lossy.webp"));
        Suite chosen = new Suite(
                "s",
                "1",
                "",
                null,
                Map.of(),
                CHOSEN.cases(),
                List.of(CHOSEN.criteria().get(0)));
        assertThat(warnings(FolderSuite.of(chosen, base, candidate, Optional.empty())))
                .anyMatch(w -> w.startsWith("1 pair is JPEG or lossy WebP"));

        Files.delete(candidate.resolve("x.webp"));
        png(candidate, "x.png", Map.of());
        assertThatThrownBy(() -> FolderSuite.of(chosen, base, candidate, Optional.empty()))
                .hasMessageContaining("both without, found 1 of 1 pairs mixed")
                .hasMessageContaining("x.jpg (JPEG) with x.png (PNG)");
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = FolderSuiteTest.class.getResourceAsStream("/golden/pictures.json")) {
            for (var p : new ObjectMapper().readTree(in).get("pictures")) {
                if (p.get("name").asText().equals(name)) {
                    return Base64.getDecoder().decode(p.get("file").asText());
                }
            }
        }
        throw new AssertionError(name);
    }

    @Test
    void a_criterion_for_tags_that_no_picture_has_is_left_out_with_a_warning() throws IOException {
        both("x.png", a1111("a red barn", 1));
        FolderSuite found = read();
        assertThat(found.suite().criteria()).extracting(Criterion::id).containsExactly("effect");
        assertThat(warnings(found)).singleElement().asString().startsWith("the criterion limbs.person is left out");
    }

    @Test
    void missing_empty_and_equal_folders_are_errors() throws IOException {
        assertThatThrownBy(this::read)
                .hasMessageContaining("assay.base: expected PNG, JPEG or WebP pictures in " + base);
        both("x.png", a1111("a", 1));
        assertThatThrownBy(() -> FolderSuite.of(CHOSEN, base, base, Optional.empty()))
                .hasMessageContaining("another folder");
        assertThatThrownBy(() -> FolderSuite.of(CHOSEN, base, folder.resolve("no"), Optional.empty()))
                .hasMessageContaining("assay.candidate: expected a folder of pictures");
    }

    @Test
    void a_folder_that_is_a_link_is_read_and_is_the_same_as_the_folder_that_it_leads_to() throws IOException {
        png(base, "x.png", a1111("a", 1));
        Path real = Files.createDirectory(folder.resolve("real"));
        png(real, "x.png", a1111("a", 1));
        candidate = Files.createSymbolicLink(folder.resolve("link"), real);
        FolderSuite found = read();
        assertThat(shown(found, candidate, found.suite().cases().get(0), 1).sha256())
                .isEqualTo(image(real.resolve("x.png").hashCode(), 8).sha256());
        assertThatThrownBy(() -> FolderSuite.of(CHOSEN, real, candidate, Optional.empty()))
                .hasMessageContaining("another folder");
    }

    @Test
    void linked_pictures_and_folders_are_read_and_watched_and_links_to_nothing_are_named() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        png(elsewhere, "one.png", a1111("a", 1));
        png(elsewhere, "in/two.png", a1111("b", 2));
        for (Path side : List.of(base, candidate)) {
            Files.createSymbolicLink(side.resolve("one.png"), elsewhere.resolve("one.png"));
            Files.createSymbolicLink(side.resolve("in"), elsewhere.resolve("in"));
        }
        Files.createSymbolicLink(candidate.resolve("gone.png"), folder.resolve("nowhere.png"));
        Files.createSymbolicLink(candidate.resolve("old"), folder.resolve("nowhere"));
        FolderSuite found = read();
        assertThat(found.suite().cases()).extracting(PromptCase::prompt).containsExactlyInAnyOrder("a", "b");
        assertThat(warnings(found))
                .anySatisfy(w -> assertThat(w)
                        .contains("gone.png: is a link that leads nowhere", "old: is a link that leads nowhere"));

        FileHashes hashes = new FileHashes();
        found.pictures().fingerprint(base, hashes);
        Files.delete(base.resolve("in"));
        Files.createSymbolicLink(base.resolve("in"), Files.createDirectory(folder.resolve("other")));
        png(base, "in/two.png", a1111("b", 2));
        assertThatThrownBy(() -> hashes.requireUnchanged("before the run had ended"))
                .hasMessageContaining("two.png: changed before the run had ended");
    }

    @Test
    void a_circle_of_links_is_an_error_in_words() throws IOException {
        both("x.png", a1111("a", 1));
        Files.createSymbolicLink(candidate.resolve("again"), candidate);
        assertThatThrownBy(this::read)
                .hasMessageContaining(candidate.resolve("again") + ": is a link to a folder that it lies in itself");
    }

    @Test
    void a_picture_that_changes_after_it_was_judged_breaks_the_run() throws IOException {
        both("x.png", a1111("a person waving", 1));
        FolderSuite found = read();
        FileHashes hashes = new FileHashes();
        Fingerprint before = found.pictures().fingerprint(candidate, hashes);
        hashes.requireUnchanged("before the run had ended");
        png(candidate, "x.png", a1111("a person waving", 2));
        assertThat(found.pictures().fingerprint(candidate, hashes)).isEqualTo(before);
        assertThatThrownBy(() -> hashes.requireUnchanged("before the run had ended"))
                .hasMessageContaining("x.png: changed before the run had ended");
    }

    @Test
    void a_picture_that_changes_after_it_was_read_is_an_error() throws IOException {
        both("x.png", a1111("a person waving", 1));
        FolderSuite found = read();
        png(base, "x.png", a1111("a person waving", 2));
        assertThatThrownBy(() -> shown(found, base, found.suite().cases().get(0), 1))
                .hasMessageContaining("has changed since the run began");
    }

    @Test
    void the_order_of_files_on_disk_and_other_files_change_nothing() throws IOException {
        both("b.png", a1111("a person waving", 2));
        both("a.png", a1111("a person waving", 1));
        FolderSuite first = read();
        Files.writeString(base.resolve("notes.txt"), "x");
        Files.writeString(base.resolve(".hidden.png"), "x");
        FolderSuite second = read();
        assertThat(second.suite()).isEqualTo(first.suite());
        assertThat(second.pictures().fingerprint(base, new FileHashes()))
                .isEqualTo(first.pictures().fingerprint(base, new FileHashes()));
    }
}
