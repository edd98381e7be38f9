package dev.assay.harness.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Turns whatever went wrong into words for people. The only place that does. */
public final class Trouble {
    private static final String MEMORY_OPTION = "JDK_JAVA_OPTIONS=-Xmx";

    private Trouble() {}

    /** One sentence or two: what happened, where, and what to do. Never empty. */
    public static String words(Throwable trouble) {
        if (trouble instanceof OutOfMemoryError memory) {
            return memory(memory);
        }
        if (trouble instanceof StackOverflowError) {
            return "something is nested more deeply than Java's stack holds: a file that is damaged or not to be"
                    + " trusted"
                    + at(trouble);
        }
        if (trouble instanceof LinkageError) {
            return "a library is missing or does not fit this machine: " + trouble + "; run mvn again, without -o"
                    + at(trouble);
        }
        if (trouble instanceof UncheckedIOException unchecked) {
            return said(unchecked) + io(unchecked.getCause());
        }
        if (trouble instanceof IOException io) {
            return io(io);
        }
        if (isWrapped(trouble)) {
            return words(trouble.getCause());
        }
        return isWorded(trouble) && trouble.getMessage() != null ? trouble.getMessage() : trouble + at(trouble);
    }

    /** As {@link #words}, of what ran in code such as a metric's: when that uses up the stack, no file is to blame. */
    public static String ofCode(Throwable trouble) {
        return trouble instanceof StackOverflowError ? trouble + at(trouble) : words(trouble);
    }

    /** Whether the message is for people: what we refuse as an argument is worded as well, what Java refuses is not. */
    private static boolean isWorded(Throwable trouble) {
        StackTraceElement[] trace = trouble.getStackTrace();
        return trouble instanceof AssayException
                || (trouble instanceof IllegalArgumentException
                        && trace.length > 0
                        && trace[0].getClassName().startsWith("dev.assay."));
    }

    /** What a thread of its own threw, or a wrapper with nothing to say. */
    private static boolean isWrapped(Throwable trouble) {
        Throwable cause = trouble.getCause();
        return cause != null
                && (trouble instanceof ExecutionException
                        || trouble instanceof CompletionException
                        || cause.toString().equals(trouble.getMessage()));
    }

    private static String memory(OutOfMemoryError error) {
        String said = String.valueOf(error.getMessage());
        if (said.contains("hysical memory") || said.contains("native")) {
            return "the machine has not enough memory for this (" + said
                    + "); close other programs, or use a smaller model or picture";
        }
        long now = Runtime.getRuntime().maxMemory() >> 20; // MiB
        return "Java's memory is used up: at most " + now + " MiB are allowed here; allow more with " + MEMORY_OPTION
                + 2 * now + "m in the environment, or judge fewer and smaller pictures at once";
    }

    /** What an unchecked exception says over its cause's own text. */
    private static String said(UncheckedIOException unchecked) {
        String own = unchecked.getMessage();
        boolean none = own == null || own.equals(unchecked.getCause().toString());
        return none ? "" : own + ": ";
    }

    private static String io(IOException e) {
        String file = e instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " : "";
        String reason = e instanceof FileSystemException f ? f.getReason() : ofParser(e.getMessage());
        String low = String.valueOf(reason).toLowerCase(Locale.ROOT);
        if (low.contains("no space left") || low.contains("not enough space") || low.contains("quota")) {
            return file + "the disk is full (" + reason
                    + "): make room, or name a folder on another disk (-Dassay.store=DIR)";
        }
        if (low.contains("read-only")) {
            return file + "may not be written here (" + reason + "): name another folder (-Dassay.store=DIR)";
        }
        if (e instanceof AccessDeniedException || low.contains("permission denied")) {
            return file + "this user may not read or write it: change its permissions, or name another place";
        }
        if (e instanceof NoSuchFileException) {
            return file + "does not exist";
        }
        if (e instanceof FileSystemLoopException) {
            return file + "is a link to a folder that it lies in itself: remove it";
        }
        if (e instanceof NotDirectoryException) {
            return file + "is no folder";
        }
        if (e instanceof FileAlreadyExistsException || low.contains("is a directory") || low.contains("not empty")) {
            return file + "something else is in its place: move it away";
        }
        return file + (reason == null ? e.toString() : reason);
    }

    /** What a parser says (null for nothing) without objects and methods of its own; the place remains. */
    public static String ofParser(String message) {
        return message == null
                ? null
                : message.replaceAll("\\[Source: [^;\\]]*(?:; )?([^\\]]*)\\]", "$1")
                        .replaceAll(", from `[^`]*`", "")
                        .replaceAll(" \\(through reference chain: [^)]*\\)", "")
                        .replaceAll("\\R at ", " at ");
    }

    private static String at(Throwable trouble) {
        StackTraceElement[] trace = trouble.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }
}
