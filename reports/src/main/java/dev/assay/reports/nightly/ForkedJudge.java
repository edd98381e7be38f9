package dev.assay.reports.nightly;

import dev.assay.harness.run.BuildStep;
import dev.assay.harness.text.PlainText;
import dev.assay.reports.words.Words;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A process per judgement. A crash in native code, a lack of memory or a hang costs one file's verdict and not the night; no
 * memory is carried from one model to the next. The price is a start of the JVM and of the libraries, and that the base is
 * hashed and loaded again: seconds, where the pictures take minutes. Finished pictures are shared through the store.
 */
final class ForkedJudge implements Runner {
    private static final long MAX_HOURS = 12;
    private static final int TAIL = 3; // lines of the log that are shown
    private static final long TELL = 30; // seconds between two lines on how far a judgement is

    private final String program;

    ForkedJudge() {
        this(BuildStep.FRONT_DOOR);
    }

    /** @param program whose {@code main} judges what the settings name */
    ForkedJudge(String program) {
        this.program = program;
    }

    @Override
    public String judge(Map<String, String> settings, Path out) throws InterruptedException {
        Path log = out.resolve("log.txt");
        try {
            Files.createDirectories(out);
            Map<String, String> properties = new TreeMap<>(settings);
            properties.put("assay.out", out.toString());
            List<String> classPath =
                    List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
            ProcessBuilder builder = BuildStep.process(properties, classPath, program, "evaluate");
            builder.environment().keySet().removeIf(k -> k.equals("ASSAY_LORA") || k.equals("ASSAY_CHECKPOINT"));
            builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", BuildStep.GIVEN));
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try (OutputStream untilWeEnd = process.getOutputStream()) {
                if (!ends(process, log)) {
                    return "was still at work after " + MAX_HOURS + " hours";
                }
                untilWeEnd.flush();
            } finally {
                process.destroyForcibly();
            }
            int code = process.exitValue();
            return code == 0 ? null : "the process ended with " + code + signal(code) + ": " + tail(log);
        } catch (IOException e) {
            return "the process could not be started: " + Words.line(e.toString(), 300);
        }
    }

    /** Waits, and tells how far it is. */
    private static boolean ends(Process process, Path log) throws InterruptedException {
        String told = "";
        for (long i = 0; i < TimeUnit.HOURS.toSeconds(MAX_HOURS); i += TELL) {
            if (process.waitFor(TELL, TimeUnit.SECONDS)) {
                return true;
            }
            String last = tail(log, 1);
            if (!last.equals(told)) {
                PlainText.out(false).println("  " + last);
                told = last;
            }
        }
        return false;
    }

    private static String signal(int code) {
        return switch (code) {
            case 134 -> " (aborted)";
            case 137 -> " (killed; out of memory?)";
            case 139 -> " (crashed in native code)";
            default -> "";
        };
    }

    private static String tail(Path log) {
        return tail(log, TAIL);
    }

    private static String tail(Path log, int last) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                    .filter(l -> !l.isBlank())
                    .toList();
            return Words.line(String.join(" / ", lines.subList(Math.max(0, lines.size() - last), lines.size())), 400);
        } catch (IOException | UncheckedIOException unreadable) {
            return "no log";
        }
    }
}
