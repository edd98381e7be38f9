package dev.assay.reports.cli;

import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay init}: a first {@code assay.yaml}. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes assay.yaml into this folder: five questions, each with an answer that may be left as it is.",
            "",
            "With an option nothing is asked; where nobody answers, all is left as it is.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  assay init", "  assay init --comfyui http://127.0.0.1:8188 --base flux1-dev.safetensors"})
final class InitCommand implements Callable<Integer> {
    private static final String FILE = "assay.yaml";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--comfyui",
            paramLabel = "URL",
            description = "The server that renders; none: Assay renders itself.")
    private String comfyui;

    @Option(names = "--models", paramLabel = "DIR", description = "ComfyUI's folder of models.")
    private String models;

    @Option(names = "--base", paramLabel = "MODEL", description = "What files are compared with.")
    private String base;

    @Option(names = "--suite", paramLabel = "NAME", description = "Prompts and criteria.")
    private String suite;

    @Option(names = "--collection", paramLabel = "DIR", description = "Folder of the files that passed.")
    private String collection;

    @Option(names = "--force", description = "Overwrites an assay.yaml that is there.")
    private boolean force;

    FrontDoor door = FrontDoor.here();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** A question, and what is written of its answer. */
    private record Entry(String key, String comment, String question, String given) {}

    @Override
    public Integer call() throws IOException {
        Path file = door.root().resolve(FILE);
        if (Files.exists(file) && !force) {
            throw wrong(file + " is there already; edit it, or overwrite it: --force");
        }
        List<Entry> entries = List.of(
                new Entry(
                        "comfyui.url",
                        "the server that renders; without one Assay renders SD 1.5 itself",
                        "ComfyUI's address",
                        comfyui),
                new Entry(
                        "models",
                        "where files are looked into before anything is rendered",
                        "ComfyUI's folder of models",
                        models),
                new Entry(
                        "base",
                        "what files are compared with: a name that the server lists, or a file",
                        "Base model",
                        base),
                new Entry("suite", "prompts and criteria; assay suites lists them", "Suite", suite),
                new Entry(
                        "collection",
                        "folder of the files that passed (assay gate, assay nightly)",
                        "Folder of the collection",
                        collection));
        boolean any = entries.stream().anyMatch(e -> e.given() != null);
        Map<Entry, String> answers = new LinkedHashMap<>();
        for (Entry entry : entries) {
            answers.put(entry, any ? entry.given() : ask(entry));
        }
        String text = yaml(answers);
        requireReadable(text);
        Files.writeString(file, text, StandardCharsets.UTF_8);
        PrintWriter out = spec.commandLine().getOut();
        if (!any) {
            out.println();
        }
        out.println("written: " + file);
        out.println("next: assay doctor, then assay judge FILE");
        out.flush();
        return 0;
    }

    private String ask(Entry entry) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println(entry.comment());
        out.print(entry.question() + ", Enter for none: ");
        out.flush();
        String line = in.readLine();
        return line == null || line.isBlank() ? null : line.strip();
    }

    private static String yaml(Map<Entry, String> answers) {
        List<String> lines = new ArrayList<>();
        lines.add("# Settings of Assay for this folder. All of them: docs/settings.md; assay judge --help.");
        boolean server = false;
        for (Map.Entry<Entry, String> answer : answers.entrySet()) {
            Entry entry = answer.getKey();
            String value = answer.getValue();
            lines.add("");
            lines.add("# " + entry.comment());
            if (entry.key().equals("comfyui.url")) {
                server = value != null;
                lines.add((server ? "" : "# ") + "renderer: comfyui");
                lines.add((server ? "" : "# ") + "comfyui:");
                lines.add((server ? "" : "# ") + "  url: " + (server ? quoted(value) : "http://127.0.0.1:8188"));
            } else {
                lines.add(value == null ? "# " + entry.key() + ":" : entry.key() + ": " + quoted(value));
            }
        }
        lines.add("");
        lines.add("# what `assay judge` without a FILE judges");
        lines.add("# lora: my-style.safetensors@0.8");
        return String.join("\n", lines) + "\n";
    }

    /** As YAML takes it literally, whatever is in it. */
    private static String quoted(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** What the file says is checked as every run checks it. */
    private void requireReadable(String text) {
        try {
            Path trial = Files.createTempDirectory("assay-init");
            try {
                Files.writeString(trial.resolve(FILE), text, StandardCharsets.UTF_8);
                Settings.read(trial, Map.of(), Map.of());
            } finally {
                Files.deleteIfExists(trial.resolve(FILE));
                Files.deleteIfExists(trial);
            }
        } catch (AssayException unreadable) {
            throw wrong(unreadable.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
