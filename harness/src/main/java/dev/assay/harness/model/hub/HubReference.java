package dev.assay.harness.model.hub;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.PlainText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file or folder of a repository on the Hugging Face hub, written {@code hf:owner/name[@revision][/path]}; a path that ends in {@code /} is a
 * folder.
 *
 * @param repository {@code owner/name}
 * @param revision branch, tag or commit; {@code main} where none was written
 * @param path inside the repository, with {@code /}; empty for the whole repository
 */
public record HubReference(String repository, String revision, String path) {
    private static final String SCHEME = "hf:";
    private static final String FORM = "expected hf:owner/name[@revision][/path]";
    /** Of revisions only {@code refs/pr/1} and {@code refs/convert/x} may have slashes: else none could be told from a path. */
    private static final Pattern WRITTEN =
            Pattern.compile("hf:(?://)?([^/@]+/[^/@]+)(?:@(refs/(?:pr|convert)/[^/]+|[^/]*))?(?:/(.*))?");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?");
    private static final Pattern REVISION =
            Pattern.compile("(?:refs/(?:pr|convert)/)?[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    /** What every file system takes, and no shell or drive letter makes more of. */
    private static final Pattern SEGMENT = Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}]{1,200}");

    public HubReference {
        String[] parts = repository.split("/", -1);
        require(parts.length == 2, repository, "owner/name");
        for (String part : parts) {
            // Two hyphens stand for the slash in the cache's folder names.
            require(
                    NAME.matcher(part).matches() && !part.contains("..") && !part.contains("--"),
                    part,
                    "the name of an owner or repository");
        }
        require(
                REVISION.matcher(revision).matches() && !revision.contains("..") && !revision.equals("refs"),
                revision,
                "a branch, tag or commit");
        String file = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!file.isEmpty()) {
            for (String segment : file.split("/", -1)) {
                require(
                        SEGMENT.matcher(segment).matches() && !segment.matches("\\.+|.*[ .]"),
                        path,
                        "a path inside the repository");
            }
        }
    }

    private static void require(boolean right, String found, String expected) {
        if (!right) {
            throw new ModelFileException("hf: expected " + expected + ", found \"" + PlainText.line(found, 120) + "\"");
        }
    }

    static boolean isOne(String written) {
        return written.startsWith(SCHEME);
    }

    /** @throws ModelFileException on anything else than {@code hf:owner/name[@revision][/path]} */
    public static HubReference parse(String written) {
        Matcher parts = WRITTEN.matcher(written);
        if (!parts.matches()) {
            throw new ModelFileException(PlainText.line(written, 120) + ": " + FORM);
        }
        return new HubReference(
                parts.group(1),
                parts.group(2) == null ? "main" : parts.group(2),
                parts.group(3) == null ? "" : parts.group(3));
    }

    boolean isFolder() {
        return path.isEmpty() || path.endsWith("/");
    }

    /** A file of this folder. */
    HubReference file(String name) {
        return new HubReference(repository, revision, path + name);
    }

    HubReference at(String commit) {
        return new HubReference(repository, commit, path);
    }

    boolean isCommit() {
        return isCommit(revision);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** As it would be written. */
    @Override
    public String toString() {
        return SCHEME
                + repository
                + (revision.equals("main") ? "" : "@" + revision)
                + (path.isEmpty() ? "" : "/" + path);
    }
}
