package dev.assay.reports.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AssayMainTest {
    @TempDir
    Path folder;

    private String said;

    private int run(String... arguments) {
        StringWriter text = new StringWriter();
        CommandLine line = AssayMain.commandLine();
        line.setOut(new PrintWriter(text, true));
        line.setErr(new PrintWriter(text, true));
        int code = line.execute(arguments);
        said = text.toString();
        return code;
    }

    /** Paths of all commands: {@code [collection, list]}. */
    private static List<List<String>> commands(CommandLine line, List<String> above) {
        List<List<String>> all = new ArrayList<>(List.of(above));
        line.getSubcommands().forEach((name, sub) -> {
            if (!name.equals("help")) {
                List<String> path = new ArrayList<>(above);
                path.add(name);
                all.addAll(commands(sub, path));
            }
        });
        return all;
    }

    @Test
    void every_command_has_help() {
        List<List<String>> all = commands(AssayMain.commandLine(), List.of());
        assertThat(all).hasSizeGreaterThanOrEqualTo(10).contains(List.of("collection", "recheck"));
        for (List<String> command : all) {
            List<String> asked = new ArrayList<>(command);
            asked.add("--help");
            assertThat(run(asked.toArray(String[]::new))).as("%s", command).isZero();
            assertThat(said)
                    .startsWith("Usage: assay"
                            + String.join("", command.stream().map(c -> " " + c).toList()));
        }
    }

    @Test
    void wrong_usage_says_what_is_wrong_what_was_meant_and_where_help_is_and_no_more() {
        assertThat(run("inspect", "--jsn", "x")).isEqualTo(64);
        assertThat(said.lines())
                .containsExactly("Unknown option: '--jsn'; did you mean --json?", "help: assay inspect --help");
        assertThat(run("collection", "lst")).isEqualTo(64);
        assertThat(said).contains("'lst'; did you mean list?");
        assertThat(run("modles")).isEqualTo(64);
        assertThat(said).contains("did you mean models?");
        assertThat(run("collection", "show")).isEqualTo(64);
        assertThat(said.lines()).hasSize(2);
    }

    @Test
    void a_collection_that_is_not_there_is_an_error_that_names_the_nearest() throws Exception {
        Files.createDirectories(folder.resolve("keepers"));
        assertThat(run("collection", "list", "-c", folder.resolve("kepers").toString()))
                .isEqualTo(1);
        assertThat(said.strip()).endsWith("kepers: no such folder; did you mean keepers?");
        assertThat(run("collection", "list", "-c", folder.resolve("keepers").toString()))
                .isZero();
        Path file = Files.writeString(folder.resolve("a-file"), "x");
        assertThat(run("collection", "verify", "-c", file.toString())).isEqualTo(1);
        assertThat(said).contains("expected a folder, found a file");
    }
}
