package dev.assay.harness.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The suites on the class path. */
public final class BundledSuites {
    /** The one that is always there. */
    public static final String MICROCOSM = "microcosm";

    private static final String FOLDER = "suites/";
    private static final String ENDING = ".yaml";

    private BundledSuites() {}

    /** Names of all, sorted. */
    public static List<String> names() {
        TreeSet<String> names = new TreeSet<>();
        try {
            // The one that is always there leads to the others: jars need no entries for folders.
            for (URL one : Collections.list(loader().getResources(FOLDER + MICROCOSM + ENDING))) {
                files(one).stream()
                        .filter(f -> f.endsWith(ENDING))
                        .map(f -> f.substring(0, f.length() - ENDING.length()))
                        .forEach(names::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(names);
    }

    /** A suite by its name; empty where none of that name is bundled. */
    public static Optional<LoadedSuite> find(String name) {
        return file(name).map(yaml -> LoadedSuite.parse(name + ENDING, yaml));
    }

    /** What {@link LoadedSuite#sha256} is of a suite. */
    public static Optional<String> sha256(String name) {
        return find(name).map(LoadedSuite::sha256);
    }

    /** The file of a suite; empty where none of that name is bundled, and where it is no name. */
    static Optional<byte[]> file(String name) {
        if (!Checks.isWord(name)) {
            return Optional.empty();
        }
        try (InputStream in = loader().getResourceAsStream(FOLDER + name + ENDING)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }

    private static List<String> files(URL suite) throws IOException {
        if (suite.openConnection() instanceof JarURLConnection jar) {
            jar.setUseCaches(false); // the jar may be built anew while a tool of long life runs
            try (var file = jar.getJarFile()) {
                return file.stream()
                        .map(entry -> entry.getName())
                        .filter(n -> n.startsWith(FOLDER) && n.indexOf('/', FOLDER.length()) < 0)
                        .map(n -> n.substring(FOLDER.length()))
                        .toList();
            }
        }
        try (Stream<Path> all = Files.list(Path.of(URI.create(suite.toString())).getParent())) {
            return new ArrayList<>(all.map(p -> p.getFileName().toString()).toList());
        }
    }
}
