package dev.assay.harness.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Models of several files: shards with an index, and folders in the diffusers layout with one subfolder per component. */
final class ModelFolder {
    static final String INDEX = ".safetensors.index.json";
    private static final String PIPELINE = "model_index.json";
    private static final List<String> WEIGHTS = List.of(INDEX, ".safetensors", ".bin");
    private static final int MAX_SHARDS = 1000;
    private static final long MAX_INDEX_BYTES = 32 << 20;
    /** No separators, no leading dot: a shard lies beside its index. */
    static final Pattern SHARD = Pattern.compile("[^./\\\\:\\p{Cntrl}][^/\\\\:\\p{Cntrl}]*");

    private static final JsonFactory JSON = Json.factory(
            Json.bounds(4, 1000).maxNameLength(4096).maxStringLength(4096).build());

    private ModelFolder() {}

    /** Whether the folder as a whole is one model, rather than a shelf of models. */
    static boolean isModel(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        return Files.isRegularFile(folder.resolve(PIPELINE))
                || (Files.isRegularFile(folder.resolve("config.json")) && hasWeights(folder));
    }

    private static boolean hasWeights(Path folder) {
        try {
            return weights(folder) != null;
        } catch (ModelFileException unlisted) {
            return false; // a folder that this user may not list hides no others
        }
    }

    static ModelHeader read(Path folder) {
        if (Files.isRegularFile(folder.resolve(PIPELINE))) {
            Map<String, ModelHeader> components = new LinkedHashMap<>();
            for (Path component : list(folder)) {
                Path weights = Files.isDirectory(component) ? weights(component) : null;
                if (weights != null) {
                    components.put(component.getFileName() + "/", ModelHeader.read(weights));
                }
            }
            if (components.isEmpty()) {
                throw new ModelFileException(
                        folder,
                        "has a " + PIPELINE
                                + ", but no weights in its subfolders; was it downloaded without large files?");
            }
            return joined(folder, components, Map.of());
        }
        Path weights = weights(folder);
        if (weights == null) {
            throw new ModelFileException(
                    folder, "is a folder without " + PIPELINE + ", index or single weights file; name a file in it");
        }
        ModelHeader header = ModelHeader.read(weights);
        return joined(folder, Map.of("", header), header.metadata());
    }

    /**
     * The weights of a component folder: an index, else a safetensors file, else a pickle; of several variants (fp16, ema) the
     * plain one, which diffusers loads too. Null without any.
     */
    private static Path weights(Path folder) {
        List<Path> files = list(folder);
        for (String ending : WEIGHTS) {
            List<Path> found = files.stream()
                    .filter(Files::isRegularFile)
                    .filter(f -> f.getFileName().toString().endsWith(ending))
                    .filter(f -> !f.getFileName().toString().matches(".*-\\d+-of-\\d+\\..*"))
                    .sorted(Comparator.comparingInt((Path f) -> f.toString().length())
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        return null;
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be listed: " + e, e);
        }
    }

    static ModelHeader readIndex(Path index) {
        Map<String, String> places = places(index);
        Map<String, ModelHeader> shards = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>(places.values());
        if (names.size() > MAX_SHARDS) {
            throw new ModelFileException(
                    index,
                    "names " + names.size() + " shards; expected at most " + MAX_SHARDS + ": do not trust this file");
        }
        for (String name : names) {
            if (!SHARD.matcher(name).matches()) {
                throw new ModelFileException(
                        index,
                        "names the shard " + PlainText.quoted(name)
                                + "; expected a plain file name: do not trust this file");
            }
            Path shard = index.resolveSibling(name);
            if (name.endsWith(".json") || Files.isDirectory(shard)) {
                throw new ModelFileException(
                        index,
                        "names the shard " + PlainText.quoted(name)
                                + ", which is an index or a folder; expected a file of weights: do not trust this"
                                + " file");
            }
            if (!Files.exists(shard)) {
                throw new ModelFileException(
                        index,
                        "its shard " + PlainText.quoted(name) + " is missing (" + names.size()
                                + " are needed); download it into the same folder");
            }
            shards.put(name, ModelHeader.readFile(shard));
        }
        places.forEach((tensor, shard) -> {
            if (!shards.get(shard).tensors().containsKey(tensor)) {
                throw new ModelFileException(
                        index,
                        "says that tensor " + PlainText.quoted(tensor) + " is in "
                                + PlainText.quoted(shard)
                                + ", which has no such tensor; the shards belong to another model or version");
            }
        });
        Map<String, ModelHeader> plain = new LinkedHashMap<>();
        // Prefixes must differ to be keys, but the tensors keep their names: a blank is cut off again.
        shards.values().forEach(h -> plain.put(" ".repeat(plain.size()), h));
        return joined(index, plain, shards.values().iterator().next().metadata());
    }

    private static Map<String, String> places(Path index) {
        Map<String, String> places = new LinkedHashMap<>();
        try {
            SafetensorsHeader.checkKind(index, "index of shards");
            if (Files.size(index) > MAX_INDEX_BYTES) {
                throw new ModelFileException(index, "has more than 32 MiB, too much for an index of shards");
            }
            try (JsonParser parser = JSON.createParser(Files.newBufferedReader(index))) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new ModelFileException(index, "expected a JSON object with weight_map");
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean map = parser.currentName().equals("weight_map");
                    if (parser.nextToken() != JsonToken.START_OBJECT || !map) {
                        parser.skipChildren();
                        continue;
                    }
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String tensor = parser.currentName();
                        if (parser.nextToken() != JsonToken.VALUE_STRING) {
                            throw new ModelFileException(index, "weight_map: expected the name of a file");
                        }
                        places.put(tensor, parser.getText());
                    }
                }
            }
        } catch (IOException e) {
            throw new ModelFileException(index, "is no readable index of shards: " + e.getMessage(), e);
        }
        if (places.isEmpty()) {
            throw new ModelFileException(index, "has no weight_map, or an empty one; it names no shards");
        }
        return places;
    }

    private static ModelHeader joined(Path path, Map<String, ModelHeader> parts, Map<String, String> metadata) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        List<Path> files = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<String, ModelHeader> part : parts.entrySet()) {
            ModelHeader header = part.getValue();
            int first = files.size();
            files.addAll(header.files());
            bytes += header.bytes();
            for (Tensor t : header.tensors().values()) {
                String name = part.getKey().strip() + t.name();
                Tensor tensor = new Tensor(name, t.dtype(), t.shape(), first + t.file(), t.begin(), t.end());
                if (tensors.size() == SafetensorsJson.MAX_TENSORS) {
                    throw new ModelFileException(
                            path,
                            "expected at most " + SafetensorsJson.MAX_TENSORS
                                    + " tensors in all its files, found more");
                }
                if (tensors.put(name, tensor) != null) {
                    throw new ModelFileException(path, "tensor " + PlainText.quoted(name) + " is in two of its files");
                }
            }
        }
        ModelHeader first = parts.values().iterator().next();
        return new ModelHeader(path, first.container(), bytes, tensors, metadata, files);
    }
}
