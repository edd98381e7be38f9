package dev.assay.harness.run;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Classes as the JVM has them in memory, written by the first process on a class path and mapped by those after it: half of a short run is
 * loading classes. The JVM looks by itself whether jars and version are those of the archive, and goes without one where they are not.
 */
public final class ClassArchive {
    private final Path file;
    private final Path made;
    private final boolean there;

    /** @param classPath file with the class path, or folder with its jars; an archive that is older is of another one */
    public ClassArchive(Path classPath) throws IOException {
        this.file = classPath.resolveSibling(classPath.getFileName() + ".jsa");
        this.made = classPath.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid());
        this.there = Files.isRegularFile(file)
                && Files.exists(classPath)
                && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(classPath)) > 0;
        sweep();
    }

    /** What processes left that were killed before they gave theirs the name of the archive. */
    private void sweep() {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(file.toAbsolutePath().getParent(), file.getFileName() + ".*")) {
            for (Path one : left) {
                String pid = one.toString().substring(one.toString().lastIndexOf('.') + 1);
                if (pid.matches("[0-9]{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    Files.deleteIfExists(one);
                }
            }
        } catch (IOException | DirectoryIteratorException noFolder) {
            // There is nothing that we could tidy.
        }
    }

    /** For the JVM: it says nothing of what it thinks of an archive. */
    public List<String> options() {
        List<String> options = new ArrayList<>(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
        if (!hasBase(Path.of(System.getProperty("java.home")))) {
            return options;
        }
        options.add(there ? "-XX:SharedArchiveFile=" + file : "-XX:ArchiveClassesAtExit=" + made);
        return options;
    }

    /** Whether a JVM has the archive of its own classes, without which it ends at once where it is to write one. */
    static boolean hasBase(Path javaHome) {
        return Stream.of("lib/server", "bin/server") // the second on Windows
                .anyMatch(place -> Files.isRegularFile(javaHome.resolve(place).resolve("classes.jsa")));
    }

    /** After the process has ended: what it wrote is there for the next one, whole. */
    public void keep() {
        try {
            if (Files.isRegularFile(made)) {
                Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException noMatter) {
            made.toFile().delete();
        }
    }
}
