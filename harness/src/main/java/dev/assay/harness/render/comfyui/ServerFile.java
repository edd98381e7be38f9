package dev.assay.harness.render.comfyui;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model file of the server, and how sure we are which.
 *
 * @param name as the server spells it
 * @param local the same file on this disk; empty when it is not at hand
 * @param identity of its content: its SHA-256, or {@code server:} and a hash of what the server tells of the file
 * @param bytes 0 when unknown
 * @param proven whether {@code identity} follows from the content that the server reads
 */
record ServerFile(String name, Optional<Path> local, String identity, long bytes, boolean proven) {
    private static final Pattern HASHED = Pattern.compile(".*(?<![0-9a-fA-F])[0-9a-f]{10,64}(?![0-9a-fA-F]).*");

    /** Whether the name has a hash in it, so that another content has another name. */
    boolean hasHashedName() {
        return HASHED.matcher(name).matches();
    }
}
