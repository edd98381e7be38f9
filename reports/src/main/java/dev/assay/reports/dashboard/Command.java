package dev.assay.reports.dashboard;

import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The command that runs a judgement again, to be pasted into a shell as it stands. */
final class Command {
    /** Settings that say how a run is shown or kept, not what is judged. */
    private static final Set<String> ASIDE = Set.of("assay.store", "assay.progress", "assay.inconclusive");

    private Command() {}

    static String of(RunSummary run) {
        Map<String, String> settings = new LinkedHashMap<>();
        run.asked().forEach((key, value) -> {
            if (key.matches("assay\\.[A-Za-z.]+") && !ASIDE.contains(key)) {
                settings.put(key, value);
            }
        });
        List<RunSummary.Part> loras =
                run.parts().stream().filter(p -> p.strength() != null).toList();
        if (!settings.containsKey("assay.lora") && !settings.containsKey("assay.checkpoint") && !loras.isEmpty()) {
            settings.put(
                    "assay.lora",
                    loras.stream()
                            .map(p -> p.file() + (p.strength() == 1 ? "" : "@" + p.strength()))
                            .collect(Collectors.joining(",")));
            settings.putIfAbsent("assay.suite", run.suite().name());
        }
        return settings.entrySet().stream()
                .map(e -> quoted("-D" + e.getKey() + "=" + e.getValue()))
                .collect(Collectors.joining(" ", "mvn verify ", ""))
                .strip();
    }

    /** One word of a POSIX shell; what cannot be seen is written as its code, in the {@code $'...'} of bash, zsh and ksh. */
    static String quoted(String word) {
        if (word.matches("[A-Za-z0-9_@%+=:,./-]+")) {
            return word;
        }
        if (Words.line(word, Integer.MAX_VALUE).equals(word)) {
            return "'" + word.replace("'", "'\\''") + "'";
        }
        StringBuilder quoted = new StringBuilder("$'");
        word.codePoints().filter(c -> c != 0).forEach(c -> {
            if (c == '\'' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c >= ' ' && c < 127) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append(String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c));
            }
        });
        return quoted.append('\'').toString();
    }
}
