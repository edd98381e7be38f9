package dev.assay.reports.collection;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A gate in a process of its own, to be killed: adds every file of a folder and says so after each. */
final class GateProcess {
    private GateProcess() {}

    /** Arguments: folder of the collection, folder of files. */
    public static void main(String[] arguments) throws Exception {
        CuratedCollection collection = CuratedCollection.in(Path.of(arguments[0]));
        List<Path> files;
        try (Stream<Path> inside = Files.list(Path.of(arguments[1]))) {
            files = inside.sorted().toList();
        }
        say("ready");
        for (Path file : files) {
            CuratedCollection.Result result = collection.admit(Judgements.candidate(file, "PASSED"));
            say((result instanceof CuratedCollection.Result.Added ? "added " : "turned ") + file.getFileName());
        }
        say("done");
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    static Process start(Path collection, Path files) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GateProcess.class.getName(),
                        collection.toString(),
                        files.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
