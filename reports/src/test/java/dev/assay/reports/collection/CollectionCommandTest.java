package dev.assay.reports.collection;

import static dev.assay.reports.collection.Judgements.candidate;
import static dev.assay.reports.collection.Judgements.file;
import static dev.assay.reports.collection.Judgements.judged;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.reports.SchemaCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CollectionCommandTest {
    @TempDir
    Path folder;

    private Path shelf;
    private CuratedCollection collection;
    private final StringWriter said = new StringWriter();

    @BeforeEach
    void fill() {
        shelf = folder.resolve("shelf");
        collection = CuratedCollection.in(shelf);
        collection.admit(candidate(file(folder.resolve("mine"), "good.safetensors", 1, 1_500_000), "PASSED"));
        collection.admit(candidate(
                file(folder.resolve("mine"), "waived.safetensors", 2, 1000),
                judged("microcosm", "REGRESSED"),
                Waiver.parse("Ada: it is the style")));
        collection.admit(candidate(file(folder.resolve("mine"), "bad.safetensors", 3, 1000), "REGRESSED"));
    }

    @Test
    void list_names_files_and_who_let_them_in() {
        assertThat(run("list")).isZero();
        assertThat(said.toString())
                .contains(
                        "good.safetensors  1.5 MB  @1  microcosm PASSED",
                        "waived.safetensors  1.0 kB  @1  microcosm REGRESSED  let in by Ada",
                        "2 files, 1.5 MB; 1 refused");
    }

    @Test
    void the_quarantine_list_gives_reasons() {
        assertThat(run("list", "-q")).isZero();
        assertThat(said.toString()).contains("bad.safetensors", "microcosm: artifact-metric is REGRESSED");
    }

    @Test
    void show_tells_all_about_one_file() {
        assertThat(run("show", "waived.safetensors")).isZero();
        assertThat(said.toString()).contains("let in by", "Ada: it is the style", "artifact/artifact-metric");
        assertThat(run("show", "godo.safetensors")).isEqualTo(CollectionCommand.WRONG);
        assertThat(said.toString())
                .contains("no file godo.safetensors in the collection; did you mean good.safetensors?");
    }

    @Test
    void verify_finds_missing_changed_and_foreign_files() throws IOException {
        assertThat(run("verify")).isZero();
        Files.delete(shelf.resolve("good.safetensors"));
        Files.writeString(shelf.resolve("waived.safetensors"), "other");
        Files.writeString(shelf.resolve("foreign.safetensors"), "nobody judged me");
        Files.writeString(shelf.resolve("notes.txt"), "of no interest");
        assertThat(run("verify")).isEqualTo(CollectionCommand.WRONG);
        assertThat(said.toString())
                .contains(
                        "missing  good.safetensors",
                        "changed  waived.safetensors",
                        "foreign  foreign.safetensors",
                        "1 missing, 1 changed, 1 foreign")
                .doesNotContain("notes.txt");
    }

    @Test
    void remove_takes_a_file_out() {
        assertThat(run("remove", "good.safetensors")).isZero();
        assertThat(shelf.resolve("good.safetensors")).doesNotExist();
        assertThat(collection.manifest().files()).hasSize(1);
        run("list");
        run("verify");
        run("recheck");
        assertThat(said.toString()).contains("1 file, 1.0 kB", "1 file in the manifest", "1 of 1 file is stale");
    }

    @Test
    void recheck_names_what_is_stale_and_why() {
        // The bundled suite has gone on, and there is no metric of this name.
        assertThat(run("recheck")).isEqualTo(CollectionCommand.WRONG);
        assertThat(said.toString())
                .contains(
                        "suite microcosm has version ",
                        ", was judged with 1",
                        "metric artifact-metric does not exist any more")
                .contains("2 of 2 files are stale");
    }

    @Test
    void what_is_up_to_date_is_not_stale() {
        Stale now = new Stale(
                Map.of("artifact-metric", "1"),
                Map.of("microcosm", new Stale.CurrentSuite("1", Judgements.hash("microcosm"))));
        assertThat(now.of(collection.manifest(), Policy.DEFAULT)).isEmpty();
        Stale newMetric = new Stale(
                Map.of("artifact-metric", "2"),
                Map.of("microcosm", new Stale.CurrentSuite("2", Judgements.hash("microcosm"))));
        assertThat(newMetric.of(collection.manifest(), Policy.DEFAULT))
                .hasSize(2)
                .allSatisfy(f -> assertThat(f.reasons())
                        .containsExactly(
                                "suite microcosm has version 2 now, was judged with 1",
                                "metric artifact-metric has version 2 now, was judged with 1"));
        Stale edited = new Stale(
                Map.of("artifact-metric", "1"), Map.of("microcosm", new Stale.CurrentSuite("1", "6f".repeat(32))));
        assertThat(edited.of(collection.manifest(), Policy.DEFAULT))
                .allSatisfy(f -> assertThat(f.reasons()).containsExactly("suite microcosm changed within version 1"));
    }

    @Test
    void space_tells_what_can_go_and_why() throws IOException {
        collection.remove("good.safetensors");
        Path store = folder.resolve("store");
        picture(store, "base", Judgements.BASE);
        picture(store, "stranger", "99".repeat(32));
        Files.write(store.resolve("half.partial"), new byte[10]);
        assertThat(run("space", "--store", store.toString())).isZero();
        assertThat(said.toString())
                .contains("can go     1.5 MB  .assay/removed (1)")
                .contains("pictures (1): of the collection's files")
                .contains("pictures (1): of models that are in no entry")
                .contains("pictures (1): half written")
                .contains("nothing was deleted");
        assertThat(store.resolve("half.partial")).exists();
    }

    @Test
    void trouble_is_one_line() throws IOException {
        Files.writeString(shelf.resolve("collection.json"), "{ not json");
        assertThat(run("list")).isEqualTo(CollectionCommand.WRONG);
        assertThat(said.toString()).contains("collection.json (line 1)").doesNotContain("\tat ");
    }

    @Test
    void the_manifest_keeps_to_its_schema() throws IOException {
        String manifest = Files.readString(shelf.resolve("collection.json"));
        assertThat(SchemaCheck.errors("collection.schema.json", manifest, InputFormat.JSON))
                .isEmpty();
        for (String wrong : List.of("\"bytes\" : -", "\"sha256\" : \"x", "\"name\" : \"../", "\"surprise\" : \"")) {
            String field = wrong.substring(0, wrong.indexOf(':') + 1);
            String bad = manifest.contains(field)
                    ? manifest.replaceFirst(field + " \"?", wrong)
                    : manifest.replaceFirst("\"name\" : ", "\"surprise\" : 1, \"name\" : ");
            assertThat(SchemaCheck.errors("collection.schema.json", bad, InputFormat.JSON))
                    .as(wrong)
                    .isNotEmpty();
        }
    }

    private static void picture(Path store, String name, String model) throws IOException {
        Files.createDirectories(store);
        Image image = Image.of(8, 8, new byte[8 * 8 * 3]);
        Files.write(store.resolve(name + ".png"), Png.encode(image, Map.of("assay:model", model)));
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--collection");
        all.add(shelf.toString());
        CommandLine line = new CommandLine(new CollectionCommand());
        line.setOut(new PrintWriter(said, true));
        line.setErr(new PrintWriter(said, true));
        return line.execute(all.toArray(String[]::new));
    }
}
