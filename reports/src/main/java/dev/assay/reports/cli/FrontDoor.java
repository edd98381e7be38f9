package dev.assay.reports.cli;

import dev.assay.harness.run.BuildStep;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Home;
import dev.assay.harness.text.AssayException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Starts what Maven's verify starts: the front door in a process of its own, so that a crash in native code is an answer, too. Everything of
 * a run lies in {@code .assay} of the folder that the user stands in.
 *
 * @param root where the user stands
 * @param home where Assay lies; empty where nobody can tell
 * @param starter of processes
 */
record FrontDoor(Path root, Optional<Home> home, Starter starter) {
    /** Runs a process to its end, and gives its exit code. */
    interface Starter {
        int start(String command, Map<String, String> properties) throws IOException, InterruptedException;
    }

    static final int BROKEN = 3;

    /** Name of the folder of everything that runs leave. */
    static final String FOLDER = ".assay";

    private static final String NETWORKS = "ai/onnxruntime/OrtEnvironment.class"; // what a jar without networks lacks
    private static final long FAREWELL_MILLIS = 3_000;

    static FrontDoor here() {
        Map<String, String> named = Map.of(
                Home.PROPERTY,
                System.getProperty(Home.PROPERTY, ""),
                "assay.root",
                System.getProperty("assay.root", ""));
        Optional<Home> home = Home.find(named, FrontDoor.class);
        return new FrontDoor(
                Path.of(named.get("assay.root")).toAbsolutePath(),
                home,
                (command, properties) -> ended(process(home, command, properties)));
    }

    Path folder() {
        return root.resolve(FOLDER);
    }

    /** Settings of the user, and where everything is. */
    Map<String, String> properties(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(settings);
        all.put(Caller.PROPERTY, "command");
        all.put("assay.root", root.toString());
        all.put("assay.out", folder().toString());
        all.put("assay.reports", folder().toString());
        all.put("assay.build.site", folder().resolve("dashboard").toString());
        home.ifPresent(h -> {
            all.put(Home.PROPERTY, h.folder().toString());
            all.put("assay.microcosm", h.microcosm().toString());
            all.put("assay.allure", h.allure().toString());
        });
        return all;
    }

    /**
     * Runs it to its end.
     *
     * @param command {@code judge} or {@code nightly}
     * @param properties as {@link #properties} gives them
     * @return its exit code; 3 where it crashed, 130 where it was stopped
     */
    int start(String command, Map<String, String> properties) {
        try {
            return starter.start(command, properties);
        } catch (IOException e) {
            throw new AssayException("the process that judges could not be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return BROKEN;
        }
    }

    private static ProcessBuilder process(Optional<Home> home, String command, Map<String, String> properties)
            throws IOException {
        Map<String, String> java = new TreeMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.matches("(https?|socks|java\\.net|javax\\.net)\\..*")) {
                java.put(name, System.getProperty(name));
            }
        }
        ProcessBuilder builder = BuildStep.process(java, classPath(home), BuildStep.FRONT_DOOR, command);
        builder.environment().put(BuildStep.GIVEN, AssayProcess.write(properties));
        builder.command().addAll(1, List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
        return builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private static List<String> classPath(Optional<Home> home) throws IOException {
        if (ClassLoader.getSystemResource(NETWORKS) != null) {
            return List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        }
        Optional<Path> built = home.map(Home::classPath).filter(Files::isRegularFile);
        if (built.isEmpty()) {
            throw new AssayException("this assay.jar has no networks, it inspects only; to judge, take Assay's release"
                    + " (assay-VERSION-OS.zip), or build the checkout once: mvn -q verify");
        }
        return Files.readAllLines(built.get());
    }

    private static int ended(ProcessBuilder builder) throws IOException, InterruptedException {
        System.out.flush();
        Process process = builder.start();
        Thread farewell = new Thread(() -> await(process), "farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        try (OutputStream untilWeEnd = process.getOutputStream()) {
            int code = process.waitFor();
            untilWeEnd.flush();
            return said(code);
        } finally {
            process.destroy();
            try {
                Runtime.getRuntime().removeShutdownHook(farewell);
            } catch (IllegalStateException ending) {
                await(process);
            }
        }
    }

    /** Who was stopped as well has its last words. */
    private static void await(Process process) {
        try {
            if (!process.waitFor(FAREWELL_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException now) {
            process.destroyForcibly();
        }
    }

    private static int said(int code) {
        if (code >= 0 && code <= BROKEN) {
            return code;
        }
        if (code == 130 || code == 143) {
            return code;
        }
        System.out.println("BROKEN: " + BuildStep.crash(code));
        System.out.flush();
        return BROKEN;
    }
}
