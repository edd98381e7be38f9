package dev.assay.harness.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that appear under their name whole or not at all, with the mode that the umask gives: others may read what this user
 * lets others read. Until then they are hidden neighbours that end in {@code .partial}; what dead processes left of them is
 * {@linkplain #sweep swept}.
 */
public final class WholeFile {
    private static final Pattern OURS = Pattern.compile("\\.assay-([0-9a-f]+)-([0-9]+)-([0-9]+)-[0-9]+\\.partial");
    /** Names of earlier versions. */
    private static final Pattern EARLIER =
            Pattern.compile("(?:[0-9a-f]{8}|answer|\\.card|(?:last-)?run\\.json)[0-9]{5,}\\.partial");

    private static final Duration OLD = Duration.ofHours(24); // no writer of ours pauses so long
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final String PLACE = place();
    private static final String OWN =
            "%s-%d-%d".formatted(PLACE, ProcessHandle.current().pid(), started(ProcessHandle.current()));

    private WholeFile() {}

    /** Puts bytes in the place of a file; folders above it are made. */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, bytes, false);
    }

    /** The same, and after it not even a loss of power takes the file away. */
    public static void writeDurably(Path file, byte[] bytes) throws IOException {
        write(file, bytes, true);
        syncFolder(folder(file));
    }

    private static void write(Path file, byte[] bytes, boolean force) throws IOException {
        place(draft(file, bytes, force), file);
    }

    /**
     * A hidden neighbour of a file that holds these bytes, for {@link #place}.
     *
     * @param force not even a loss of power takes them away
     */
    public static Path draft(Path file, byte[] bytes, boolean force) throws IOException {
        Path partial = partial(file);
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            if (force) {
                channel.force(true);
            }
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(partial);
            }
        }
        return partial;
    }

    /** Gives a draft the file's name, whoever has it; the draft is gone also when that fails. */
    public static void place(Path draft, Path file) throws IOException {
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Gives a finished file a name that must be free; a crash or a loss of power leaves it either undone or done. A hard link is the one
     * call that takes a name only if nobody has it; where the file system has none, a move that looks first.
     *
     * @throws FileAlreadyExistsException when the name is taken; the draft stays
     */
    public static void placeNew(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.move(draft, file);
        }
        syncFolder(folder(file));
        Files.deleteIfExists(draft);
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), () -> file + ": is no name of a file");
    }

    /** A new empty neighbour of a file, to be filled and then moved into its place; the caller deletes it when that fails. */
    public static Path partial(Path file) throws IOException {
        Path folder = Files.createDirectories(folder(file));
        while (true) {
            Path partial = folder.resolve(".assay-" + OWN + "-" + NEXT.incrementAndGet() + ".partial");
            try {
                return Files.createFile(partial);
            } catch (FileAlreadyExistsException of) {
                // Another class loader of this process counts too.
            }
        }
    }

    /**
     * Deletes the partial files of processes that ended on this machine, and those of other machines
     * and of earlier versions that nobody has touched for a day. Files of others and of living processes stay, here and on other machines that share the folder. What cannot be deleted stays.
     *
     * @param depth folders below it that are looked into, 1 for none
     */
    public static void sweep(Path folder, int depth) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.find(
                folder,
                depth,
                (file, attributes) ->
                        attributes.isRegularFile() && file.toString().endsWith(".partial"))) {
            files.filter(WholeFile::isLeft).toList().forEach(WholeFile::delete);
        } catch (IOException | UncheckedIOException unreadable) {
            // There is nothing that we could tidy.
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException another) {
            // Another process may sweep, too.
        }
    }

    private static boolean isLeft(Path file) {
        String name = file.getFileName().toString();
        Matcher ours = OURS.matcher(name);
        if (ours.matches() && ours.group(1).equals(PLACE)) {
            return !isAlive(Long.parseLong(ours.group(2)), Long.parseLong(ours.group(3)));
        }
        try {
            return (ours.matches() || EARLIER.matcher(name).matches())
                    && Files.getLastModifiedTime(file)
                            .toInstant()
                            .isBefore(Instant.now().minus(OLD));
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean isAlive(long pid, long started) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        return process.isPresent() && (started == 0 || started(process.get()) == started);
    }

    /** Milliseconds since the epoch; 0 where the system does not tell. */
    private static long started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** What a process id is counted in: this boot of this machine, or of this container. */
    private static String place() {
        StringBuilder place = new StringBuilder(System.getProperty("os.name"));
        for (String name : List.of("HOSTNAME", "COMPUTERNAME")) {
            place.append('\n').append(System.getenv().getOrDefault(name, ""));
        }
        try {
            place.append('\n').append(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")));
            place.append('\n').append(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")));
        } catch (IOException | RuntimeException notLinux) {
            place.append("\nunknown");
        }
        return HexFormat.of().toHexDigits(place.toString().getBytes(StandardCharsets.UTF_8).length)
                + HexFormat.of().toHexDigits(place.toString().hashCode());
    }

    /** Makes names in a folder permanent, where the system knows how (Windows does it by itself). */
    public static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notPossibleHere) {
            // The names are in the file system's journal all the same.
        }
    }
}
