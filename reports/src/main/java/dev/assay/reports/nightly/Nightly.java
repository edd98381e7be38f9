package dev.assay.reports.nightly;

import static dev.assay.harness.run.SettingKeys.CANDIDATE;
import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.INCONCLUSIVE;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.SUITE;

import dev.assay.harness.files.LockFile;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.run.SettingKey;
import dev.assay.harness.run.Settings;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Gate;
import dev.assay.reports.collection.Audit;
import dev.assay.reports.collection.CollectionException;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Judged;
import dev.assay.reports.collection.Manifest;
import dev.assay.reports.collection.Policy;
import dev.assay.reports.collection.RequiredSuite;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Judges the files of a collection whose verdict does not hold any more: new files, changed ones, another base, suite, metric
 * version or setting. A verdict lies in a folder named after everything that decided it; the run record in it is written whole or
 * not at all, so a nightly that is killed goes on where it stopped, and one verdict that is made twice is the same verdict.
 */
final class Nightly {
    private static final Pattern MODEL = Pattern.compile("(?i).*\\.(safetensors|gguf|ckpt)");
    private static final Set<String> JUDGED = Set.of(FileFacts.LORA, FileFacts.CHECKPOINT);
    private static final Set<SettingKey<String>> CANDIDATES = Set.of(LORA, CHECKPOINT, CANDIDATE);

    private final CuratedCollection collection;
    private final Map<String, String> environment;
    private final Map<String, String> properties;
    private final Settings settings;
    private final Runner judge;
    private final Clock clock;
    private final PrintStream out;
    private final Path work;
    private final History history;
    private final HashCache hashes;
    private final UnreportedRuns untold;
    private final String night;

    /**
     * @param properties {@code assay.*} that hold for every judgement
     * @throws CollectionException when the settings name a candidate: the collection has them
     */
    Nightly(
            CuratedCollection collection,
            Map<String, String> environment,
            Map<String, String> properties,
            Settings settings,
            Runner judge,
            Clock clock,
            PrintStream out) {
        this.collection = collection;
        this.environment = new HashMap<>(environment);
        this.properties = Map.copyOf(properties);
        this.settings = settings;
        this.judge = judge;
        this.clock = clock;
        this.out = out;
        this.work = collection.folder().resolve(".assay").resolve("nightly");
        this.history = new History(historyOf(collection));
        this.untold = new UnreportedRuns(collection.folder().resolve(".assay").resolve("untold.txt"));
        this.hashes = new HashCache(collection.folder().resolve(".assay").resolve("hashes.txt"), clock);
        this.night = LocalDate.now(clock.withZone(ZoneOffset.UTC)).toString();
        for (SettingKey<String> key : CANDIDATES) {
            if (settings.isGiven(key)) {
                throw new CollectionException(key.name() + " (" + settings.source(key)
                        + "): the nightly judges what is in the collection; take it out");
            }
        }
    }

    static Path historyOf(CuratedCollection collection) {
        return collection.folder().resolve("history.jsonl");
    }

    /** Judges what must be judged, one file after the other. */
    @SuppressWarnings("try") // the lock is held, not used
    Findings run() throws InterruptedException {
        try {
            Files.createDirectories(work);
            try (LockFile lock = LockFile.attempt(work.resolveSibling("nightly.lock"))
                    .orElseThrow(
                            () -> new CollectionException(collection.folder() + ": another nightly is at work here"))) {
                return locked();
            }
        } catch (IOException e) {
            throw new CollectionException(collection.folder() + ": the nightly cannot write here: " + e, e);
        }
    }

    private Findings locked() throws IOException, InterruptedException {
        collection.recover();
        List<String> trouble = new ArrayList<>();
        Audit audit = Audit.of(collection, hashes::sha256);
        audit.missing().forEach(m -> trouble.add("missing: " + m + " is in the manifest and not in the folder"));
        audit.changed().forEach(c -> trouble.add("changed: " + c));
        History.Content past = history.read();
        past.damages().forEach(d -> out.println("history.jsonl, line " + d.line() + " is left out: " + d.what()));
        Written written = new Written(new HashSet<>(), new HashMap<>());
        Map<String, Outcome> before = new HashMap<>();
        for (RunSummary d : past.digests()) {
            written.add(d.model(), d.suite().name(), d.run());
            if (d.outcome() != Outcome.BROKEN && !untold.has(d)) {
                before.put(d.model() + "\n" + d.suite().name(), d.outcome());
            }
        }
        List<Item> items = items();
        if (items.isEmpty()) {
            trouble.add("nothing to judge: no model file in " + collection.folder());
        }
        List<Findings.Verdict> verdicts = new ArrayList<>();
        int done = 0;
        for (Item item : items) {
            done++;
            for (String suite : suites()) {
                verdicts.add(verdict(item, suite, done + "/" + items.size(), written, before));
            }
            hashes.save();
        }
        untold.clear();
        return new Findings(verdicts, items.stream().map(this::listed).toList(), trouble);
    }

    /**
     * What the history has.
     *
     * @param runs with the file's name: two files may have the same bytes, and then share a verdict
     * @param newest run of each file and suite
     */
    private record Written(Set<String> runs, Map<String, String> newest) {
        void add(String file, String suite, String run) {
            runs.add(file + "\n" + run);
            newest.put(file + "\n" + suite, run);
        }

        boolean has(String file, String run) {
            return runs.contains(file + "\n" + run);
        }

        /** A file may come back to what it was: the older verdict is then the one that holds. */
        boolean isNewest(String file, String suite, String run) {
            return run.equals(newest.get(file + "\n" + suite));
        }
    }

    private Findings.Listed listed(Item item) {
        try {
            return new Findings.Listed(
                    item.name(),
                    item.facts().family(),
                    hashes.sha256(item.file()),
                    Files.size(item.file()),
                    item.facts().triggerWords());
        } catch (IOException | RuntimeException | Error unreadable) {
            return new Findings.Listed(item.name(), item.facts().family(), null, 0, List.of());
        }
    }

    private Findings.Verdict verdict(
            Item item, String suite, String place, Written written, Map<String, Outcome> before)
            throws InterruptedException, IOException {
        long start = System.nanoTime();
        Map<String, String> mine = new TreeMap<>(properties);
        mine.put(item.setting(), item.value());
        if (suite != null) {
            mine.put("assay.suite", suite);
        }
        Session session = Session.read(Session.DEFAULT_SUITE, environment, mine);
        Path folder = null;
        RunRecord run = null;
        String problem = session.problem();
        boolean fresh = false;
        if (problem == null) {
            try {
                folder = work.resolve(key(session));
                run = finished(folder);
                if (run == null) {
                    fresh = true;
                    String trouble = judge.judge(mine, folder);
                    run = read(folder);
                    problem = run != null
                            ? null
                            : trouble != null ? trouble : "the process ended well and left no run record";
                }
                boolean asKeyed =
                        judgedBytes(run).map(hashes.sha256(item.file())::equals).orElse(true)
                                && work.resolve(key(session)).equals(folder);
                if (run != null && !asKeyed) {
                    Files.deleteIfExists(RunRecords.last(folder));
                    run = null;
                    problem = "the file, or another that decides its verdict, changed while it was judged; it is judged"
                            + " again next time";
                }
            } catch (IOException
                    | RuntimeException
                    | LinkageError
                    | VirtualMachineError unreadable) { // one file never ends the night
                problem = Trouble.words(unreadable);
            }
        }
        if (run == null) {
            fresh = true;
            run = BrokenRun.of(item, session.suiteName(), problem, clock.instant());
        }
        Gate gate = Gate.judge(run);
        Outcome was = before.get(item.name() + "\n" + run.suite().name());
        if (!written.isNewest(item.name(), run.suite().name(), run.id())) {
            // Also of a nightly that was killed before it wrote this line, and of a verdict that holds again.
            fresh |= !written.has(item.name(), run.id());
            RunSummary line = digest(run, gate, item, folder);
            untold.add(line);
            history.append(line);
            written.add(item.name(), run.suite().name(), run.id());
            note(item, run, gate);
        }
        out.println("[" + place + "] " + Words.line(item.name(), 100) + " on "
                + Words.line(run.suite().name(), 40) + ": " + gate.outcome()
                + (fresh ? ", judged in " + Numbers.time((System.nanoTime() - start) / 1e9) : ", still holds"));
        return new Findings.Verdict(
                item.name(),
                run.suite().name(),
                gate.outcome(),
                was,
                fresh,
                gate.reasons().isEmpty() ? "" : gate.reasons().get(0),
                accepted(item, gate.outcome()));
    }

    /** SHA-256 of the one file that was judged; empty where the run read none, or knows it by another mark, as a server's. */
    private static Optional<String> judgedBytes(RunRecord run) {
        if (run == null) {
            return Optional.empty();
        }
        List<String> hashes = run.candidate().loras().isEmpty()
                ? run.candidate().files().stream()
                        .map(RunRecord.ModelPart::sha256)
                        .toList()
                : run.candidate().loras().stream()
                        .map(RunRecord.LoraPart::sha256)
                        .toList();
        return hashes.size() == 1
                ? Optional.ofNullable(hashes.get(0)).filter(h -> h.matches("[0-9a-f]{64}"))
                : Optional.empty();
    }

    private String accepted(Item item, Outcome outcome) {
        if (outcome == Outcome.BROKEN || outcome == Outcome.PASSED) {
            return null;
        }
        if (item.entry() != null && item.entry().override() != null) {
            return "by " + item.entry().override().who() + ": "
                    + item.entry().override().why();
        }
        boolean open = outcome == Outcome.INCONCLUSIVE
                && (settings.get(INCONCLUSIVE).equals("allow")
                        || collection.policy().inconclusive() == Policy.Say.ALLOW);
        return open ? "inconclusive is allowed" : null;
    }

    /** The manifest keeps up with what is known of its files. */
    private void note(Item item, RunRecord run, Gate gate) {
        if (item.entry() != null && gate.outcome() != Outcome.BROKEN) {
            collection.note(item.entry(), Judged.of(run, gate.outcome()));
        }
    }

    private RunSummary digest(RunRecord run, Gate gate, Item item, Path folder) {
        String record = null;
        String thumbnail = null;
        if (folder != null && Files.isRegularFile(RunRecords.file(folder, run.id()))) {
            Path kept = RunRecords.file(folder, run.id());
            record = history.pathTo(kept);
            thumbnail = run.renderings().stream()
                    .filter(r -> r.role().equals("candidate"))
                    .map(r -> history.pathTo(kept.resolveSibling(r.file())))
                    .findFirst()
                    .orElse(null);
        }
        return gate.on(RunSummary.of(run, record, thumbnail))
                .inCollection(item.name(), item.facts().family(), night);
    }

    /** A verdict that holds; a BROKEN one does not: what broke may be whole tonight. */
    private static RunRecord finished(Path folder) {
        RunRecord run = read(folder);
        if (run != null && !Gate.judge(run).outcome().equals(Outcome.BROKEN)) {
            return run;
        }
        try {
            Files.deleteIfExists(RunRecords.last(folder)); // so that it is not taken for tonight's
        } catch (IOException e) {
            throw new CollectionException(folder + ": cannot be written: " + e, e);
        }
        return null;
    }

    private static RunRecord read(Path folder) {
        Path file = RunRecords.last(folder);
        try {
            return Files.isRegularFile(file) ? RunRecords.read(file) : null;
        } catch (AssayException damaged) {
            return null;
        }
    }

    private String key(Session session) {
        StringBuilder text = new StringBuilder("assay-nightly/2\n");
        session.deciders(hashes::sha256)
                .forEach((name, value) ->
                        text.append(name).append(' ').append(value).append('\n'));
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 24);
    }

    /** The user's, else those that the policy requires, else the default (null). */
    private List<String> suites() {
        List<String> required = collection.policy().suites().stream()
                .map(RequiredSuite::name)
                .distinct()
                .toList();
        if (settings.get(SUITE) != null) {
            return List.of(settings.get(SUITE));
        }
        List<String> defaults = new ArrayList<>();
        defaults.add(null);
        return required.isEmpty() ? defaults : required;
    }

    /** Every model file in the folder and below, through links, but for what Assay and others hide. */
    private List<Item> items() throws IOException {
        Manifest manifest = collection.manifest();
        Path top = collection.folder();
        List<Item> items = new ArrayList<>();
        Set<FileVisitOption> through = Set.of(FileVisitOption.FOLLOW_LINKS);
        Files.walkFileTree(top, through, Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return !folder.equals(top) && folder.getFileName().toString().startsWith(".")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = top.relativize(file).toString().replace('\\', '/');
                if (MODEL.matcher(name).matches() && Files.isRegularFile(file)) {
                    FileFacts facts = FileFacts.glance(file);
                    if (facts.kind() == null || JUDGED.contains(facts.kind())) {
                        items.add(new Item(name, file, manifest.find(name).orElse(null), facts));
                    } else {
                        out.println(
                                Words.line(name, 100) + ": left out, a " + facts.kind() + " alone makes no picture");
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                return FileVisitResult
                        .CONTINUE; // a link around in a circle; another program's; what the manifest names is audited
            }
        });
        items.sort((a, b) -> a.name().compareTo(b.name()));
        return items;
    }
}
