package dev.assay.reports.nightly;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A nightly in a process of its own, to be killed: with a judge that renders nothing, and the dashboard. */
final class NightlyProcess {
    private NightlyProcess() {}

    /** Arguments: the folder that holds {@code shelf} and {@code site}, the microcosm's folder. */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.awt.headless", "true");
        System.out.println("ready");
        int code = NightlyMain.run(
                Map.of(), settings(Path.of(arguments[0]), arguments[1]), new ForkedJudge(StandInJudge.class.getName()));
        System.out.println("done " + code);
    }

    static Map<String, String> settings(Path root, String microcosm) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("assay.root", root.toString());
        settings.put("assay.microcosm", microcosm);
        settings.put("assay.collection", "shelf");
        settings.put("assay.build.site", root.resolve("site").toString());
        return settings;
    }

    static Process start(Path root, String microcosm) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NightlyProcess.class.getName(),
                        root.toString(),
                        microcosm)
                .redirectErrorStream(true)
                .start();
    }
}
