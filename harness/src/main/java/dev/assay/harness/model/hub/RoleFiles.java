package dev.assay.harness.model.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files that a role takes from a folder, small ones first. {@code name?} may be missing; of {@code a|b+c} either {@code a} or both {@code
 * b} and {@code c} are there. Pickles are on no list: who wants one names the file.
 */
record RoleFiles(String role, List<String> files) {
    private static final String TOKENIZER = "tokenizer.json|vocab.json+merges.txt";

    /** In the order in which they are tried. */
    private static final List<RoleFiles> ALL = List.of(
            of(
                    "clip",
                    "config.json",
                    "preprocessor_config.json",
                    TOKENIZER,
                    "tokenizer_config.json?",
                    "special_tokens_map.json?",
                    "model.safetensors"),
            of(
                    "clip",
                    "open_clip_config.json",
                    TOKENIZER,
                    "tokenizer_config.json?",
                    "special_tokens_map.json?",
                    "open_clip_model.safetensors"),
            of(
                    "clip",
                    "preprocessor_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json?",
                    "visual.onnx",
                    "textual.onnx"),
            of(
                    "siglip",
                    "config.json",
                    "preprocessor_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "model.safetensors"),
            of("dino", "config.json", "preprocessor_config.json", "model.safetensors"),
            of("pick-score", "config.json", "model.safetensors"),
            of("detector", "detector.onnx"));

    private static RoleFiles of(String role, String... files) {
        return new RoleFiles(role, List.of(files));
    }

    /** The layouts of a role's folder; none for a role that takes a file, or any folder. */
    static List<RoleFiles> of(String role) {
        return ALL.stream().filter(f -> f.role.equals(role)).toList();
    }

    /** What is missing, in words; empty where nothing is. */
    List<String> missing(Predicate<String> has) {
        return files.stream()
                .filter(f -> !isOptional(f))
                .filter(f -> alternatives(f).stream().noneMatch(a -> a.stream().allMatch(has)))
                .map(f -> f.replace("|", " or ").replace("+", " and "))
                .toList();
    }

    /** The files of this layout that are there. */
    List<String> present(Predicate<String> has) {
        return files.stream()
                .flatMap(f -> alternatives(f).stream())
                .flatMap(List::stream)
                .filter(has)
                .toList();
    }

    /** The files to take from a place that has more than these: of alternatives the first that is whole. */
    List<String> wanted(Predicate<String> has) {
        List<String> wanted = new ArrayList<>();
        for (String file : files) {
            alternatives(file).stream()
                    .filter(a -> a.stream().allMatch(has))
                    .findFirst()
                    .ifPresent(wanted::addAll);
        }
        return wanted;
    }

    private static boolean isOptional(String file) {
        return file.endsWith("?");
    }

    private static List<List<String>> alternatives(String file) {
        String names = isOptional(file) ? file.substring(0, file.length() - 1) : file;
        return Stream.of(names.split("\\|")).map(a -> List.of(a.split("\\+"))).toList();
    }
}
