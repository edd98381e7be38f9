package dev.assay.reports.cli;

import dev.assay.harness.run.RunRecords;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay store}: what runs left on the disk. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        description = "Says how much runs of this folder left on the disk, and prunes it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay store",
            "  assay store prune --unused                    # says what would go",
            "  assay store prune --unused --older-than 30 --yes"
        })
final class StoreCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    FrontDoor door = FrontDoor.here();

    @Override
    public void run() {
        size();
    }

    /** A part of what runs leave. */
    private record Part(String name, String what, int files, long bytes) {}

    @Command(name = "size", mixinStandardHelpOptions = true, description = "How much there is, by kind.")
    void size() {
        PrintWriter out = spec.commandLine().getOut();
        List<Part> parts = new ArrayList<>();
        parts.add(part("renders", "finished pictures; without them they are rendered again"));
        parts.add(part("scores", "scores of pictures; without them they are computed again"));
        parts.add(part("embeddings", "what networks saw in pictures, likewise"));
        parts.add(part("runs", "records: the truth about runs"));
        parts.add(part("report", "pages; assay report makes them again"));
        parts.add(part("card", "their short forms, likewise"));
        out.println(door.folder());
        parts.stream()
                .filter(p -> p.files() > 0)
                .forEach(p -> out.printf(
                        "  %-10s  %9s in %s%n  %10s  %s%n",
                        p.name(), Numbers.bytes(p.bytes()), Numbers.counted(p.files(), "file", "files"), "", p.what()));
        long all = parts.stream().mapToLong(Part::bytes).sum();
        out.printf("  %-10s  %9s%n", "together", Numbers.bytes(all));
        out.flush();
    }

    private Part part(String name, String what) {
        List<Path> files = files(door.folder().resolve(name));
        return new Part(
                name,
                what,
                files.size(),
                files.stream().mapToLong(StoreCommand::bytes).sum());
    }

    @Command(
            name = "prune",
            mixinStandardHelpOptions = true,
            description = {
                "Deletes finished pictures. Without --yes it says what would go, and deletes nothing.",
                "",
                "A picture is in use while the record of a run, here or in a collection's nightlies, names it. One that"
                        + " is gone is rendered again when a run needs it. End other runs first."
            })
    int prune(
            @Option(names = "--unused", description = "Those that no run's record names.") boolean unused,
            @Option(names = "--older-than", paramLabel = "DAYS", description = "Those made before so many days.")
                    Long days,
            @Option(
                            names = "--collection",
                            paramLabel = "DIR",
                            description = "Collections whose nightlies' records count, too.")
                    List<Path> collections,
            @Option(names = "--yes", description = "Deletes them.") boolean yes) {
        if (!unused && days == null) {
            throw wrong("which pictures? --unused, --older-than DAYS, or both");
        }
        if (days != null && days < 0) {
            throw wrong("--older-than: expected 0 days or more, found " + days);
        }
        PrintWriter out = spec.commandLine().getOut();
        Instant before = days == null ? Instant.MAX : Instant.now().minus(Duration.ofDays(days));
        Set<Path> used = unused ? used(collections == null ? List.of() : collections) : Set.of();
        List<Path> all = files(door.folder().resolve("renders")).stream()
                .filter(f -> f.toString().endsWith(".png"))
                .toList();
        List<Path> going = all.stream()
                .filter(f -> !used.contains(f.normalize()) && made(f).isBefore(before))
                .toList();
        long bytes = going.stream().mapToLong(StoreCommand::bytes).sum();
        if (yes) {
            going.forEach(StoreCommand::delete);
        }
        out.println((yes ? "deleted " : "would delete ") + going.size() + " of "
                + Numbers.counted(all.size(), "picture", "pictures") + ", " + Numbers.bytes(bytes)
                + (yes || going.isEmpty() ? "" : "; do it: the same with --yes"));
        out.flush();
        return 0;
    }

    /** @throws ParameterException on a record that cannot be read: what it names is not known, and may not go */
    private Set<Path> used(List<Path> collections) {
        List<Path> records = new ArrayList<>(ReportCommand.runs(door.folder()).stream()
                .map(f -> f.resolve("run.json"))
                .toList());
        for (Path collection : collections) {
            Path nightly = door.root().resolve(collection).resolve(".assay").resolve("nightly");
            if (!Files.isDirectory(nightly)) {
                throw wrong(collection + ": no nightly was here (no folder .assay/nightly)");
            }
            files(nightly).stream().filter(f -> f.endsWith("run.json")).forEach(records::add);
        }
        Set<Path> used = new HashSet<>();
        for (Path record : records) {
            try {
                RunRecords.read(record).renderings().stream()
                        .filter(r -> r.file() != null)
                        .forEach(r -> used.add(record.resolveSibling(r.file()).normalize()));
            } catch (AssayException | InvalidPathException unreadable) {
                throw wrong("which pictures " + record + " names cannot be told ("
                        + Words.line(unreadable.getMessage(), 200) + "); move it away to go on without it");
            }
        }
        return used;
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            return 0;
        }
    }

    private static Instant made(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException gone) {
            return Instant.MAX;
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
