package dev.assay.harness.run;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Map;
import java.util.Optional;

/**
 * Where Assay itself lies, which is not where its user stands: the folder of a release, with {@code lib} and {@code microcosm} in it, or a
 * checkout.
 */
public record Home(Path folder) {
    /** System property that names it. */
    public static final String PROPERTY = "assay.home";

    private static final int MOST_ABOVE = 6; // folders between a class file's root and the top of a checkout

    /** From {@code assay.home}, else above the jar or folder that {@code code} was loaded from; empty where neither is one. */
    public static Optional<Home> find(Map<String, String> properties, Class<?> code) {
        String named = properties.get(PROPERTY);
        if (named != null && !named.isBlank()) {
            return Optional.of(new Home(Path.of(named).toAbsolutePath()));
        }
        CodeSource source = code.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            return above(Path.of(new URI(source.getLocation().toString())));
        } catch (URISyntaxException | IllegalArgumentException | java.nio.file.FileSystemNotFoundException elsewhere) {
            return Optional.empty();
        }
    }

    static Optional<Home> above(Path place) {
        Path folder = place.toAbsolutePath().getParent();
        for (int i = 0; i < MOST_ABOVE && folder != null; i++, folder = folder.getParent()) {
            Home home = new Home(folder);
            if (Files.isDirectory(home.microcosm())) {
                return Optional.of(home);
            }
        }
        return Optional.empty();
    }

    /** Folder of the bundled models. */
    public Path microcosm() {
        return isCheckout() ? folder.resolve("suites").resolve("microcosm") : folder.resolve("microcosm");
    }

    private boolean isCheckout() {
        return Files.isRegularFile(folder.resolve("pom.xml")) && Files.isDirectory(folder.resolve("suites"));
    }

    /** Allure's command line; there need not be one. */
    public Path allure() {
        return isCheckout() ? folder.resolve("reports/target/allure-cli") : folder.resolve("allure");
    }

    /** Class path of the last build of a checkout, one entry per line; there need not be one. */
    public Path classPath() {
        return BuildStep.classPathFile(folder);
    }

    /** Files of the bundled suites, to link to; there need not be any: they are in a jar. */
    public Path suites() {
        return isCheckout() ? folder.resolve(EarlyFiles.BUNDLED_SUITES) : folder.resolve("suites");
    }
}
