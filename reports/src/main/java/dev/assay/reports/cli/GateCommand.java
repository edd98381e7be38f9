package dev.assay.reports.cli;

import static dev.assay.harness.run.SettingKeys.COLLECTION;

import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code assay gate}. */
@Command(
        name = "gate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "assay gate FILE|DIR... --collection DIR [--base MODEL] [OPTION...]",
        description = {
            "Judges files, and adds to the collection those that passed.",
            "",
            "DIR stands for every model file in it and below. Each is a run of its own; one table says at the end what"
                    + " became of them.",
            ""
        },
        exitCodeListHeading = "%nExit codes, of the worst file:%n",
        exitCodeList = {
            "0:passed, and in the collection",
            "1:regressed",
            "2:inconclusive, or passed and refused by the collection's policy",
            "3:broken: the machine, a server or Assay failed",
            "64:the command line or a setting is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay gate style.safetensors --collection keep --base flux1-dev.safetensors",
            "  assay gate downloads --collection keep",
        })
final class GateCommand extends Judging {
    @Parameters(arity = "1..*", paramLabel = "FILE|DIR", description = "LoRA or checkpoint, or a folder of them.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--strength", paramLabel = "S", order = -4, description = "Of every LoRA: 0.6 is FILE@0.6.")
    private Double strength;

    @Override
    Map<String, String> settings() {
        Map<String, String> given = super.settings();
        given.put("assay.build.gate", "true");
        return given;
    }

    @Override
    public Integer call() {
        requireCollection();
        List<String> all = files.stream().flatMap(f -> inside(f).stream()).toList();
        List<Map<String, String>> runs = runs(all, strength);
        return all.size() == 1 && all.equals(files)
                ? door.start("judge", runs.get(0))
                : new Batch(door, spec.commandLine().getOut()).judge(all, runs);
    }

    private void requireCollection() {
        try {
            if (Settings.read(door.root(), environment, door.properties(settings()))
                            .get(COLLECTION)
                    == null) {
                throw wrong("which collection? give --collection DIR, or collection: DIR in assay.yaml; the folder need"
                        + " not exist yet");
            }
        } catch (AssayException unreadable) {
            throw wrong(unreadable.getMessage());
        }
    }

    /** Of a folder of models each one, relative to where the user stands; else the name itself. */
    private List<String> inside(String written) {
        Path path;
        try {
            path = door.root().resolve(written);
        } catch (InvalidPathException noPath) {
            return List.of(written);
        }
        if (!Files.isDirectory(path) || !ModelFiles.isShelf(path)) {
            return List.of(written);
        }
        List<String> found = ModelFiles.in(path).stream()
                .map(file -> path.isAbsolute() && Path.of(written).isAbsolute()
                        ? file.toString()
                        : door.root().relativize(file).toString())
                .toList();
        if (found.isEmpty()) {
            throw wrong(written + ": no model file in this folder or below it (" + String.join(", ", ModelFiles.ENDINGS)
                    + ")");
        }
        return found;
    }
}
