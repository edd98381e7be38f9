package dev.assay.harness.model.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files that a network takes from a folder, small ones first. {@code name?} may be missing; of {@code a|b+c} either {@code a} or both
 * {@code b} and {@code c} are there. Pickles are in no layout: who wants one names the file.
 */
public record FolderLayout(List<String> files) {
    public FolderLayout {
        files = List.copyOf(files);
    }

    public static FolderLayout of(String... files) {
        return new FolderLayout(List.of(files));
    }

    /** The files of this layout in a folder, in its order; none where one that may not be missing is. */
    public List<Path> in(Path folder) {
        Predicate<String> has = f -> Files.isRegularFile(folder.resolve(f));
        return missing(has).isEmpty()
                ? present(has).stream().map(folder::resolve).toList()
                : List.of();
    }

    /** What is missing, in words; empty where nothing is. */
    List<String> missing(Predicate<String> has) {
        return files.stream()
                .filter(f -> !isOptional(f))
                .filter(f -> alternatives(f).stream().noneMatch(a -> a.stream().allMatch(has)))
                .map(f -> f.replace("|", " or ").replace("+", " and "))
                .toList();
    }

    /** Whether it takes these weights: it names their files. */
    boolean holds(KnownWeights weights) {
        return weights.files().stream()
                .allMatch(known -> files.stream()
                        .flatMap(f -> alternatives(f).stream())
                        .flatMap(List::stream)
                        .anyMatch(f -> f.equals(known.name()) || f.endsWith("/" + known.name())));
    }

    /** The files of this layout that are there. */
    List<String> present(Predicate<String> has) {
        return files.stream()
                .flatMap(f -> alternatives(f).stream())
                .flatMap(List::stream)
                .filter(has)
                .toList();
    }

    /** The files to take from a place that has more than these: of alternatives the first that is whole. */
    List<String> wanted(Predicate<String> has) {
        List<String> wanted = new ArrayList<>();
        for (String file : files) {
            alternatives(file).stream()
                    .filter(a -> a.stream().allMatch(has))
                    .findFirst()
                    .ifPresent(wanted::addAll);
        }
        return wanted;
    }

    private static boolean isOptional(String file) {
        return file.endsWith("?");
    }

    private static List<List<String>> alternatives(String file) {
        String names = isOptional(file) ? file.substring(0, file.length() - 1) : file;
        return Stream.of(names.split("\\|")).map(a -> List.of(a.split("\\+"))).toList();
    }
}
