package dev.assay.harness.run;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first thing that a build runs: wrong settings end it before anything is compiled. Names, values and
 * plain files are looked at in any case; all else (suite, policy, servers, weights) by the classes of the build before, where no source is newer than
 * they are, and otherwise by the run itself once it is compiled. It uses the JDK alone, see {@link SettingKeys}.
 */
public final class EarlyCheck {
    /** Below {@code assay.root}: class path of the last build that got to its end, one entry per line. */
    public static final Path CLASS_PATH = Path.of("target", "early", "classpath.txt");

    /** Its static {@code main(Map, Map)} of environment and properties throws on what keeps a run from being judged. */
    static final String WHOLE_CHECK = "dev.assay.reports.Readiness";

    private static final List<String> MODULES = List.of("harness", "metrics", "suites", "reports");
    private static final List<String> JUDGING = List.of("verify", "install", "deploy", "integration-test");

    private EarlyCheck() {}

    /** @throws RuntimeException which says what is wrong; what an earlier run left as its verdict is removed */
    public static void main(String[] arguments) throws IOException {
        Properties properties = System.getProperties();
        try {
            check(
                    System.getenv(),
                    properties.stringPropertyNames().stream()
                            .collect(Collectors.toMap(k -> k, properties::getProperty)));
        } catch (SettingsException wrong) {
            throw BuildEnd.fail(wrong);
        }
    }

    static void check(Map<String, String> environment, Map<String, String> properties) throws IOException {
        Path root = Path.of(properties.getOrDefault("assay.root", "")).toAbsolutePath();
        boolean judges = judges(properties.getOrDefault("assay.build.goals", ""));
        try {
            Map<String, SettingKeys.Given> given = SettingKeys.given(environment, properties);
            for (SettingKey key : SettingKeys.ALL) {
                if (given.containsKey(key.name())) {
                    SettingKeys.require(key, given.get(key.name()));
                }
            }
            if (judges) {
                EarlyFiles.require(root, given);
            }
            if (judges && isFresh(root)) {
                whole(root.resolve(CLASS_PATH), environment, properties);
            }
        } catch (RuntimeException wrong) {
            if (judges) {
                forget(root);
            }
            throw wrong;
        }
    }

    private static boolean judges(String goals) {
        return Stream.of(goals.split("[^a-z-]+")).anyMatch(JUDGING::contains);
    }

    /** Whether the class path of the last build is there and younger than every source. */
    static boolean isFresh(Path root) throws IOException {
        Path classPath = root.resolve(CLASS_PATH);
        if (!Files.isRegularFile(classPath)
                || Files.readAllLines(classPath).stream().anyMatch(e -> Files.notExists(Path.of(e)))) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(classPath);
        for (String module : MODULES) {
            Path sources = root.resolve(module).resolve("src/main");
            if (Files.isDirectory(sources) && hasNewer(sources, made)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasNewer(Path folder, FileTime than) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.getLastModifiedTime(file).compareTo(than) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Of the JDK's classes alone below it: those of the build tool must not take the place of ours. */
    private static void whole(Path classPath, Map<String, String> environment, Map<String, String> properties)
            throws IOException {
        List<URL> urls = Files.readAllLines(classPath).stream()
                .map(entry -> url(Path.of(entry)))
                .toList();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            loader.loadClass(WHOLE_CHECK)
                    .getMethod("main", Map.class, Map.class)
                    .invoke(null, environment, properties);
        } catch (InvocationTargetException wrong) {
            if (wrong.getCause() instanceof Error broken) {
                throw broken;
            }
            throw new SettingsException(String.valueOf(wrong.getCause().getMessage()), wrong.getCause());
        } catch (ReflectiveOperationException otherBuild) {
            // Classes of a version that has no such check: the run will look.
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(path.toString(), e);
        }
    }

    /** An earlier verdict must not pass for that of a build that ended here. */
    private static void forget(Path root) throws IOException {
        Files.deleteIfExists(root.resolve("suites/target/assay/last-run.json"));
        Files.deleteIfExists(root.resolve("reports/target/allure-report/index.html"));
        Path cards = root.resolve("reports/target/card");
        if (Files.isDirectory(cards)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(cards)) {
                for (Path card : all) {
                    if (Files.isRegularFile(card)) {
                        Files.delete(card);
                    }
                }
            }
        }
    }
}
