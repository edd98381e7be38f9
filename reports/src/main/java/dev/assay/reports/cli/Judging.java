package dev.assay.reports.cli;

import static dev.assay.harness.run.SettingKeys.BASE;
import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.COMFYUI_URL;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.MODELS;
import static dev.assay.harness.run.SettingKeys.RENDERER;
import static dev.assay.harness.run.SettingKeys.SEED_OFFSET;
import static dev.assay.harness.run.SettingKeys.UNAVAILABLE;

import dev.assay.harness.model.ModelReference;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Session;
import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import dev.assay.reports.words.Words;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that judge have in common: every setting is an option, and each file is judged in a run of its own. */
abstract class Judging implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(
            names = "--comfyui",
            paramLabel = "URL",
            order = -3,
            description = "Renders on this ComfyUI server: --renderer comfyui --comfyui-url URL.")
    private String comfyui;

    @Option(
            names = "--without-weights",
            order = -2,
            description = "Judges what it can where weights of metrics are missing: --unavailable allow.")
    private boolean withoutWeights;

    @Option(names = "--again", order = -1, description = "Judges anew what was judged before under the same question.")
    private boolean again;

    FrontDoor door = FrontDoor.here();
    Map<String, String> environment = System.getenv();

    /** Settings as the command line gives them, by key, without the candidate. */
    Map<String, String> settings() {
        Map<String, String> given = SettingOptions.given(spec);
        if (comfyui != null) {
            alias(given, "--comfyui", RENDERER.name(), "comfyui");
            alias(given, "--comfyui", COMFYUI_URL.name(), comfyui);
        }
        if (withoutWeights) {
            alias(given, "--without-weights", UNAVAILABLE.name(), "allow");
        }
        if (again) {
            given.put("assay.build.again", "true");
        }
        return given;
    }

    private void alias(Map<String, String> given, String option, String key, String value) {
        String other = given.putIfAbsent(key, value);
        if (other != null && !other.equals(value)) {
            throw wrong(option + " says " + value + ", and " + Caller.option(key) + " says " + other
                    + "; give one of them");
        }
    }

    ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /**
     * One set of properties for each file, all of which can be read as far as can be told without a picture.
     *
     * @param files as they were written; none for what {@code assay.yaml} says
     * @throws ParameterException which says what is wrong, of the first that is
     */
    List<Map<String, String>> runs(List<String> files, Double strength) {
        Map<String, String> given = settings();
        List<Map<String, String>> runs = new ArrayList<>();
        if (files.isEmpty()) {
            requireCandidate(given, strength);
            runs.add(door.properties(given));
        }
        for (String file : files) {
            Map<String, String> mine = new TreeMap<>(given);
            CandidateFile candidate = candidate(models(given), file, strength);
            String other = mine.put(candidate.key(), candidate.value());
            if (other != null) {
                throw wrong(
                        Caller.option(candidate.key()) + " " + other + " and " + file + ": which of them? give one");
            }
            mine.put("assay.build.candidate", "given");
            runs.add(door.properties(mine));
        }
        runs.forEach(this::require);
        return runs;
    }

    private ModelReference models(Map<String, String> given) {
        return new ModelReference(
                door.root(),
                door.home().map(h -> Map.of("microcosm", h.microcosm())).orElse(Map.of()),
                Optional.ofNullable(given.get(MODELS.name()))
                        .map(door.root()::resolve)
                        .filter(Files::isDirectory),
                false);
    }

    private CandidateFile candidate(ModelReference models, String file, Double strength) {
        try {
            return CandidateFile.of(models, file, strength);
        } catch (AssayException unclear) {
            throw wrong(unclear.getMessage());
        }
    }

    private void requireCandidate(Map<String, String> given, Double strength) {
        if (strength != null) {
            throw wrong("--strength is that of FILE, and none is given; write --lora NAME@" + strength);
        }
        Settings settings;
        try {
            settings = Settings.read(door.root(), environment, door.properties(given));
        } catch (AssayException unreadable) {
            throw wrong(unreadable.getMessage());
        }
        boolean named = settings.get(LORA) != null
                || settings.get(CHECKPOINT) != null
                || !settings.get(RENDERER).equals("local")
                || settings.get(SEED_OFFSET) != 0;
        if (!named) {
            throw wrong("which file? " + spec.qualifiedName() + " FILE"
                    + (settings.get(BASE) == null ? " --base MODEL" : "")
                    + "; to see it work on a small bundled model: assay demo");
        }
    }

    /** Whatever is wrong with the settings, the suite or the plain files, before anything is started. */
    private void require(Map<String, String> properties) {
        String problem =
                Session.read(Session.DEFAULT_SUITE, environment, properties).problem();
        if (problem != null) {
            throw wrong(Words.block(problem));
        }
    }
}
