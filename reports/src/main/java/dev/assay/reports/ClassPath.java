package dev.assay.reports;

import dev.assay.harness.run.EarlyCheck;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The class path that we run from. */
public final class ClassPath {
    private ClassPath() {}

    /** Files and folders, in their order: started by a build, we are not on the class path of the JVM. */
    public static List<String> entries() {
        if (ClassPath.class.getClassLoader() instanceof URLClassLoader loader) {
            return Arrays.stream(loader.getURLs())
                    .map(url -> Path.of(URI.create(url.toString())).toString())
                    .toList();
        }
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /** Written for the next build's {@link EarlyCheck}; without it that looks at less, so trouble is of no consequence. */
    public static void keep(Path root) {
        try {
            Path file = root.resolve(EarlyCheck.CLASS_PATH);
            Files.createDirectories(file.getParent());
            Files.write(
                    file,
                    entries().stream().filter(e -> Files.exists(Path.of(e))).toList());
        } catch (IOException | RuntimeException noMatter) {
            return;
        }
    }
}
