package dev.assay.harness.model.hub;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The weights of a role, on this machine.
 *
 * @param reference as written
 * @param path the file or folder that a network opens
 * @param files the path itself or the files of a network below it; at least one
 * @param licence SPDX identifier, {@code NONE}, or {@link #NOT_STATED}
 */
public record FoundWeights(String role, String reference, Path path, List<Path> files, String licence) {
    public static final String NOT_STATED = "not stated";

    private static final List<String> BESIDE = List.of(
            "config.json",
            "../config.json",
            "preprocessor_config.json",
            "../preprocessor_config.json",
            "open_clip_config.json",
            "med_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
            "classes.txt",
            "selected_tags.csv");
    /** As exporters name the file of the data beside NAME.onnx. */
    private static final List<String> OUTSIDE = List.of("_data", ".data");

    public FoundWeights {
        files = List.copyOf(files);
    }

    /**
     * All that decides what the network says: the files; the shards of an index; the data that an ONNX file keeps outside; and what
     * networks read beside a file of weights, which are sizes, preprocessing, words and names of classes.
     *
     * @throws ModelFileException when an index cannot be read, or a shard is missing
     */
    public List<Path> deciders() {
        Set<Path> all = new TreeSet<>(files);
        for (Path file : files) {
            if (file.toString().endsWith(".safetensors.index.json")) {
                all.addAll(ModelHeader.read(file).files());
            }
            Stream.concat(BESIDE.stream(), OUTSIDE.stream().map(ending -> file.getFileName() + ending))
                    .map(file::resolveSibling)
                    .filter(Files::isRegularFile)
                    .forEach(all::add);
        }
        return List.copyOf(all);
    }
}
