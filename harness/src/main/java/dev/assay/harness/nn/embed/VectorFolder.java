package dev.assay.harness.nn.embed;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the vectors of all encoders are kept between runs. */
public final class VectorFolder {
    /** Keeps nothing, and reads no weights for their hash. */
    public static final VectorFolder NONE = new VectorFolder(null, null);

    private static final List<String> WORDS =
            List.of("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json");

    private final @Nullable Path folder;
    private final @Nullable FileHashes hashes;

    /** @param hashes may remember files that it read before */
    public VectorFolder(@Nullable Path folder, @Nullable FileHashes hashes) {
        this.folder = folder;
        this.hashes = hashes;
    }

    /**
     * The vectors of an encoder: everything that decides one decides the name of its file.
     *
     * @param weights all files that the weights lie in; files of a tokenizer beside the first one count, too
     * @param other what else decides, by its text: version of the code, sizes, preprocessing, precision
     */
    public VectorStore of(List<Path> weights, Object... other) {
        if (folder == null || hashes == null) {
            return VectorStore.NONE;
        }
        StringBuilder all = new StringBuilder();
        withWords(weights).forEach(f -> all.append(hashes.sha256(f)).append('\n'));
        for (Object o : other) {
            all.append(o).append('\n');
        }
        VectorStore kept = VectorFile.open(folder, Hashes.sha256(all.toString().getBytes(StandardCharsets.UTF_8)));
        return new OfTheseBytes(kept, hashes);
    }

    /** Files of weights, and those of a tokenizer beside the first one. */
    private static List<Path> withWords(List<Path> weights) {
        List<Path> files = new ArrayList<>(weights);
        WORDS.stream()
                .map(weights.get(0).toAbsolutePath()::resolveSibling)
                .filter(Files::isRegularFile)
                .forEach(files::add);
        return files;
    }

    /** Keeps no vector of weights that changed since they were hashed: it would be found under their hash for ever. */
    private record OfTheseBytes(VectorStore kept, FileHashes hashes) implements VectorStore {
        @Override
        public Optional<float[]> find(String key) {
            return kept.find(key);
        }

        @Override
        public void add(Map<String, float[]> vectors) {
            hashes.requireUnchanged("before what was computed with it was kept");
            kept.add(vectors);
        }
    }
}
