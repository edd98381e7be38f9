package dev.assay.reports.collection;

import dev.assay.harness.files.LockFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.usage.Beside;
import dev.assay.reports.facts.FileFacts;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A folder of judged files with its manifest. Every change happens under a lock and in an order that may stop after any step:
 * copy, check, write down what is meant, take the name, write the manifest. What a killed gate left is finished or cleaned by
 * the next one. No file of another name or content is ever written over.
 *
 * <pre>
 * collection.json   the manifest                .assay/lock        one gate at a time
 * collection.yaml   the policy, by hand         .assay/incoming/   copies in the making
 * NAME              the files                   .assay/intent.json what is being done
 *                                               .assay/removed/    files that were taken out
 * </pre>
 */
public final class CuratedCollection {
    public static final String MANIFEST = "collection.json";
    public static final String POLICY = "collection.yaml";
    static final String WORK = ".assay";

    private static final int CHUNK = 1 << 20;
    /** Left free on the disk, for manifests and for other programs. */
    private static final long SPARE_BYTES = 64_000_000;

    private final Path folder;
    private final Clock clock;
    private static final long MAX_BESIDE = 8 << 20; // bytes of a file that says how another is used

    private final Function<Path, FileFacts> facts;
    private final Consumer<String> step;

    /** The collection in a folder, which need not exist yet. */
    public static CuratedCollection in(Path folder) {
        return new CuratedCollection(folder, Clock.systemUTC(), FileFacts::read, s -> {});
    }

    /** @param step hears of each step before it is taken; tests stop there */
    CuratedCollection(Path folder, Clock clock, Function<Path, FileFacts> facts, Consumer<String> step) {
        this.folder = folder.toAbsolutePath().normalize();
        this.clock = clock;
        this.facts = facts;
        this.step = step;
        if (Files.exists(this.folder) && !Files.isDirectory(this.folder)) {
            throw new CollectionException(folder + ": expected the folder of a collection, found a file");
        }
    }

    /** What was done about a file. */
    public sealed interface Result {
        /** It is in, under its name; {@code entry.override} tells whether a person let it in. */
        record Added(Entry entry, boolean wasThere) implements Result {}

        /** It is not in; the quarantine list has it. */
        record Rejected(List<String> reasons) implements Result {}
    }

    /** Something half done, to be finished: {@code remove} is null when adding. */
    record Intent(Entry add, String remove, String incoming) {}

    public Path folder() {
        return folder;
    }

    /** As it stands; a reader needs no lock, since the manifest changes as a whole. */
    public Manifest manifest() {
        return ManifestFile.read(folder.resolve(MANIFEST));
    }

    public Policy policy() {
        return Policy.read(folder.resolve(POLICY));
    }

    /** What the policy's author should know; most often nothing. */
    public List<String> notes() {
        return Policy.notes(folder.resolve(POLICY));
    }

    /**
     * Lets a file in, or writes down why not.
     *
     * @throws CollectionException when the collection cannot be changed: no space, no right, a damaged manifest
     */
    public Result admit(Candidate candidate) {
        return locked(() -> {
            Policy policy = policy();
            Manifest manifest = manifest();
            Path fileName = candidate.file().getFileName();
            String given = fileName == null ? "" : fileName.toString();
            String name = manifest.find(given)
                    .filter(e -> e.sha256().equals(candidate.sha256()))
                    .map(Entry::name)
                    .orElse(given);
            if (candidate.sha256() == null || !Files.isRegularFile(candidate.file())) {
                return turn(
                        manifest,
                        candidate,
                        name,
                        List.of(
                                candidate.sha256() == null
                                        ? candidate.unread()
                                        : "expected a single file, found none of this name or a folder; a collection"
                                                + " has files"));
            }
            List<Judged> judged = judged(manifest, name, candidate);
            FileFacts known = facts.apply(candidate.file());
            List<Admission.Objection> objections = Admission.objections(
                    policy,
                    manifest,
                    name,
                    candidate.sha256(),
                    Files.size(candidate.file()),
                    known,
                    judged,
                    candidate.judged(),
                    BundledSuites::sha256);
            boolean mayOverride = candidate.override() != null && policy.override() == Policy.Say.ALLOW;
            boolean stops = objections.stream().anyMatch(o -> o.isFinal() || !mayOverride);
            if (stops) {
                List<String> reasons = new ArrayList<>(
                        objections.stream().map(Admission.Objection::text).toList());
                if (candidate.override() != null) {
                    reasons.add(
                            mayOverride
                                    ? "an override does not help where nothing was judged or the place is taken"
                                    : "overrides are not allowed here (override: refuse)");
                }
                return turn(manifest, candidate, name, reasons);
            }
            Waiver waiver = objections.isEmpty()
                    ? null
                    : new Waiver(
                            candidate.override().who(),
                            candidate.override().why(),
                            now(),
                            objections.stream().map(Admission.Objection::text).toList());
            return add(manifest, candidate, name, judged, known, waiver);
        });
    }

    /** Writes down what a later run found out about a file; nothing happens when it is not in any more. */
    public void note(Entry entry, Judged judged) {
        locked(() -> {
            Manifest manifest = manifest();
            Optional<Entry> now =
                    manifest.find(entry.name()).filter(e -> e.sha256().equals(entry.sha256()));
            if (now.isPresent()) {
                List<Judged> all = new ArrayList<>(now.get().judged());
                all.removeIf(judged::asksTheSameAs);
                all.add(judged);
                write(manifest.with(now.get().withJudged(all)));
            }
            return null;
        });
    }

    /** All that is known of these bytes, with this run in place of one that asked the same. */
    private static List<Judged> judged(Manifest manifest, String name, Candidate candidate) {
        List<Judged> judged = new ArrayList<>();
        manifest.refused(candidate.sha256()).ifPresent(r -> judged.addAll(r.judged()));
        manifest.find(name)
                .filter(e -> e.sha256().equals(candidate.sha256()))
                .ifPresent(e -> judged.addAll(e.judged()));
        judged.removeIf(candidate.judged()::asksTheSameAs);
        judged.add(candidate.judged());
        return judged;
    }

    private Result turn(Manifest manifest, Candidate candidate, String name, List<String> reasons) throws IOException {
        List<Judged> judged =
                candidate.sha256() == null ? List.of(candidate.judged()) : judged(manifest, name, candidate);
        List<String> all = new ArrayList<>(reasons);
        boolean inside = manifest.find(name)
                .filter(e -> e.sha256().equals(candidate.sha256()))
                .isPresent();
        Manifest changed;
        if (inside) {
            all.add("it is in the collection already, and stays until: assay collection remove " + name);
            changed = manifest.with(manifest.find(name).orElseThrow().withJudged(judged));
        } else {
            changed = manifest.with(new Refused(Words.line(name, 255), candidate.sha256(), now(), all, judged));
        }
        write(changed);
        return new Result.Rejected(all);
    }

    private Result add(
            Manifest manifest, Candidate candidate, String name, List<Judged> judged, FileFacts known, Waiver waiver)
            throws IOException {
        Path target = folder.resolve(name);
        boolean inside = manifest.find(name).isPresent();
        if (inside && Files.exists(target) && Hashes.sha256(target).equals(candidate.sha256())) {
            Entry entry = manifest.find(name).orElseThrow();
            Entry updated = entry(candidate, name, entry.bytes(), entry.added(), judged, known, waiver);
            write(manifest.with(updated));
            return new Result.Added(updated, true);
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isRegularFile(target) || !Hashes.sha256(target).equals(candidate.sha256())) {
                return turn(
                        manifest,
                        candidate,
                        name,
                        List.of("the folder has another file of this name; nothing is written over: rename yours, or"
                                + " move that one away"));
            }
            Entry entry =
                    entry(candidate, name, Files.size(target), now(), judged, known, waiver); // it lies here already
            write(manifest.with(entry));
            return new Result.Added(entry, false);
        }
        Path copy = copy(candidate);
        String found = Hashes.sha256(copy);
        if (!found.equals(candidate.sha256())) {
            Files.deleteIfExists(copy);
            return turn(
                    manifest,
                    candidate,
                    name,
                    List.of("the file is not the one that was judged: expected sha256 "
                            + candidate.sha256().substring(0, 12) + ", found " + found.substring(0, 12)
                            + "; it changed, judge it again"));
        }
        bring(candidate.file(), target);
        Entry entry = entry(candidate, name, Files.size(copy), now(), judged, known, waiver);
        intend(new Intent(entry, null, copy.getFileName().toString()));
        step.accept("name");
        WholeFile.placeNew(copy, target);
        write(manifest.with(entry));
        step.accept("done");
        Files.deleteIfExists(work("intent.json"));
        return new Result.Added(entry, false);
    }

    private Entry entry(
            Candidate candidate,
            String name,
            long bytes,
            String added,
            List<Judged> judged,
            FileFacts known,
            Waiver waiver) {
        return new Entry(
                name,
                candidate.sha256(),
                known.weightsSha256(),
                bytes,
                added,
                known.kind(),
                known.family(),
                known.licence(),
                known.triggerWords(),
                candidate.judged().strength(),
                judged,
                waiver);
    }

    /** Copies into the folder's own file system, so that the last step is a change of name. */
    /** What lies beside a file and says how it is used comes with it, or a nightly would ask another question. Nothing is written over. */
    private static void bring(Path file, Path target) throws IOException {
        for (String ending : Beside.ALL) {
            Path source = Beside.of(file, ending);
            Path place = Beside.of(target, ending);
            if (Files.isRegularFile(source)
                    && Files.size(source) <= MAX_BESIDE
                    && !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                WholeFile.write(place, Files.readAllBytes(source));
            }
        }
    }

    private Path copy(Candidate candidate) throws IOException {
        long bytes = Files.size(candidate.file());
        Path incoming = Files.createDirectories(work("incoming"));
        long free = Files.getFileStore(incoming).getUsableSpace();
        if (free < bytes + SPARE_BYTES) {
            throw new CollectionException(folder + ": the disk has " + Numbers.bytes(free) + " left; the file needs "
                    + Numbers.bytes(bytes) + "; make room (assay collection space)");
        }
        Path copy = Files.createFile(incoming.resolve(
                Long.toUnsignedString(ThreadLocalRandom.current().nextLong()) + ".partial"));
        step.accept("copy");
        try (InputStream in = Files.newInputStream(candidate.file());
                FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                ByteBuffer left = ByteBuffer.wrap(chunk, 0, read);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                step.accept("copying");
            }
            out.force(true);
        }
        shareAs(candidate.file(), copy);
        return copy;
    }

    /** Who may read the source may read the copy, as far as the umask lets others. */
    private static void shareAs(Path source, Path copy) throws IOException {
        if (Files.getFileStore(copy).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> both = EnumSet.noneOf(PosixFilePermission.class);
            both.addAll(Files.getPosixFilePermissions(copy));
            both.retainAll(Files.getPosixFilePermissions(source));
            both.add(PosixFilePermission.OWNER_READ);
            both.add(PosixFilePermission.OWNER_WRITE);
            Files.setPosixFilePermissions(copy, both);
        }
    }

    /**
     * Takes a file out: the manifest forgets it, the file goes to {@code .assay/removed}, from where it may be deleted.
     *
     * @return where the file is now; null where it was missing
     */
    public Path remove(String name) {
        return locked(() -> {
            Manifest manifest = manifest();
            Entry entry = manifest.find(name)
                    .orElseThrow(() -> new CollectionException(
                            "no file " + Words.line(name, 100) + " in the collection; there are "
                                    + manifest.files().size() + " others"));
            intend(new Intent(null, entry.name(), null));
            Path removed = takeOut(entry.name());
            write(manifest.without(entry.name()));
            step.accept("done");
            Files.deleteIfExists(work("intent.json"));
            return removed;
        });
    }

    private Path takeOut(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Path removed = Files.createDirectories(work("removed"));
        Path place = removed.resolve(name);
        for (int i = 2; Files.exists(place, LinkOption.NOFOLLOW_LINKS); i++) {
            place = removed.resolve(i + "-" + name);
        }
        step.accept("take out");
        Files.move(file, place);
        WholeFile.syncFolder(folder);
        return place;
    }

    /** Finishes or cleans what a killed gate left; every change begins with it. */
    public void recover() {
        locked(() -> null);
    }

    private void recoverLocked() throws IOException {
        manifest(); // a damaged one must be put right by a person before anything else is touched
        Path intentFile = work("intent.json");
        if (Files.exists(intentFile)) {
            Intent intent = ManifestFile.read(intentFile, Intent.class);
            if (intent.add() != null) {
                finishAdding(intent);
            } else if (intent.remove() != null
                    && FileNames.wrong(intent.remove()).isEmpty()) {
                takeOut(intent.remove());
                Manifest manifest = manifest();
                if (manifest.find(intent.remove()).isPresent()) {
                    write(manifest.without(intent.remove()));
                }
            }
            Files.deleteIfExists(intentFile);
        }
        Path incoming = work("incoming");
        if (Files.isDirectory(incoming)) {
            try (Stream<Path> left = Files.list(incoming)) {
                for (Path partial : left.toList()) {
                    Files.deleteIfExists(partial); // we hold the lock: nobody is making it
                }
            }
        }
        WholeFile.sweep(folder, 2);
    }

    private void finishAdding(Intent intent) throws IOException {
        Entry entry = intent.add();
        Path target = folder.resolve(entry.name());
        Path copy = intent.incoming() == null || !intent.incoming().matches("[0-9]+\\.partial")
                ? null
                : work("incoming").resolve(intent.incoming());
        Manifest manifest = manifest();
        boolean known = manifest.find(entry.name())
                .filter(e -> e.sha256().equals(entry.sha256()))
                .isPresent();
        boolean free = !Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (free && copy != null && Files.exists(copy) && Hashes.sha256(copy).equals(entry.sha256())) {
            WholeFile.placeNew(copy, target);
            free = false;
        }
        if (!known && !free && Hashes.sha256(target).equals(entry.sha256())) {
            write(manifest.with(entry)); // the gate had said yes before it was killed
        }
    }

    private void intend(Intent intent) throws IOException {
        step.accept("intend");
        WholeFile.writeDurably(work("intent.json"), ManifestFile.bytes(intent));
    }

    private void write(Manifest manifest) throws IOException {
        step.accept("manifest");
        WholeFile.writeDurably(folder.resolve(MANIFEST), ManifestFile.bytes(manifest));
    }

    private Path work(String name) {
        return folder.resolve(WORK).resolve(name);
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private interface Change<T> {
        T make() throws IOException;
    }

    private <T> T locked(Change<T> change) {
        try {
            Path work = Files.createDirectories(folder.resolve(WORK));
            Path ignored = work.resolve(".gitignore");
            if (Files.notExists(ignored)) {
                Files.writeString(ignored, "*\n", StandardCharsets.UTF_8);
            }
            LockFile lock = LockFile.take(work.resolve("lock"));
            try {
                recoverLocked();
                return change.make();
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw new CollectionException(folder + ": the collection cannot be changed: " + e, e);
        }
    }
}
