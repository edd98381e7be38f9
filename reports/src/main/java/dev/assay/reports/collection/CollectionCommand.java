package dev.assay.reports.collection;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay collection}: looks at a curated collection, and takes files out. Files go in through the gate alone. */
@Command(
        name = "collection",
        mixinStandardHelpOptions = true,
        description = "Looks at a curated collection: list, show, verify, remove, recheck, space.",
        subcommands = {
            CollectionCommand.ListFiles.class,
            CollectionCommand.Show.class,
            CollectionCommand.Verify.class,
            CollectionCommand.Remove.class,
            CollectionCommand.Recheck.class,
            CollectionCommand.SpaceReport.class
        })
public final class CollectionCommand implements Runnable {
    /** Something is wrong with the collection, or the files of it. */
    public static final int WRONG = 1;

    private static final int MAX_BESIDE = 1000;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** What every subcommand has. */
    static final class Common {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        @Option(
                names = {"-c", "--collection"},
                paramLabel = "DIR",
                defaultValue = "${sys:assay.collection:-${env:ASSAY_COLLECTION}}",
                description = "Folder of the collection; else -Dassay.collection or ASSAY_COLLECTION.")
        private Path folder;

        CuratedCollection collection() {
            if (folder == null || folder.toString().isBlank()) {
                throw new CollectionException("which collection? give --collection DIR or set ASSAY_COLLECTION");
            }
            if (!Files.isDirectory(folder)) {
                throw new CollectionException(folder + ": no such folder"
                        + DidYouMean.hint(String.valueOf(folder.getFileName()), beside())
                        + (Files.exists(folder) ? "; expected a folder, found a file" : ""));
            }
            return CuratedCollection.in(folder);
        }

        /** Names of the folders that lie where this one was looked for. */
        private List<String> beside() {
            Path parent = folder.toAbsolutePath().normalize().getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                return List.of();
            }
            try (Stream<Path> all = Files.list(parent)) {
                return all.filter(Files::isDirectory)
                        .map(p -> Words.line(String.valueOf(p.getFileName()), 200))
                        .limit(MAX_BESIDE)
                        .toList();
            } catch (IOException unreadable) {
                return List.of();
            }
        }

        /** @throws CollectionException naming the nearest, where there is none of this name */
        Entry entry(String name) {
            Manifest manifest = collection().manifest();
            return manifest.find(name)
                    .orElseThrow(() -> new CollectionException("no file " + Words.line(name, 100) + " in the collection"
                            + DidYouMean.hint(
                                    name,
                                    manifest.files().stream().map(Entry::name).toList())
                            + "; all of them: assay collection list"));
        }

        /** Runs it; a trouble that a person must put right is one line, not a stack trace. */
        int run(Callable<Integer> work) throws Exception {
            try {
                return work.call();
            } catch (CollectionException | Error trouble) {
                command.commandLine().getErr().println(Words.block(Trouble.words(trouble)));
                return WRONG;
            }
        }

        PrintWriter out() {
            return command.commandLine().getOut();
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Names the files, and with -q those that were refused.")
    static final class ListFiles implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(
                names = {"-q", "--quarantine"},
                description = "The refused files with their reasons instead.")
        private boolean quarantine;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                Manifest manifest = common.collection().manifest();
                if (quarantine) {
                    refused(manifest);
                } else {
                    files(manifest);
                }
                return 0;
            });
        }

        private void files(Manifest manifest) {
            PrintWriter out = common.out();
            for (Entry e : manifest.files()) {
                out.println(Words.line(e.name(), 80) + "  " + Numbers.bytes(e.bytes())
                        + (e.family() == null ? "" : "  " + Words.line(e.family(), 30))
                        + (e.strength() == null ? "" : "  @" + Words.number(e.strength()))
                        + "  " + outcomes(e)
                        + (e.override() == null
                                ? ""
                                : "  let in by " + Words.line(e.override().who(), 60)));
            }
            long bytes = manifest.files().stream().mapToLong(Entry::bytes).sum();
            out.println(count(manifest.files().size()) + ", " + Numbers.bytes(bytes) + "; "
                    + manifest.quarantine().size() + " refused");
        }

        private void refused(Manifest manifest) {
            PrintWriter out = common.out();
            for (Refused r : manifest.quarantine()) {
                out.println(Words.line(r.name(), 80) + "  " + Words.line(r.when(), 30));
                r.reasons().forEach(reason -> out.println("  " + Words.ends(reason, 700)));
            }
            out.println(manifest.quarantine().size() + " refused");
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Tells all about one file.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private Common common;

        @Parameters(paramLabel = "NAME", description = "As the list names it.")
        private String name;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                Entry e = common.entry(name);
                PrintWriter out = common.out();
                out.println(Words.line(e.name(), 200));
                row(out, "sha256", e.sha256());
                row(out, "weights", e.weightsSha256());
                row(out, "size", Numbers.bytes(e.bytes()));
                row(out, "added", e.added());
                row(out, "kind", e.kind());
                row(out, "made for", e.family());
                row(out, "licence", e.licence());
                row(out, "triggers", String.join(", ", e.triggerWords()));
                row(out, "strength", e.strength() == null ? null : Words.number(e.strength()));
                if (e.override() != null) {
                    row(
                            out,
                            "let in by",
                            e.override().who() + ": " + e.override().why());
                    e.override().against().forEach(a -> row(out, "  against", a));
                }
                for (Judged j : e.judged()) {
                    row(
                            out,
                            j.outcome().name(),
                            j.suite() + " " + j.suiteVersion() + " on " + j.base() + ", " + j.when());
                    j.criteria()
                            .forEach(c -> row(
                                    out,
                                    "  " + c.outcome().name(),
                                    c.family().word() + "/" + c.id() + " (metric version " + c.metricVersion() + ")"
                                            + c.because()));
                }
                return 0;
            });
        }

        private static void row(PrintWriter out, String what, String value) {
            if (value != null && !value.isEmpty()) {
                out.printf("  %-14s %s%n", Words.line(what, 20), Words.ends(value, 600));
            }
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Reads every file: missing, changed and foreign ones are wrong.")
    static final class Verify implements Callable<Integer> {
        @Mixin
        private Common common;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                CuratedCollection collection = common.collection();
                Audit audit = Audit.of(collection);
                PrintWriter out = common.out();
                audit.missing().forEach(n -> out.println("missing  " + Words.line(n, 200)));
                audit.changed().forEach(n -> out.println("changed  " + Words.line(n, 300)));
                audit.foreign()
                        .forEach(n -> out.println("foreign  " + Words.line(n, 200)
                                + ": no gate let it in; judge it there, or move it away"));
                audit.leftovers()
                        .forEach(n -> out.println(
                                "leftover " + Words.line(n, 200) + ": the next gate finishes or cleans it"));
                int files = collection.manifest().files().size();
                out.println(count(files) + " in the manifest: "
                        + (audit.clean()
                                ? "all are there, as they were judged"
                                : audit.missing().size() + " missing, "
                                        + audit.changed().size() + " changed, "
                                        + audit.foreign().size() + " foreign"));
                return audit.clean() ? 0 : WRONG;
            });
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a file out; it goes to .assay/removed in the collection's folder, to be deleted by you.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        private Common common;

        @Parameters(paramLabel = "NAME", description = "As the list names it.")
        private String name;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                Path now = common.collection().remove(common.entry(name).name());
                common.out()
                        .println(Words.line(name, 200) + ": "
                                + (now == null ? "was missing; the manifest forgot it" : "is now " + now));
                return 0;
            });
        }
    }

    @Command(
            name = "recheck",
            mixinStandardHelpOptions = true,
            description =
                    "Names the files that a new version of a suite or a metric makes stale, and how to judge them.")
    static final class Recheck implements Callable<Integer> {
        @Mixin
        private Common common;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                CuratedCollection collection = common.collection();
                List<Stale.Finding> stale = Stale.now(collection, Path.of(System.getProperty("assay.root", "")))
                        .of(collection.manifest(), collection.policy());
                PrintWriter out = common.out();
                collection.notes().forEach(out::println);
                for (Stale.Finding f : stale) {
                    out.println(Words.line(f.entry().name(), 200));
                    f.reasons().forEach(r -> out.println("  " + r));
                }
                out.println(stale.size() + " of "
                        + count(collection.manifest().files().size()) + (stale.size() == 1 ? " is stale" : " are stale")
                        + (stale.isEmpty()
                                ? ""
                                : "; judge them again: mvn verify -Pnightly -Dassay.collection="
                                        + collection.folder()));
                return stale.isEmpty() ? 0 : WRONG;
            });
        }
    }

    @Command(
            name = "space",
            mixinStandardHelpOptions = true,
            description = "Tells what lies on the disk, what of it can go, and why.")
    static final class SpaceReport implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(
                names = "--store",
                paramLabel = "DIR",
                defaultValue = "${sys:assay.store:-.assay/renders}",
                description = "Folder of finished pictures; ${DEFAULT-VALUE} if not given.")
        private Path store;

        @Override
        public Integer call() throws Exception {
            return common.run(() -> {
                List<Space.Row> rows = Space.of(common.collection(), store);
                Space.lines(rows).forEach(common.out()::println);
                long go = rows.stream()
                        .filter(Space.Row::discard)
                        .mapToLong(Space.Row::bytes)
                        .sum();
                common.out().println(Numbers.bytes(go) + " can go; nothing was deleted");
                return 0;
            });
        }
    }

    private static String outcomes(Entry e) {
        return String.join(
                ", ",
                e.judged().stream()
                        .map(j -> Words.line(j.suite(), 30) + " " + j.outcome())
                        .toList());
    }

    private static String count(int files) {
        return Numbers.counted(files, "file", "files");
    }
}
