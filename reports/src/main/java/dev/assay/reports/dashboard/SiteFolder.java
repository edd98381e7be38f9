package dev.assay.reports.dashboard;

import dev.assay.harness.files.WholeFile;
import dev.assay.harness.text.AssayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The folder that the site lies in. Each file is written whole or not at all; what an earlier site left and this one has not is
 * removed at the end. A folder that is not a site is left alone.
 */
final class SiteFolder {
    private static final String MARK = ".assay-dashboard";
    private static final Set<String> ROOMS = Set.of("models", "suites", "metrics", "runs", "assets");

    private final Path root;
    private final Set<Path> kept = ConcurrentHashMap.newKeySet();

    private SiteFolder(Path root) {
        this.root = root;
    }

    /** @throws AssayException on a folder with something else in it */
    static SiteFolder open(Path root) throws IOException {
        if (Files.exists(root) && !Files.exists(root.resolve(MARK))) {
            try (Stream<Path> files = Files.list(root)) {
                if (files.findAny().isPresent()) {
                    throw new AssayException(root
                            + ": expected an empty folder or an earlier dashboard, found other files; give the"
                            + " dashboard a folder of its own");
                }
            }
        }
        Files.createDirectories(root);
        Files.writeString( // first: a folder with rooms and no mark would be somebody else's
                root.resolve(MARK), "This folder is written by Assay; files in it are replaced and removed.\n");
        for (String room : ROOMS) {
            Files.createDirectories(root.resolve(room));
        }
        return new SiteFolder(root);
    }

    Path path(String file) {
        return root.resolve(file);
    }

    boolean has(String file) {
        return Files.isRegularFile(root.resolve(file));
    }

    /** A file made earlier stays. */
    void keep(String file) {
        kept.add(root.resolve(file));
    }

    void write(String file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    void write(String file, byte[] bytes) throws IOException {
        Path target = root.resolve(file);
        WholeFile.write(target, bytes);
        kept.add(target);
    }

    /** Removes what this site has not, in its own rooms only. */
    void sweep() throws IOException {
        WholeFile.sweep(root, 1);
        for (String room : ROOMS) {
            try (Stream<Path> files = Files.walk(root.resolve(room), 2)) {
                for (Path file : files.filter(f -> !Files.isDirectory(f) && !kept.contains(f))
                        .toList()) {
                    Files.delete(file);
                }
            }
        }
        try (Stream<Path> folders = Files.list(root.resolve("runs"))) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                try (Stream<Path> left = Files.list(folder)) {
                    if (left.findAny().isPresent()) {
                        continue;
                    }
                }
                Files.delete(folder);
            }
        }
    }
}
