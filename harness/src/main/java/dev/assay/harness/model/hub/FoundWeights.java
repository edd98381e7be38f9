package dev.assay.harness.model.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * The weights of a role, on this machine.
 *
 * @param reference as written
 * @param path the file or folder that a network opens
 * @param files all that decide what the network says, the path itself or files below it; at least one
 * @param licence SPDX identifier, {@code NONE}, or {@link #NOT_STATED}
 */
public record FoundWeights(String role, String reference, Path path, List<Path> files, String licence) {
    public static final String NOT_STATED = "not stated";

    public FoundWeights {
        files = List.copyOf(files);
    }
}
