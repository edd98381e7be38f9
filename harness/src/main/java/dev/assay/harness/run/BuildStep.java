package dev.assay.harness.run;

import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.SettingsException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The step of a build that judges. It starts the front door in a process of its own: networks and their natives do not belong into a build
 * tool's. That process ends with this one, and its exit code is the build's. It uses the JDK alone, see {@link EarlyCheck}.
 */
public final class BuildStep {
    /** Main class, of the module {@code reports}. */
    public static final String FRONT_DOOR = "dev.assay.reports.cli.AssayProcess";

    /**
     * Environment variable of the front door with more properties of ours. What stands in an argument, a process of Windows may get with
     * other quotes and letters.
     */
    public static final String GIVEN = "_ASSAY_GIVEN";

    /** Below {@code assay.root}: class path of the last build that came to this step, one entry per line. */
    static final String CLASS_PATH = "target/early/classpath";

    /** Properties of a build that its judgement gets, too. */
    private static final Pattern PASSED_ON = Pattern.compile("assay\\..*|(https?|socks|java\\.net|javax\\.net)\\..*");

    private BuildStep() {}

    /** @param command {@code judge} or {@code nightly} */
    public static void main(String[] command) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("assay.root", "")).toAbsolutePath();
        List<String> classPath = classPath(BuildStep.class.getClassLoader());
        keep(root, classPath);
        run(root, command[0], classPath);
    }

    /** Judges, and fails the build where that did not end well; the process of a command line ends here either way. */
    static void run(Path root, String command, List<String> classPath) throws IOException, InterruptedException {
        int code = start(root, command, classPath);
        if (code == 0) {
            return;
        }
        if (code < 0 || code > 3) {
            EarlyCheck.forget(root);
        }
        throw BuildEnd.fail(new SettingsException(words(code)), code);
    }

    private static String words(int code) {
        return switch (code) {
            case 1, 2, 3 -> "not passed; why stands above and in the report";
            case 130, 143 -> "stopped";
            default -> "BROKEN: " + crash(code);
        };
    }

    /** @param code of a process that ended otherwise than it does by itself */
    public static String crash(int code) {
        return "the process that judges "
                + switch (code) {
                    case 134 -> "was aborted";
                    case 137 -> "was killed; was there enough memory?";
                    case 139 -> "crashed in native code";
                    default -> "ended with " + code;
                };
    }

    private static int start(Path root, String command, List<String> classPath)
            throws IOException, InterruptedException {
        Path suites = root.resolve("suites");
        Path target = root.resolve("reports").resolve("target");
        Map<String, String> properties = passedOn(System.getProperties());
        properties.putIfAbsent("assay.out", suites.resolve("target/assay").toString());
        properties.putIfAbsent("assay.microcosm", suites.resolve("microcosm").toString());
        properties.putIfAbsent("assay.reports", target.toString());
        properties.putIfAbsent("assay.build.site", target.resolve("dashboard").toString());
        boolean alone = BuildEnd.isCommandLine();
        ProcessBuilder builder = process(properties, classPath, FRONT_DOOR, command);
        ClassArchive archive = new ClassArchive(classPathFile(root));
        builder.command().addAll(1, archive.options());
        if (alone) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true);
        }
        System.out.flush();
        Process process = builder.start();
        try (OutputStream untilWeEnd = process.getOutputStream()) {
            if (!alone) {
                copy(process.getInputStream(), System.out);
            }
            int code = process.waitFor();
            untilWeEnd.flush();
            archive.keep();
            return code;
        } finally {
            process.destroy();
        }
    }

    /**
     * A JVM that ends when its standard input does, so with this process.
     *
     * @param properties its system properties
     */
    public static ProcessBuilder process(
            Map<String, String> properties, List<String> classPath, String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.awt.headless=true");
        command.add("-Dfile.encoding=UTF-8");
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(program);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", String.join(File.pathSeparator, classPath));
        // Threads of libtorch that wait must sleep: where other programs want the cores, spinning costs a factor of
        // ten.
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
        return builder;
    }

    private static Map<String, String> passedOn(Properties all) {
        Map<String, String> passed = new TreeMap<>();
        for (String name : all.stringPropertyNames()) {
            if (PASSED_ON.matcher(name).matches() && !all.getProperty(name).isBlank()) {
                passed.put(name, all.getProperty(name));
            }
        }
        return passed;
    }

    private static void copy(InputStream said, PrintStream out) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = said.read(buffer); read >= 0; read = said.read(buffer)) {
            out.write(buffer, 0, read);
            out.flush();
        }
    }

    /**
     * Files and folders, in their order: a build tool loads us with a loader of its own. The classes of the last module are those in its
     * jar, which {@code assay.build.jar} names.
     */
    private static List<String> classPath(ClassLoader loader) {
        Path jar = Path.of(System.getProperty("assay.build.jar", "")).toAbsolutePath();
        Path classes = jar.resolveSibling("classes");
        return loader instanceof URLClassLoader ours
                ? Arrays.stream(ours.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())))
                        .map(entry -> entry.equals(classes) && Files.isRegularFile(jar) ? jar : entry)
                        .map(Path::toString)
                        .toList()
                : List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
    }

    /** For the next build, which then need not compile; without it that one compiles, so trouble is of no consequence. */
    private static void keep(Path root, List<String> classPath) {
        try {
            Path file = classPathFile(root);
            Files.createDirectories(file.getParent());
            Files.write(
                    file,
                    classPath.stream().filter(e -> Files.exists(Path.of(e))).toList());
            String started = System.getProperty("assay.build.started", "");
            if (!started.isEmpty()) { // what was changed since then may not be in the classes
                Files.setLastModifiedTime(file, FileTime.from(Instant.parse(started)));
            }
        } catch (IOException | RuntimeException noMatter) {
            System.out.println("[INFO] " + PlainText.of(String.valueOf(noMatter)));
        }
    }

    /** One for each kind of natives. */
    static Path classPathFile(Path root) {
        boolean cuda = System.getProperty("assay.build.cuda", "").equals("true");
        return root.resolve(CLASS_PATH + (cuda ? "-cuda.txt" : ".txt"));
    }
}
