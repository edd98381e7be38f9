package dev.assay.harness.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Damages files for a long time: {@code FuzzMain SECONDS [FORMAT ...]}, every format that long; see docs/fuzzing.md. */
public final class FuzzMain {
    private FuzzMain() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("assay-fuzz");
        Map<String, Fuzz> all = new LinkedHashMap<>(new Formats(folder).all());
        if (arguments.length == 0
                || !all.keySet().containsAll(List.of(arguments).subList(1, arguments.length))) {
            System.err.println("expected SECONDS [FORMAT ...] of " + all.keySet());
            System.exit(2);
        }
        long seconds = Long.parseLong(arguments[0]);
        boolean good = true;
        for (Map.Entry<String, Fuzz> each : all.entrySet()) {
            if (arguments.length == 1 || List.of(arguments).contains(each.getKey())) {
                long seed = System.nanoTime();
                Fuzz.Result result = each.getValue().seconds(seconds, seed);
                System.out.printf(
                        "%-14s seed %d: %,d read, %,d refused, %d failures%n",
                        each.getKey(),
                        seed,
                        result.read(),
                        result.refused(),
                        result.failures().size());
                result.failures().forEach(System.out::println);
                good &= result.failures().isEmpty();
            }
        }
        System.exit(good ? 0 : 1);
    }
}
