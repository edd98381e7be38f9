package dev.assay.harness.model.hub;

import dev.assay.harness.files.LockFile;
import dev.assay.harness.http.Http;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.hub.HubHttp.Facts;
import dev.assay.harness.text.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Fetches files from the hub into its cache. What was cut off goes on where it stopped; a file gets its name only when its checksum is right.
 */
final class HubDownload {
    private static final int CHUNK = 1 << 20; // bytes read at a time
    private static final long SPARE = 64L << 20; // bytes left free on the disk

    private final HubAccess access;
    private final HubCache cache;
    private final HubTimes times;
    private final Transfer transfer;
    private HubHttp http; // made when first needed: what is in the cache needs no network

    HubDownload(HubAccess access, HubTimes times, Transfer transfer) {
        this.access = access;
        this.cache = new HubCache(access.cache());
        this.times = times;
        this.transfer = transfer;
    }

    HubCache cache() {
        return cache;
    }

    /**
     * The file, from the cache or from the hub; empty where the repository has none of this name.
     *
     * @param sha256 that it must have; null where any will do
     * @throws ModelFileException when it cannot be had
     */
    Optional<Path> fetch(HubReference file, String sha256) {
        Optional<Path> here = cache.find(file);
        if (here.isPresent()) {
            return here;
        }
        if (access.offline()) {
            throw new ModelFileException(file + ": is not in " + access.cache()
                    + ", and HF_HUB_OFFLINE keeps it from being downloaded; unset it, or bring the file there");
        }
        try {
            // Files of one folder come from one commit, also when the branch has moved on meanwhile.
            HubReference pinned = cache.commit(file).map(file::at).orElse(file);
            Optional<Facts> facts = patiently(() -> http().facts(pinned));
            if (facts.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(fetch(file, facts.get(), sha256));
        } catch (IOException e) {
            throw new ModelFileException(worded(file, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelFileException(file + ": the download was interrupted");
        }
    }

    /** Bytes of a file as the hub has it; empty where there is no such file. */
    Optional<Long> size(HubReference file) {
        try {
            HubReference pinned = cache.commit(file).map(file::at).orElse(file);
            return patiently(() -> http().facts(pinned)).map(Facts::bytes);
        } catch (IOException e) {
            throw new ModelFileException(worded(file, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelFileException(file + ": was interrupted");
        }
    }

    private String worded(HubReference file, IOException e) {
        return e instanceof HubException
                ? e.getMessage()
                : file + ": cannot be downloaded from " + access.endpoint() + ": " + e
                        + "; is there a network, or is HF_ENDPOINT to name a mirror? A place that has the files works"
                        + " too: -Dassay.weights=ROLE=PATH";
    }

    private synchronized HubHttp http() {
        if (http == null) {
            http = new HubHttp(access, times);
        }
        return http;
    }

    @SuppressWarnings("try") // the lock is held, not used
    private Path fetch(HubReference file, Facts facts, String sha256) throws IOException, InterruptedException {
        if (sha256 != null && facts.etag().length() == 64 && !sha256.equals(facts.etag())) {
            throw HubException.lasting(file + ": expected SHA-256 " + sha256 + ", the hub has " + facts.etag()
                    + ": not the file that is meant; nothing was downloaded");
        }
        cache.prepare(file, facts.commit(), facts.etag());
        Path blob = cache.blob(file, facts.etag());
        // Python's processes lock the same file with flock(2), which on Linux does not see this lock: it spares work,
        // correctness does not hang on
        // it (what is written has another name than theirs, and gets its last one when its checksum was right).
        try (LockFile lock = LockFile.take(cache.lock(file, facts.etag()))) {
            if (!Files.isRegularFile(cache.pointer(file, facts.commit()))) {
                if (!Files.isRegularFile(blob)) {
                    download(file, facts, blob);
                }
                cache.point(file, facts.commit(), facts.etag());
            }
        }
        cache.remember(file, facts.commit()); // last: a snapshot that is named has its first file
        return cache.pointer(file, facts.commit());
    }

    private void download(HubReference file, Facts facts, Path blob) throws IOException, InterruptedException {
        // Not ETAG.incomplete: older Pythons write there, and heed another kind of lock.
        Path partial = blob.resolveSibling(facts.etag() + ".assay.incomplete");
        boolean resumed = false;
        while (true) {
            resumed |= Files.exists(partial) && Files.size(partial) > 0;
            transfer(file.at(facts.commit()), facts.bytes(), partial);
            String found = checksum(partial, facts.etag().length());
            if (found.equals(facts.etag())) {
                break;
            }
            Files.delete(partial);
            if (!resumed) {
                throw HubException.lasting(file + ": expected checksum " + facts.etag() + ", found " + found
                        + ": damaged on its way, or not the file that the hub speaks of; what came was"
                        + " deleted, try again");
            }
            resumed = false; // what an earlier attempt left may have been damaged: once more from the first byte
        }
        Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Appends what is missing, until all bytes are there. */
    private void transfer(HubReference file, long bytes, Path partial) throws IOException, InterruptedException {
        try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (out.size() > bytes) {
                out.truncate(0);
            }
            requireSpace(file, bytes - out.size(), partial);
            String name = file.repository() + "/" + file.path();
            int attempt = 1;
            while (out.size() < bytes) {
                long before = out.size();
                try {
                    append(file, bytes, out, name);
                } catch (IOException e) {
                    attempt = out.size() > before ? 1 : attempt;
                    pause(e, attempt++);
                }
            }
            out.force(true);
            transfer.read(name, bytes, bytes);
        }
    }

    private void append(HubReference file, long bytes, FileChannel out, String name)
            throws IOException, InterruptedException {
        HubHttp.Body body = http().open(file, out.size(), bytes);
        out.truncate(body.from());
        out.position(body.from());
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = body.stream();
                Stall stall = new Stall(in, times.stall())) {
            long done = body.from();
            for (int read = read(in, chunk, stall, file); read >= 0; read = read(in, chunk, stall, file)) {
                stall.alive();
                done += read;
                if (done > bytes) {
                    throw HubException.passing(file + ": expected " + bytes + " bytes, its host sends more");
                }
                ByteBuffer left = ByteBuffer.wrap(chunk, 0, read);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                transfer.read(name, done, bytes);
            }
            if (done < bytes) {
                throw HubException.passing(file + ": was cut off at " + done + " of " + bytes + " bytes");
            }
        }
    }

    private int read(InputStream in, byte[] chunk, Stall stall, HubReference file) throws IOException {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw stall.isStalled()
                    ? HubException.passing(
                            file + ": no byte came for " + times.stall().toSeconds() + " s")
                    : e;
        }
    }

    private static void requireSpace(HubReference file, long bytes, Path partial) throws IOException {
        long free = Files.getFileStore(partial).getUsableSpace();
        if (free < bytes + SPARE) {
            throw HubException.lasting(file + ": needs " + Numbers.bytes(bytes) + " more, "
                    + partial.getParent().getParent().getParent() + " has room for "
                    + Numbers.bytes(Math.max(0, free - SPARE)) + "; make room, or set HF_HUB_CACHE to another disk");
        }
    }

    private interface Asking<T> {
        T ask() throws IOException, InterruptedException;
    }

    private <T> T patiently(Asking<T> asking) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return asking.ask();
            } catch (IOException e) {
                pause(e, attempt);
            }
        }
    }

    /** Waits for the next attempt, or throws where there is none. */
    private void pause(IOException trouble, int attempt) throws IOException, InterruptedException {
        Optional<HubException> said = trouble instanceof HubException e ? Optional.of(e) : Optional.empty();
        if (said.filter(e -> !e.isPassing()).isPresent() || attempt >= times.attempts()) {
            throw trouble;
        }
        Thread.sleep(Http.pause(times.pause(), attempt, said.flatMap(HubException::pause))
                .toMillis());
    }

    /** SHA-256 of a large file, of a small one the SHA-1 that git gives a blob. */
    private static String checksum(Path file, int digits) {
        if (digits == 64) {
            return Hashes.sha256(file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                sha1.update(chunk, 0, read);
            }
            return HexFormat.of().formatHex(sha1.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
