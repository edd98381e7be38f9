package dev.assay.harness.run;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a command line names are there: as much of it as can be told before anything is compiled, with the JDK alone.
 * What may be a name of a bundle, a server or a library of models is left to the run, which knows them.
 */
public final class EarlyFiles {
    /** Their files in a checkout, below its root. */
    public static final Path BUNDLED_SUITES = Path.of("suites", "src", "main", "resources", "suites");

    private static final List<String> MODELS =
            List.of(SettingKeys.LORA.name(), SettingKeys.CHECKPOINT.name(), SettingKeys.BASE.name());
    private static final Pattern STRENGTH = Pattern.compile("@[^@/\\\\]*$");
    private static final Pattern BUNDLE_OR_LIST = Pattern.compile("(?s)[a-z][a-z0-9-]+:(?![/\\\\]).*|.*[,\"'].*");

    /** Without a quote or bracket, but for one pair around plain text and those of a comment. */
    private static final Pattern ONE_LINE = Pattern.compile(
            "[^\"'{\\[#]*(?:\"[^\"\\\\]*\"|'[^']*'|\\[[^]\\[{}\"'#]*]|\\{[^]\\[{}\"'#]*})?\\s*(?:#.*)?");

    private static final Pattern NAME = Pattern.compile("([A-Za-z][A-Za-z0-9._-]*)[ \\t]*:(?:[ \\t].*)?");
    private static final int MAX_BYTES = 1 << 20; // far beyond what settings need

    private EarlyFiles() {}

    /** @throws SettingsException on a name in the file of settings that is none, a suite that is neither bundled nor a file, and on a model's file that is not there */
    static void require(Path root, Map<String, SettingKeys.Given> given) throws IOException {
        names(root.resolve(SettingKeys.FILE));
        SettingKeys.Given suite = given.get(SettingKeys.SUITE.name());
        if (suite != null) {
            suite(root, suite);
        }
        if (namesFiles(root, given)) {
            for (String key : MODELS) {
                SettingKeys.Given model = given.get(key);
                if (model != null && !BUNDLE_OR_LIST.matcher(model.value()).matches()) {
                    model(root, key, model);
                }
            }
        }
    }

    /** Of settings at the start of a line, up to the first quote or bracket that another line may close: the run reads all of it. */
    private static void names(Path file) throws IOException {
        if (!Files.isReadable(file) || !Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            return;
        }
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            if (!ONE_LINE.matcher(line).matches()) {
                return;
            }
            Matcher name = NAME.matcher(line);
            if (name.matches() && !SettingKeys.isGroup(name.group(1))) {
                SettingKeys.ofFile(name.group(1));
            }
        }
    }

    /** Whether a model can be nothing but a file below the root: no server, no library, no file of settings that may name one. */
    private static boolean namesFiles(Path root, Map<String, SettingKeys.Given> given) {
        SettingKeys.Given renderer = given.get(SettingKeys.RENDERER.name());
        return (renderer == null || renderer.value().equals("local"))
                && !given.containsKey(SettingKeys.MODELS.name())
                && Files.notExists(root.resolve(SettingKeys.FILE));
    }

    private static void suite(Path root, SettingKeys.Given given) throws IOException {
        Path folder = root.resolve(BUNDLED_SUITES);
        if (exists(root, given.value()) || !Files.isDirectory(folder)) {
            return;
        }
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".yaml"))
                    .map(n -> n.substring(0, n.length() - ".yaml".length()))
                    .sorted()
                    .toList();
        }
        if (!names.contains(given.value())) {
            throw new SettingsException("assay.suite (" + given.source() + "): expected the name of a bundled suite ("
                    + String.join(", ", names) + ") or a file, found " + given.value() + "; no such file in " + root
                    + DidYouMean.hint(given.value(), names));
        }
    }

    private static void model(Path root, String key, SettingKeys.Given given) {
        String name = given.value();
        if (!exists(root, name) && !exists(root, STRENGTH.matcher(name).replaceFirst(""))) {
            throw new SettingsException(key + " (" + given.source() + "): " + name + ": no such file in " + root
                    + "; check the path. What ComfyUI has is found with -Dassay.renderer=comfyui or"
                    + " -Dassay.models=DIR");
        }
    }

    private static boolean exists(Path root, String name) {
        try {
            return Files.exists(root.resolve(name));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }
}
