package dev.assay.harness.model.hub;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Weights among the files of a ComfyUI: its model folders, and the folder in which the node pack controlnet_aux keeps what it fetches.
 *
 * @param models the folder with {@code checkpoints}, {@code clip_vision} and so on
 */
record ComfyModelFolders(Path models) {
    private static final String AUX = "custom_nodes/comfyui_controlnet_aux/ckpts";
    private static final int DEEPEST = 6; // folders below a shelf
    private static final Set<String> ENDINGS = Set.of("safetensors", "pth", "pt", "bin", "onnx", "ckpt");
    private static final double SIZE_TOLERANCE = 0.01; // of sizes in the table that are rounded

    /** {@code FOLDER/NAME} below the models; empty where there is nothing. */
    Optional<Path> at(String name) {
        Path top = models.toAbsolutePath().normalize();
        Path path = top.resolve(name).normalize();
        if (!path.startsWith(top) || path.equals(top)) {
            throw new ModelFileException("comfyui:" + name + ": expected FOLDER/NAME in " + models);
        }
        return Files.exists(path) ? Optional.of(path) : Optional.empty();
    }

    /**
     * A file of this name in any of the folders.
     *
     * @throws ModelFileException when there are different files of this name
     */
    Optional<Path> named(String name) {
        List<Path> found = find((path, bytes) -> path.getFileName().toString().equalsIgnoreCase(name));
        for (int i = 1; i < found.size(); i++) {
            if (!same(found.get(0), found.get(i))) {
                throw new ModelFileException(name + ": there are different files of this name, " + found.get(0)
                        + " and " + found.get(i) + "; name one as comfyui:FOLDER/NAME or with its path");
            }
        }
        return found.stream().findFirst();
    }

    /** A file with these bytes, whatever its name; only those of about its size are read. */
    Optional<Path> hashed(KnownWeights.File file) {
        if (file.sha256() == null || file.bytes() == 0) {
            return Optional.empty();
        }
        return find((path, bytes) -> Math.abs(bytes - file.bytes()) <= SIZE_TOLERANCE * file.bytes()).stream()
                .filter(p -> Hashes.sha256(p).equals(file.sha256()))
                .findFirst();
    }

    private List<Path> find(BiPredicate<Path, Long> is) {
        List<Path> found = new ArrayList<>();
        Path beside = models.toAbsolutePath().normalize().resolveSibling(AUX);
        for (Path shelf : List.of(models, beside)) {
            if (Files.isDirectory(shelf)) {
                try {
                    Files.walkFileTree(
                            shelf,
                            EnumSet.of(java.nio.file.FileVisitOption.FOLLOW_LINKS),
                            DEEPEST,
                            new SimpleFileVisitor<>() {
                                @Override
                                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                                    if (attributes.isRegularFile()
                                            && isWeights(file)
                                            && is.test(file, attributes.size())) {
                                        found.add(file);
                                    }
                                    return FileVisitResult.CONTINUE;
                                }

                                @Override
                                public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                                    return FileVisitResult.CONTINUE; // not ours; what is missing is said
                                }
                            });
                } catch (IOException e) {
                    throw new ModelFileException(shelf, "cannot be searched: " + e, e);
                }
            }
        }
        found.sort(null);
        return found;
    }

    private static boolean isWeights(Path file) {
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static boolean same(Path a, Path b) {
        try {
            return Files.mismatch(a, b) < 0;
        } catch (IOException e) {
            throw new ModelFileException(b, "cannot be read: " + e, e);
        }
    }
}
