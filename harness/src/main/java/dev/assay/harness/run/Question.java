package dev.assay.harness.run;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All that decides a verdict: who asks the same gets the same answer, which need not be found a second time.
 *
 * @param hash over the plan with every criterion, the settings, files and networks by their bytes, the key of each picture, and the code
 * @param pictures keys in the store of the pictures that are compared
 */
public record Question(String hash, Set<String> pictures) {
    private static final long WHOLE = 24L << 20; // bytes of a jar that is read; natives are known by name and size

    public Question {
        pictures = Set.copyOf(pictures);
    }

    /**
     * @param deciders see {@link VerdictInputs}
     * @param pictures their keys
     * @param code see {@link #code}
     */
    static Question of(Plan plan, Map<String, String> deciders, Collection<String> pictures, String code) {
        Set<String> keys = new TreeSet<>(pictures);
        return new Question(
                new ContentKey("assay-question/1")
                        .with("plan", text(plan))
                        .withAll("decider", deciders)
                        .withAll("picture", keys)
                        .with("code", code)
                        .sha256(),
                keys);
    }

    /**
     * A value with everything in it, the same in every process: fields of records by name, maps and sets sorted. A field that is added later is in
     * it, so that nothing can be forgotten.
     */
    static String text(Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Record each) {
            text.append(each.getClass().getSimpleName()).append('[');
            for (RecordComponent part : each.getClass().getRecordComponents()) {
                text.append(part.getName()).append('=');
                write(value(each, part), text);
            }
            text.append(']');
        } else if (value instanceof Map<?, ?> map) {
            write(
                    map.entrySet().stream()
                            .map(e -> text(e.getKey()) + "->" + text(e.getValue()))
                            .sorted()
                            .toList(),
                    text);
        } else if (value instanceof Set<?> set) {
            write(set.stream().map(Question::text).sorted().toList(), text);
        } else if (value instanceof Optional<?> maybe) {
            write(maybe.stream().toList(), text);
        } else if (value instanceof Collection<?> list) {
            text.append(list.size()).append('(');
            list.forEach(each -> write(each, text));
            text.append(')');
        } else {
            if (value != null && value.getClass().isArray()) {
                throw new IllegalStateException("an array has no text of its own: " + value.getClass());
            }
            String written = String.valueOf(value);
            text.append(value == null ? -1 : written.length())
                    .append(':')
                    .append(written)
                    .append(';');
        }
    }

    private static Object value(Record of, RecordComponent part) {
        try {
            var accessor = part.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(part.toString(), e);
        }
    }

    /**
     * Of everything on the class path: classes and jars by their bytes, jars of natives by name and size. Who changes the statistics is asked
     * anew.
     */
    static String code(String classPath, FileHashes hashes) {
        List<String> parts = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (entry.isEmpty() || !Files.exists(path)) {
                continue;
            }
            try {
                parts.add(Files.isDirectory(path) ? folder(path) : jar(path, hashes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Hashes.sha256(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    }

    private static String jar(Path jar, FileHashes hashes) throws IOException {
        long bytes = Files.size(jar);
        return jar.getFileName() + " " + bytes + (bytes <= WHOLE ? " " + hashes.sha256(jar) : "");
    }

    private static String folder(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(folder.relativize(file))
                        .append(' ')
                        .append(Hashes.sha256(file))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
