package dev.assay.harness.model.hub;

import dev.assay.harness.files.WholeFile;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The cache of files from the hub in the layout of huggingface_hub, so that both find what the other fetched: {@code
 * models--owner--name/refs/REVISION} names a commit, {@code snapshots/COMMIT/FILE} links to {@code blobs/ETAG}.
 */
record HubCache(Path folder) {
    private static final String TAG = "CACHEDIR.TAG"; // tells backup tools to leave the folder out
    private static final int MAX_REF = 200; // bytes of a file that holds a commit

    private Path repository(HubReference reference) {
        return folder.resolve(name(reference));
    }

    private static String name(HubReference reference) {
        return "models--" + reference.repository().replace("/", "--");
    }

    /** Where a revision pointed to when it was last fetched; empty where it never was. */
    Optional<String> commit(HubReference reference) {
        if (reference.isCommit()) {
            return Optional.of(reference.revision());
        }
        Path ref = repository(reference).resolve("refs").resolve(reference.revision());
        try {
            if (!Files.isRegularFile(ref) || Files.size(ref) > MAX_REF) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(ref, StandardCharsets.UTF_8).strip())
                    .filter(HubReference::isCommit);
        } catch (IOException e) {
            throw new ModelFileException(ref, "cannot be read: " + e, e);
        }
    }

    /** The file, if it is here. */
    Optional<Path> find(HubReference file) {
        return commit(file).map(c -> pointer(file, c)).filter(Files::isRegularFile);
    }

    /** Where the files of a folder lie or would lie once its commit is known. */
    Optional<Path> folder(HubReference reference) {
        return commit(reference).map(c -> snapshot(reference, c).resolve(reference.path()));
    }

    /** For messages: where a file belongs. */
    Path place(HubReference reference) {
        return folder(reference).orElse(repository(reference));
    }

    private Path snapshot(HubReference reference, String commit) {
        return repository(reference).resolve("snapshots").resolve(commit);
    }

    Path pointer(HubReference file, String commit) {
        return snapshot(file, commit).resolve(file.path());
    }

    Path blob(HubReference file, String etag) {
        return repository(file).resolve("blobs").resolve(etag);
    }

    Path lock(HubReference file, String etag) {
        return folder.resolve(".locks").resolve(name(file)).resolve(etag + ".lock");
    }

    /** Makes the folders in which a file will lie. */
    void prepare(HubReference file, String commit, String etag) throws IOException {
        Files.createDirectories(pointer(file, commit).getParent());
        Files.createDirectories(blob(file, etag).getParent());
        Files.createDirectories(lock(file, etag).getParent());
        Path tag = folder.resolve(TAG);
        if (!Files.exists(tag)) {
            Files.writeString(tag, """
                Signature: 8a477f597d28d172789f06886806bc55
                # A cache of files from the Hugging Face hub; they can be fetched again.
                """, StandardOpenOption.CREATE);
        }
    }

    /** Notes where a branch or tag points to. */
    void remember(HubReference reference, String commit) throws IOException {
        if (reference.isCommit() || commit(reference).filter(commit::equals).isPresent()) {
            return;
        }
        Path ref = repository(reference).resolve("refs").resolve(reference.revision());
        WholeFile.write(ref, commit.getBytes(StandardCharsets.UTF_8));
    }

    /** Gives a blob its name in a snapshot: a relative link, so that the cache can be moved; the file itself where there are no links. */
    void point(HubReference file, String commit, String etag) throws IOException {
        Path pointer = pointer(file, commit);
        Path blob = blob(file, etag);
        if (Files.isRegularFile(pointer)) {
            return;
        }
        Files.deleteIfExists(pointer); // a link that leads nowhere
        Path target = pointer.getParent().relativize(blob);
        try {
            Files.createSymbolicLink(pointer, target);
        } catch (FileAlreadyExistsException another) {
            // A process of another kind, which does not heed our lock, was quicker.
        } catch (UnsupportedOperationException | IOException noLinks) {
            Files.move(blob, pointer, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
