package dev.assay.reports.words;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command that judges the same again.
 *
 * @param words of it, none quoted yet
 */
public record Again(List<String> words) {
    /** Settings that say how a run is shown or kept, not what is judged. */
    private static final Set<String> ASIDE = Set.of("assay.store", "assay.progress", "assay.inconclusive");

    public Again {
        words = List.copyOf(words);
    }

    /**
     * What decides a run: the settings that were given, and what was judged where none says it.
     *
     * @param loras of the candidate, {@code FILE@STRENGTH} each
     */
    public static Map<String, String> settings(Map<String, String> asked, List<String> loras, String suite) {
        Map<String, String> settings = new LinkedHashMap<>();
        new TreeMap<>(asked).forEach((key, value) -> {
            if (key.matches("assay\\.[A-Za-z.]+") && !ASIDE.contains(key)) {
                settings.put(key, value);
            }
        });
        if (!settings.containsKey("assay.lora") && !settings.containsKey("assay.checkpoint") && !loras.isEmpty()) {
            settings.put("assay.lora", String.join(",", loras));
            settings.putIfAbsent("assay.suite", suite);
        }
        return settings;
    }

    /** Of a run. */
    public static Map<String, String> settings(RunRecord run) {
        List<String> loras = run.candidate().loras().stream()
                .map(l -> l.file() + (l.strength() == 1 ? "" : "@" + Words.number(l.strength())))
                .toList();
        return settings(run.asked(), loras, run.suite().name());
    }

    public static Again of(Caller caller, Map<String, String> settings) {
        return caller == Caller.BUILD ? maven(settings) : command(settings);
    }

    /** {@code assay judge FILE --base MODEL}. */
    public static Again command(Map<String, String> settings) {
        List<String> words = new ArrayList<>(List.of("assay", "judge"));
        String file = settings.get("assay.lora");
        boolean alone = file != null && !file.isEmpty() && !file.contains(",") && !file.startsWith("-");
        if (alone) {
            words.add(file);
        }
        settings.forEach((key, value) -> {
            if (!alone || !key.equals("assay.lora")) {
                words.add(Caller.option(key));
                words.add(value);
            }
        });
        return new Again(words);
    }

    /** {@code mvn verify "-Dassay.lora=FILE"}, in a checkout. */
    public static Again maven(Map<String, String> settings) {
        List<String> words = new ArrayList<>(List.of("mvn", "verify"));
        settings.forEach((key, value) -> words.add("-D" + key + "=" + value));
        return new Again(words);
    }

    public Again and(String... more) {
        return new Again(Stream.concat(words.stream(), Stream.of(more)).toList());
    }

    /** In one line, for the shells that read it: POSIX ones alone where PowerShell and cmd.exe would read another. */
    public String line() {
        return everywhere().orElseGet(this::posix);
    }

    /** One line that sh, PowerShell and cmd.exe read alike; empty where there is none. */
    public Optional<String> everywhere() {
        List<Optional<String>> quoted = words.stream().map(Shell::everywhere).toList();
        return quoted.stream().allMatch(Optional::isPresent)
                ? Optional.of(quoted.stream().map(Optional::get).collect(Collectors.joining(" ")))
                : Optional.empty();
    }

    /** For POSIX shells. */
    public String posix() {
        return words.stream().map(Shell::posix).collect(Collectors.joining(" "));
    }

    /** For PowerShell. */
    public String powerShell() {
        return words.stream()
                .map(w -> Shell.everywhere(w).orElseGet(() -> Shell.powerShell(w)))
                .collect(Collectors.joining(" "));
    }
}
