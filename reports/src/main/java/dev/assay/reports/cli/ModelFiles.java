package dev.assay.reports.cli;

import dev.assay.harness.model.ModelHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Finds the model files of a folder. */
public final class ModelFiles {
    public static final List<String> ENDINGS = List.of(".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin");
    private static final String INDEX = ".safetensors.index.json";
    private static final Pattern SHARD = Pattern.compile("(.*)-\\d+-of-\\d+\\.safetensors");
    private static final int MAX_DEPTH = 12;

    private ModelFiles() {}

    /** A folder of models, rather than one model of several files. */
    static boolean isShelf(Path path) {
        return Files.isDirectory(path) && !ModelHeader.isModelFolder(path);
    }

    /** The path itself, or all models below a shelf, in the order of their names; links are followed. */
    public static List<Path> in(Path path) {
        if (!isShelf(path)) {
            return List.of(path);
        }
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(path, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    if (!folder.equals(path) && ModelHeader.isModelFolder(folder)) {
                        found.add(folder);
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isModel(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                /** A link in a circle, or a folder that may not be read: the rest is still of interest. */
                @Override
                public FileVisitResult visitFileFailed(Path file, IOException trouble) {
                    if (isModel(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.sort(null);
        return found;
    }

    private static boolean isModel(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(INDEX)) {
            return true;
        }
        var shard = SHARD.matcher(file.getFileName().toString());
        boolean listed = shard.matches() && Files.exists(file.resolveSibling(shard.group(1) + INDEX));
        return !listed && ENDINGS.stream().anyMatch(name::endsWith);
    }
}
