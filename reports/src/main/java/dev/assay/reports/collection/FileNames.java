package dev.assay.reports.collection;

import dev.assay.reports.words.Words;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which names a file of a collection may have: those that mean the same file to every system, program and reader. */
final class FileNames {
    /** Room for what Assay and other tools append ({@code .metadata.json}) below the 255 bytes of most file systems. */
    static final int MAX_BYTES = 200;

    private static final Pattern RESERVED =
            Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern SPECIAL = Pattern.compile("[<>:\"/\\\\|?*,]"); // a comma ends a name in assay.lora
    private static final Set<String> OURS = Set.of("collection.json", "collection.yaml", "history.jsonl");

    private FileNames() {}

    /** What is wrong with a name; empty where nothing is. */
    static Optional<String> wrong(String name) {
        if (name == null || name.isBlank()) {
            return Optional.of("a name is missing");
        }
        String shown = "\"" + Words.line(name, 80) + "\"";
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of(shown + ": the name is longer than " + MAX_BYTES + " bytes; shorten it");
        }
        if (!Words.block(name).equals(name) || name.indexOf('\n') >= 0) {
            return Optional.of(shown + ": the name has control characters or such that turn the direction of writing;"
                    + " rename the file");
        }
        if (SPECIAL.matcher(name).find()) {
            return Optional.of(shown + ": the name has one of < > : \" / \\ | ? * , ; rename the file");
        }
        if (name.startsWith(".") || name.endsWith(".") || !name.strip().equals(name)) {
            return Optional.of(shown + ": the name begins or ends with a dot or a space; rename the file");
        }
        if (RESERVED.matcher(name).matches() || OURS.contains(Words.fold(name))) {
            return Optional.of(
                    shown + ": the name is taken by the system or by the collection itself; rename the file");
        }
        return Optional.empty();
    }

    /** Names that some file systems cannot tell apart. */
    static boolean same(String one, String other) {
        return Words.fold(one).equals(Words.fold(other));
    }
}
