package dev.assay.reports.collection;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Numbers;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a collection's folder has, compared with its manifest; every file is read to its end.
 *
 * @param missing names in the manifest without a file
 * @param changed names whose file has other bytes than when it was judged, or cannot be read, with what is wrong
 * @param foreign model files that no gate let in
 * @param leftovers what a killed gate left; the next change finishes or cleans it
 */
public record Audit(List<String> missing, List<String> changed, List<String> foreign, List<String> leftovers) {
    /** Endings of files with weights. */
    private static final Pattern MODEL =
            Pattern.compile(".*\\.(safetensors|gguf|ckpt|pt|pth|bin|onnx)", Pattern.CASE_INSENSITIVE);

    public Audit {
        missing = List.copyOf(missing);
        changed = List.copyOf(changed);
        foreign = List.copyOf(foreign);
        leftovers = List.copyOf(leftovers);
    }

    /** Whether every file is there and as it was judged, and no other is. */
    public boolean clean() {
        return missing.isEmpty() && changed.isEmpty() && foreign.isEmpty();
    }

    public static Audit of(CuratedCollection collection) {
        return of(collection, Hashes::sha256);
    }

    /** @param sha256 hashes a file; may remember those that did not change */
    public static Audit of(CuratedCollection collection, Function<Path, String> sha256) {
        Path folder = collection.folder();
        Manifest manifest = collection.manifest();
        List<String> missing = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Entry entry : manifest.files()) {
            known.add(entry.name());
            Path file = folder.resolve(entry.name());
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                missing.add(entry.name());
            } else {
                difference(entry, file, sha256).forEach(changed::add);
            }
        }
        List<String> foreign = new ArrayList<>();
        List<String> leftovers = new ArrayList<>();
        try {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> inside = Files.list(folder)) {
                    inside.map(p -> p.getFileName().toString())
                            .filter(name -> MODEL.matcher(name).matches() && !known.contains(name))
                            .sorted()
                            .forEach(foreign::add);
                }
            }
            Path work = folder.resolve(CuratedCollection.WORK);
            if (Files.exists(work.resolve("intent.json"))) {
                leftovers.add("intent.json");
            }
            if (Files.isDirectory(work.resolve("incoming"))) {
                try (Stream<Path> inside = Files.list(work.resolve("incoming"))) {
                    inside.map(p -> "incoming/" + p.getFileName()).sorted().forEach(leftovers::add);
                }
            }
        } catch (IOException e) {
            throw new CollectionException(folder + ": cannot be listed: " + e, e);
        }
        return new Audit(missing, changed, foreign, leftovers);
    }

    private static List<String> difference(Entry entry, Path file, Function<Path, String> sha256) {
        try {
            if (!Files.isRegularFile(file)) {
                return List.of(entry.name() + ": no regular file");
            }
            String found = sha256.apply(file);
            return found.equals(entry.sha256())
                    ? List.of()
                    : List.of(entry.name() + ": sha256 " + found.substring(0, 12) + ", was judged as "
                            + entry.sha256().substring(0, 12) + " (" + Numbers.bytes(Files.size(file)) + ", was "
                            + Numbers.bytes(entry.bytes()) + ")");
        } catch (IOException | ModelFileException unreadable) {
            return List.of(entry.name() + ": cannot be read: " + Words.line(unreadable.getMessage(), 200));
        }
    }
}
