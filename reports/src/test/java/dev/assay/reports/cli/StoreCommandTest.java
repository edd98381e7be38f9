package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StoreCommandTest {
    @TempDir
    Path root;

    private String said;
    private Path used;
    private Path old;
    private Path young;

    @BeforeEach
    void fill() throws Exception {
        used = picture("aa/used.png", 90);
        old = picture("bb/old.png", 90);
        young = picture("cc/young.png", 1);
        Files.writeString(root.resolve(".assay/renders/cc/note.txt"), "no picture");
        record(root.resolve(".assay"), "../../renders/aa/used.png");
    }

    private Path picture(String name, int days) throws Exception {
        Path file = root.resolve(".assay/renders").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[1000]);
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    private static void record(Path out, String picture) {
        RunRecord run = RunRecord.broken("20261129-1-a", Instant.now(), "a", "s", null);
        RunRecords.write(
                out,
                new RunRecord(
                        run.schema(),
                        run.id(),
                        run.outcome(),
                        null,
                        run.started(),
                        0,
                        0,
                        run.base(),
                        run.candidate(),
                        run.suite(),
                        run.settings(),
                        run.renderer(),
                        0,
                        0,
                        0,
                        List.of(),
                        List.of(new RunRecord.RenderingEntry(
                                "c", "p", List.of(), 1, "base", picture, 1, 0, 0, true, false, "00", null)),
                        List.of(),
                        Map.of(),
                        List.of(),
                        null));
    }

    private int store(String... arguments) {
        CommandLine line = AssayMain.commandLine();
        ((StoreCommand) line.getSubcommands().get("store").getCommand()).door =
                new FrontDoor(root, Optional.empty(), (c, p) -> 0);
        StringWriter text = new StringWriter();
        line.setOut(new PrintWriter(text, true));
        line.setErr(new PrintWriter(text, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "store";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int code = line.execute(all);
        said = text.toString();
        return code;
    }

    @Test
    void the_size_is_told_by_kind() {
        assertThat(store()).isZero();
        assertThat(said).contains("renders", "3.0 kB in 4 files", "runs", "together");
        assertThat(store("size")).isZero();
    }

    @Test
    void without_a_yes_nothing_is_deleted() {
        assertThat(store("prune", "--unused")).isZero();
        assertThat(said).contains("would delete 2 of 3 pictures, 2.0 kB", "--yes");
        assertThat(List.of(used, old, young)).allSatisfy(f -> assertThat(f).exists());
    }

    @Test
    void what_a_record_names_is_kept() {
        assertThat(store("prune", "--unused", "--older-than", "30", "--yes")).isZero();
        assertThat(said).contains("deleted 1 of 3 pictures");
        assertThat(old).doesNotExist();
        assertThat(List.of(used, young)).allSatisfy(f -> assertThat(f).exists());
        assertThat(root.resolve(".assay/renders/cc/note.txt")).exists();
    }

    @Test
    void age_alone_takes_those_in_use_too_and_nothing_else_is_a_choice() {
        assertThat(store("prune", "--older-than", "30", "--yes")).isZero();
        assertThat(said).contains("deleted 2 of 3 pictures");
        assertThat(store("prune")).isEqualTo(64);
        assertThat(said).contains("which pictures? --unused");
        assertThat(store("prune", "--older-than", "-1")).isEqualTo(64);
    }

    @Test
    void the_nightlies_of_a_collection_use_pictures_too() {
        record(root.resolve("keep/.assay/nightly/0123"), "../../../../../../.assay/renders/bb/old.png");
        assertThat(store("prune", "--unused", "--collection", "keep", "--yes")).isZero();
        assertThat(said).contains("deleted 1 of 3 pictures");
        assertThat(old).exists();
        assertThat(young).doesNotExist();
        assertThat(store("prune", "--unused", "--collection", "none")).isEqualTo(64);
    }

    @Test
    void a_record_that_cannot_be_read_keeps_every_picture() throws Exception {
        Path broken = Files.createDirectories(root.resolve(".assay/runs/20261128-x"));
        Files.writeString(broken.resolve("run.json"), "{");
        assertThat(store("prune", "--unused", "--yes")).isEqualTo(64);
        assertThat(said).contains("cannot be told");
        assertThat(old).exists();
    }
}
