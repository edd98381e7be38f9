package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Names of files in a server's lists. A name is found whole or not at all: another model would be judged. */
final class ServerFiles {
    private static final int SHOWN = 8;

    private ServerFiles() {}

    /** The server's own spelling of a name; {@code \} and {@code /} are the same. */
    static Optional<String> find(String name, List<String> offered) {
        if (offered.contains(name)) {
            return Optional.of(name);
        }
        String wanted = normal(name);
        return offered.stream().filter(o -> normal(o).equals(wanted)).findFirst();
    }

    /** The file of this very name, in whatever folder; empty as well if two folders have one and the root has none. */
    static Optional<String> findByName(String name, List<String> offered) {
        if (offered.contains(name)) {
            return Optional.of(name);
        }
        List<String> found = offered.stream()
                .filter(o -> normal(o).endsWith("/" + normal(name)))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /**
     * Like {@code assay.lora: `x.safetensors` is not on the server; it has: a.safetensors, b.safetensors (12 in all)}.
     *
     * @param offered null where the server did not say
     */
    static String absent(String setting, String name, List<String> offered) {
        if (offered == null) {
            return at(setting) + "`" + PlainText.line(name) + "` is not on the server";
        }
        String list = offered.isEmpty() ? "no such files at all" : some(name, offered);
        String folder = offered.stream()
                .filter(o -> normal(o).endsWith("/" + normal(name)))
                .findFirst()
                .map(o -> "; give it with its folder: " + PlainText.line(o))
                .orElse("");
        return at(setting) + "`" + PlainText.line(name) + "` is not on the server; it has: " + list + folder;
    }

    private static String at(String setting) {
        return setting.isEmpty() ? "" : setting + ": ";
    }

    /** The offered names that are nearest, the best guess first. */
    static String some(String name, List<String> offered) {
        if (offered.isEmpty()) {
            return "none";
        }
        List<String> shown = new ArrayList<>();
        DidYouMean.to(name, offered.size() > 2000 ? offered.subList(0, 2000) : offered)
                .ifPresent(shown::add);
        String start = base(name);
        String prefix = start.substring(0, Math.min(4, start.length()));
        offered.stream()
                .filter(o -> base(o).startsWith(prefix) && !shown.contains(o))
                .limit(SHOWN - shown.size())
                .forEach(shown::add);
        offered.stream()
                .filter(o -> !shown.contains(o))
                .limit(SHOWN - shown.size())
                .forEach(shown::add);
        String names = shown.stream().map(PlainText::line).collect(Collectors.joining(", "));
        return offered.size() > shown.size() ? names + " (" + offered.size() + " in all)" : names;
    }

    private static String base(String name) {
        String normal = normal(name).toLowerCase(Locale.ROOT);
        return normal.substring(normal.lastIndexOf('/') + 1);
    }

    private static String normal(String name) {
        return name.replace('\\', '/');
    }
}
