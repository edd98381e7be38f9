package dev.assay.harness.run;

import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The first thing that a build runs. Wrong settings (names, values, plain files) end it before anything is compiled. Where nothing is to be
 * compiled, and nothing but a judgement was asked for, it judges at once, and the build ends here. It uses the JDK alone, as does all
 * that it names: a build compiles it by itself, see {@link SettingKeys}.
 */
public final class EarlyCheck {
    private static final List<String> MODULES = List.of("harness", "metrics", "suites", "reports");
    private static final List<String> JUDGING = List.of("verify", "install", "deploy", "integration-test");

    /** Profiles of builds that do more than judge. */
    private static final Set<String> MORE = Set.of("ci", "comfyui", "dist");

    private EarlyCheck() {}

    /** @throws RuntimeException which says what is wrong; what an earlier run left as its verdict is removed */
    public static void main(String[] arguments) throws Exception {
        Properties properties = System.getProperties();
        Path root = root(System.getProperty("assay.root", ""));
        Path sources = root.resolve("harness/src/main/java");
        Path classes = Path.of(URI.create(EarlyCheck.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        if (isStale(classes, sources)) {
            again(classes, sources, arguments);
            return;
        }
        try {
            check(
                    System.getenv(),
                    properties.stringPropertyNames().stream()
                            .collect(Collectors.toMap(k -> k, properties::getProperty)));
        } catch (SettingsException wrong) {
            throw BuildEnd.fail(wrong, 3);
        }
        if (BuildEnd.isCommandLine() && onlyJudges(properties) && isFresh(root)) {
            boolean nightly = properties.getProperty("assay.build.nightly", "").equals("true");
            BuildStep.run(root, nightly ? "nightly" : "judge", Files.readAllLines(BuildStep.classPathFile(root)));
            BuildEnd.succeed();
        }
    }

    static void check(Map<String, String> environment, Map<String, String> properties) throws IOException {
        Path root = root(properties.getOrDefault("assay.root", ""));
        boolean judges = judges(properties.getOrDefault("assay.build.goals", ""));
        try {
            Map<String, SettingKeys.Given> given = SettingKeys.given(environment, properties);
            for (SettingKey<?> key : SettingKeys.ALL) {
                if (given.containsKey(key.name())) {
                    SettingKeys.require(key, given.get(key.name()));
                }
            }
            if (judges) {
                requireJudge(properties);
                EarlyFiles.require(root, given);
            }
        } catch (RuntimeException wrong) {
            if (judges) {
                forget(root);
            }
            throw wrong;
        }
    }

    /** Nothing passes on nothing: a build without the module that judges is green whatever the candidate is. */
    private static void requireJudge(Map<String, String> build) {
        if (words(build.getOrDefault("assay.build.goals", "")).anyMatch("verify"::equals)
                && !build.getOrDefault("assay.build.reactor", "").contains("dev.assay:reports:")) {
            throw new SettingsException(
                    "without the module reports nothing is judged: run mvn verify in Assay's own folder"
                            + " and without -pl, or mvn test for the tests alone");
        }
    }

    private static Path root(String given) {
        return Path.of(given).toAbsolutePath();
    }

    private static boolean judges(String goals) {
        return words(goals).anyMatch(JUDGING::contains);
    }

    private static Stream<String> words(String text) {
        return Stream.of(text.split("[^a-z-]+", -1)).filter(w -> !w.isEmpty());
    }

    /** Whether the command line was {@code mvn verify}, of all modules, and asked for no more. */
    static boolean onlyJudges(Properties build) {
        return build.getProperty("assay.build.goals", "").equals("goals: [verify]")
                && build.getProperty("assay.build.projects", "").equals("projects: [] []")
                && build.getProperty("assay.build.profiles", "").startsWith("profiles: [")
                && words(build.getProperty("assay.build.profiles")).noneMatch(MORE::contains);
    }

    /** Whether the class path of the last build is there and younger than every source. */
    static boolean isFresh(Path root) throws IOException {
        Path classPath = BuildStep.classPathFile(root);
        if (!Files.isRegularFile(classPath)
                || Files.readAllLines(classPath).stream().anyMatch(e -> Files.notExists(Path.of(e)))) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(classPath);
        Sources sources = new Sources(made);
        for (String module : MODULES) {
            if (!sources.newer && Files.isDirectory(root.resolve(module))) {
                Files.walkFileTree(root.resolve(module), sources);
            }
        }
        Path pom = root.resolve("pom.xml");
        return !sources.newer
                && (Files.notExists(pom) || Files.getLastModifiedTime(pom).compareTo(made) <= 0);
    }

    /** Looks for a source, or a folder of sources, that is newer than a build. */
    private static final class Sources extends SimpleFileVisitor<Path> {
        private static final Set<String> OTHERS = Set.of("target", "test", "microcosm");

        private final FileTime than;
        private boolean newer;

        Sources(FileTime than) {
            this.than = than;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (OTHERS.contains(String.valueOf(folder.getFileName()))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            boolean sources = folder.toString().replace('\\', '/').contains("/src/main");
            return sources ? look(attributes) : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return look(attributes);
        }

        private FileVisitResult look(BasicFileAttributes attributes) {
            newer |= attributes.lastModifiedTime().compareTo(than) > 0;
            return newer ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }
    }

    /** Whether a source that a class here was made of has changed since, or is gone. */
    static boolean isStale(Path classes, Path sources) throws IOException {
        if (!Files.isDirectory(classes)) {
            return false;
        }
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path made : all.filter(c -> c.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(made).toString().replaceFirst("(\\$.*)?\\.class$", ".java");
                Path source = sources.resolve(name);
                if (Files.notExists(source)
                        || Files.getLastModifiedTime(source).compareTo(Files.getLastModifiedTime(made)) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Compiles these classes anew, and has the new ones do it all. */
    private static void again(Path classes, Path sources, String[] arguments) throws Exception {
        try (Stream<Path> old = Files.walk(classes)) {
            for (Path file : old.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-nowarn",
                        "-proc:none",
                        "-encoding",
                        "UTF-8",
                        "-d",
                        classes.toString(),
                        "-cp",
                        classes.toString(),
                        "-sourcepath",
                        sources.toString(),
                        sources.resolve(EarlyCheck.class.getName().replace('.', '/') + ".java")
                                .toString());
        if (code != 0) {
            throw new IllegalStateException(EarlyCheck.class.getName() + " does not compile by itself");
        }
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(EarlyCheck.class.getName())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException wrong) {
            if (wrong.getCause() instanceof RuntimeException said) {
                throw said;
            }
            throw wrong;
        }
    }

    /** An earlier verdict must not pass for that of a build that ended here. */
    static void forget(Path root) throws IOException {
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
