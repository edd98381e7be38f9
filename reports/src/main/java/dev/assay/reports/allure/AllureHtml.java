package dev.assay.reports.allure;

import dev.assay.harness.run.ClassArchive;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs Allure's command line as a process of its own: its libraries stay out of ours. */
public final class AllureHtml {
    private static final Pattern SCRIPT = Pattern.compile("<script\\b[^>]*>", Pattern.CASE_INSENSITIVE);
    private static final Pattern END = Pattern.compile("</script>", Pattern.CASE_INSENSITIVE);
    private static final Pattern ANALYTICS = Pattern.compile("googletagmanager\\.com|google-analytics\\.com|gtag\\(");
    private static final int MAX_SNIPPET = 5000; // characters; Allure's own program is longer, and names them too
    private static final int MAX_MINUTES = 10;

    private AllureHtml() {}

    /**
     * Makes one HTML file without any call home.
     *
     * @param commandLine the unpacked distribution, or a folder with it inside
     * @return the file
     * @throws IOException saying what went wrong, with the process's last words
     */
    public static Path generate(Path commandLine, Path results, Path report, String title)
            throws IOException, InterruptedException {
        Path home = home(commandLine);
        Files.createDirectories(report);
        Path log = report.resolveSibling(report.getFileName() + ".log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = home.resolve("lib") + "/*" + File.pathSeparator + home.resolve("lib/config");
        ClassArchive archive = new ClassArchive(home.resolve("lib"));
        ProcessBuilder builder = new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1", // a process of a second or two: what it compiles better it does not live to
                // use
                "-XX:+UseSerialGC",
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
                "-classpath",
                classes,
                "io.qameta.allure.CommandLine",
                "generate",
                "--single-file",
                "--clean",
                "--name",
                title,
                "--output",
                report.toAbsolutePath().toString(),
                results.toAbsolutePath().toString());
        builder.command().addAll(1, archive.options());
        builder.environment().put("ALLURE_NO_ANALYTICS", "true");
        builder.environment().put("APP_HOME", home.toAbsolutePath().toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(MAX_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("Allure's command line was still at work after " + MAX_MINUTES + " minutes");
            }
        } finally {
            process.destroyForcibly();
        }
        archive.keep();
        Path index = report.resolve("index.html");
        if (process.exitValue() != 0 || !Files.isRegularFile(index)) {
            List<String> words = Files.readAllLines(log, StandardCharsets.UTF_8);
            throw new IOException("Allure's command line ended with " + process.exitValue() + ": "
                    + String.join(" / ", words.subList(Math.max(0, words.size() - 3), words.size())));
        }
        String html = Files.readString(index, StandardCharsets.UTF_8);
        String quiet = withoutAnalytics(html);
        if (!quiet.equals(html)) {
            Files.writeString(index, quiet, StandardCharsets.UTF_8);
        }
        return index;
    }

    /** Leaves out script elements that report to an analytics service. */
    static String withoutAnalytics(String html) {
        StringBuilder quiet = new StringBuilder(html.length());
        int kept = 0; // of the page, all before it is done
        Matcher start = SCRIPT.matcher(html);
        Matcher end = END.matcher(html);
        for (int at = 0; start.find(at) && end.find(start.end()); at = end.end()) {
            if (end.end() - start.start() < MAX_SNIPPET
                    && ANALYTICS.matcher(html).region(start.start(), end.end()).find()) {
                quiet.append(html, kept, start.start());
                kept = end.end();
            }
        }
        return quiet.append(html, kept, html.length()).toString();
    }

    private static Path home(Path commandLine) throws IOException {
        if (Files.isDirectory(commandLine.resolve("lib"))) {
            return commandLine;
        }
        if (Files.isDirectory(commandLine)) {
            try (var inside = Files.list(commandLine)) {
                var home = inside.filter(p -> Files.isDirectory(p.resolve("lib")))
                        .sorted()
                        .findFirst();
                if (home.isPresent()) {
                    return home.get();
                }
            }
        }
        throw new IOException("expected Allure's command line in " + commandLine + ", found no folder lib there");
    }
}
