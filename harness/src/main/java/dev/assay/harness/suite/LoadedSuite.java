package dev.assay.harness.suite;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A suite with all the files that it is made of: its own, and by way of {@code extend:} others. A file may extend a bundled suite, or a file in
 * its own folder or below; a bundled suite may extend bundled ones.
 *
 * @param sha256 of the file; of a suite that extends others, of the hashes of all of them
 * @param notes for people, on how they are written
 */
public record LoadedSuite(Suite suite, String sha256, List<String> notes) {
    private static final int MAX_FILES = 5; // far beyond what anybody could follow

    /** A file that is read. */
    private static final class Source {
        private final String name; // for messages
        private final byte[] yaml;
        private final @Nullable Path place; // null for one that stands in no folder

        Source(String name, byte[] yaml, @Nullable Path place) {
            this.name = name;
            this.yaml = yaml;
            this.place = place;
        }

        boolean isSameFileAs(Source other) {
            return place == null ? other.place == null && name.equals(other.name) : place.equals(other.place);
        }
    }

    public LoadedSuite {
        notes = List.copyOf(notes);
    }

    /** @throws SuiteException naming file and place of the first mistake */
    public static LoadedSuite read(Path file) {
        return read(file.toString(), file);
    }

    /**
     * @param name for messages
     * @throws SuiteException naming file and place of the first mistake
     */
    public static LoadedSuite read(String name, Path file) {
        try {
            return of(new Source(name, SmallFile.bytes(file, Yaml.MAX_BYTES), file.toRealPath()));
        } catch (IOException e) {
            throw new SuiteException(name + ": cannot be read: " + Trouble.words(e), e);
        }
    }

    /**
     * A suite that stands in no folder, so that it may extend bundled ones alone.
     *
     * @param name for messages
     * @throws SuiteException naming file and place of the first mistake
     */
    public static LoadedSuite parse(String name, byte[] yaml) {
        return of(new Source(name, yaml, null));
    }

    private static LoadedSuite of(Source first) {
        List<Source> sources = new ArrayList<>();
        List<SuiteFile> files = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Source next = first;
        while (next != null) {
            Source source = next;
            String where = sources.stream().map(s -> s.name + ": extend: ").collect(Collectors.joining()) + source.name;
            if (sources.stream().anyMatch(source::isSameFileAs)) {
                throw new SuiteException(where + ": extends itself in the end");
            }
            if (sources.size() == MAX_FILES) {
                throw new SuiteException(where + ": expected at most " + MAX_FILES + " files, one extending the other");
            }
            try {
                OldWords words = OldWords.in(Yaml.read(source.yaml), SuiteFile.class);
                SuiteFile file = YamlFile.read(words.tree(), SuiteFile.class, SuiteFile::checked);
                words.notes().forEach(note -> notes.add(source.name + ": " + note));
                sources.add(source);
                files.add(file);
                next = file.extend() == null ? null : extended(file.extend(), source);
            } catch (AssayException | IllegalArgumentException e) {
                throw new SuiteException(where + ": " + e.getMessage(), e);
            }
        }
        return new LoadedSuite(suite(files, first.name), sha256(sources), notes);
    }

    private static Suite suite(List<SuiteFile> files, String name) {
        try {
            SuiteFile whole = files.get(files.size() - 1);
            for (int i = files.size() - 2; i >= 0; i--) {
                whole = files.get(i).over(whole);
            }
            return whole.suite();
        } catch (IllegalArgumentException e) {
            throw new SuiteException(name + ": " + e.getMessage(), e);
        }
    }

    private static String sha256(List<Source> sources) {
        return sources.size() == 1
                ? Hashes.sha256(sources.get(0).yaml)
                : Hashes.sha256(sources.stream()
                        .map(s -> Hashes.sha256(s.yaml) + "\n")
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** What a file names is a stranger's word: no file elsewhere is opened for it. */
    private static Source extended(String wanted, Source by) {
        if (Checks.isWord(wanted)) {
            List<String> names = BundledSuites.names();
            return BundledSuites.file(wanted)
                    .map(yaml -> new Source(wanted + ".yaml", yaml, null))
                    .orElseThrow(
                            () -> new AssayException("extend: expected a bundled suite (" + String.join(", ", names)
                                    + ") or a file (NAME.yaml), found " + wanted + DidYouMean.hint(wanted, names)));
        }
        Path place = by.place;
        String expected = "extend: expected the name of a bundled suite"
                + (place == null ? "" : ", or a file in the folder of this one or below it (NAME.yaml)") + ", found "
                + PlainText.line(wanted);
        if (place == null || !wanted.endsWith(".yaml")) {
            throw new AssayException(expected);
        }
        try {
            Path folder = place.getParent();
            Path file = folder.resolve(wanted).normalize();
            if (!file.startsWith(folder)) {
                throw new AssayException(expected);
            }
            Path real = file.toRealPath();
            if (!real.startsWith(folder)) { // a link
                throw new AssayException(expected + ", which leads elsewhere");
            }
            return new Source(wanted, SmallFile.bytes(real, Yaml.MAX_BYTES), real);
        } catch (InvalidPathException e) {
            throw new AssayException(expected, e);
        } catch (IOException e) {
            throw new AssayException("extend: " + PlainText.line(wanted) + ": cannot be read: " + Trouble.words(e), e);
        }
    }
}
