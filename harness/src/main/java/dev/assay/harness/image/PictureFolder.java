package dev.assay.harness.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The pictures of a folder, not of folders below it, in the order of their names.
 *
 * @param files at least one; known as pictures by their endings
 */
public record PictureFolder(List<Path> files) {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".webp");

    public PictureFolder {
        files = List.copyOf(files);
    }

    /** @throws ImageFileException when there is no picture: a comparison with nothing would find nothing */
    public static PictureFolder of(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(PictureFolder::isPicture).sorted().toList();
            if (files.isEmpty()) {
                throw new ImageFileException(
                        folder + ": expected a folder with pictures (PNG, JPEG, WebP), found none");
            }
            return new PictureFolder(files);
        } catch (IOException e) {
            throw new ImageFileException(folder + ": expected a folder with pictures, which cannot be listed: " + e, e);
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
    }
}
