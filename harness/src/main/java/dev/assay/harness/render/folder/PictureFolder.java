package dev.assay.harness.render.folder;

import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One side of a comparison: every picture below a folder, decoded once so that damage is found before anything is judged.
 *
 * @param role {@code base} or {@code candidate}
 * @param pictures in the order of their names
 * @param unread {@code FILE: reason} of each picture that cannot be used
 * @param conflicts {@code FILE: what} where two sources know different things
 * @param misfits names that a pattern of the user's does not fit
 */
record PictureFolder(
        String role,
        Path folder,
        List<FolderPicture> pictures,
        List<String> unread,
        List<String> conflicts,
        List<String> misfits) {
    private static final Set<String> READ = Set.of("png", "jpg", "jpeg", "jfif", "webp");
    private static final Set<String> NOT_READ =
            Set.of("gif", "bmp", "tif", "tiff", "avif", "heic", "heif", "jxl", "exr", "tga");
    private static final int MAX_FILES = 100_000;
    private static final int MAX_DEPTH = 8;

    /**
     * @param role {@code base} or {@code candidate}, for messages
     * @throws IllegalArgumentException on a folder without pictures, a broken table, a table that names files that are not
     *     there
     */
    static PictureFolder read(String role, Path folder, NamePattern pattern) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("assay." + role + ": expected a folder of pictures, found " + folder
                    + (Files.exists(folder) ? ", a file" : ", which does not exist"));
        }
        PromptTable table = PromptTable.read(folder);
        List<Path> files = files(folder);
        List<Path> wanted = files.stream().filter(f -> READ.contains(ending(f))).toList();
        Map<String, ImageInfo> rows = rows(folder, table, wanted);
        List<Seen> seen = wanted.parallelStream()
                .map(f -> see(folder, f, Optional.ofNullable(rows.get(relative(folder, f))), table.file(), pattern))
                .toList();
        List<FolderPicture> pictures = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        List<String> conflicts = new ArrayList<>();
        List<String> misfits = new ArrayList<>();
        for (Seen s : seen) {
            if (s.picture() == null) {
                unread.add(s.problem());
                continue;
            }
            pictures.add(s.picture());
            conflicts.addAll(s.conflicts());
            if (s.misfit()) {
                misfits.add(s.picture().name());
            }
        }
        files.stream()
                .filter(f -> !Files.exists(f) && !READ.contains(ending(f)))
                .forEach(f -> unread.add(relative(folder, f) + ": is a link that leads nowhere"));
        files.stream()
                .filter(f -> Files.exists(f) && NOT_READ.contains(ending(f)))
                .forEach(f -> unread.add(
                        relative(folder, f) + ": is of a format that is not read; expected PNG, JPEG, WebP"));
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("assay." + role + ": expected PNG, JPEG or WebP pictures in " + folder
                    + ", found " + (unread.isEmpty() ? "none" : "none that can be used: " + Findings.listed(unread)));
        }
        return new PictureFolder(role, folder, pictures, unread, conflicts, misfits);
    }

    /** One file: a picture or a problem. */
    private record Seen(FolderPicture picture, String problem, List<String> conflicts, boolean misfit) {}

    private static Seen see(Path folder, Path file, Optional<ImageInfo> row, String table, NamePattern pattern) {
        String relative = relative(folder, file);
        try {
            if (!Files.exists(file)) {
                throw new ImageFileException("is a link that leads nowhere");
            }
            byte[] bytes = PictureFile.bytes(file);
            PictureFile picture = PictureFile.decode(bytes);
            String repeat = picture.text().getOrDefault("assay:repeat", "0");
            if (!repeat.equals("0")) {
                return new Seen(null, relative + ": is a repeated render, made to measure noise", List.of(), false);
            }
            ImageInfo told = row.orElse(ImageInfo.NOTHING);
            ImageInfo inside = EmbeddedMetadata.read(picture.text());
            Optional<ImageInfo> named = pattern.read(stem(relative));
            List<String> conflicts = new ArrayList<>();
            if (told.contradicts(inside)) {
                conflicts.add(relative + ": " + table + " says " + words(told) + ", the file itself " + words(inside));
            }
            ImageInfo known = told.or(inside);
            if (pattern.given() && named.isPresent() && named.get().contradicts(known)) {
                conflicts.add(relative + ": the name says " + words(named.get()) + ", which is not used; known is "
                        + words(known));
            }
            ImageInfo all = known.or(named.orElse(ImageInfo.NOTHING));
            FolderPicture found = new FolderPicture(
                    file,
                    stem(relative),
                    Hashes.sha256(bytes),
                    bytes.length,
                    picture.image().width(),
                    picture.image().height(),
                    picture.format(),
                    picture.lossy(),
                    all,
                    known.seed() == null && all.seed() != null);
            return new Seen(found, null, conflicts, pattern.given() && named.isEmpty() && !known.isComplete());
        } catch (ImageFileException | OutOfMemoryError e) {
            return new Seen(null, relative + ": " + Trouble.words(e), List.of(), false);
        }
    }

    private static String words(ImageInfo known) {
        return (known.prompt() == null ? "no prompt" : "\"" + Findings.shortened(known.prompt()) + "\"") + " and "
                + (known.seed() == null ? "no seed" : "seed " + known.seed());
    }

    /** The table's rows by the relative path of the file they are about. */
    private static Map<String, ImageInfo> rows(Path folder, PromptTable table, List<Path> files) {
        Map<String, ImageInfo> rows = new HashMap<>();
        Set<String> unused = new TreeSet<>(table.rows().keySet());
        for (Path file : files) {
            String relative = relative(folder, file);
            for (String name : List.of(relative, stem(relative))) {
                if (table.rows().containsKey(name)) {
                    rows.putIfAbsent(relative, table.rows().get(name));
                    unused.remove(name);
                }
            }
        }
        if (!unused.isEmpty()) {
            throw new IllegalArgumentException(
                    folder.resolve(table.file()) + ": expected names of pictures in this folder, found " + unused.size()
                            + " that are not there: " + Findings.listed(List.copyOf(unused)));
        }
        return rows;
    }

    /** Regular files, through links, and links that lead nowhere. */
    private static List<Path> files(Path folder) {
        try (Stream<Path> tree = Files.walk(folder, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = tree.filter(f -> !f.getFileName().toString().startsWith("."))
                    .filter(f -> Files.isRegularFile(f) || !Files.exists(f))
                    .limit(MAX_FILES + 1L)
                    .sorted(Comparator.comparing(f -> relative(folder, f)))
                    .toList();
            if (files.size() > MAX_FILES) {
                throw new IllegalArgumentException(folder + ": expected at most " + MAX_FILES + " files, found more");
            }
            return files;
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(folder + ": cannot be listed: " + Trouble.words(e), e);
        }
    }

    static String relative(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private static String stem(String relative) {
        int dot = relative.lastIndexOf('.');
        return dot > relative.lastIndexOf('/') + 1 ? relative.substring(0, dot) : relative;
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
