package dev.assay.harness.model.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.text.PlainText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a file's numbers are packed.
 *
 * @param histogram tensors by element type, the one of the most parameters first
 * @param note schemes over the types, for people; may be empty
 */
record Quantization(Map<String, Integer> histogram, String note) {
    private static final int MAX_NOTES = 4000; // layers whose own format is read
    private static final int MAX_NOTE_BYTES = 512;
    private static final Pattern FORMAT = Pattern.compile("\"format\"\\s*:\\s*\"([a-zA-Z0-9_.-]{1,40})\"");
    /** What tools call the scale of a weight X.weight, after X; a scale of the input alone leaves the weight as it is. */
    private static final List<String> SCALES = List.of(
            ".scale_weight",
            ".weight_scale",
            ".weight_scale_inv",
            ".weight_scale_2",
            ".weight.scale",
            ".weight._scale",
            ".weights_scale",
            ".w_scale");

    static Quantization of(ModelHeader header, Metadata metadata, SmallReads reads) {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Double> elements = new HashMap<>();
        Map<String, Part> parts = new LinkedHashMap<>();
        List<String> own = new ArrayList<>();
        Set<String> names = header.tensors().keySet();
        for (Tensor tensor : header.tensors().values()) {
            String name = tensor.name();
            counts.merge(tensor.dtype(), 1, Integer::sum);
            elements.merge(tensor.dtype(), (double) tensor.elements(), Double::sum);
            parts.computeIfAbsent(Components.part(name), p -> new Part()).add(tensor, names);
            if (name.endsWith(".comfy_quant") && own.size() < MAX_NOTES) {
                own.add(name);
            }
        }
        Map<String, Integer> histogram = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Integer> e) -> -elements.get(e.getKey()))
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> histogram.put(e.getKey(), e.getValue()));
        Map<String, Integer> formats = formats(metadata, own, reads);
        return new Quantization(
                histogram, formats.isEmpty() ? note(parts) : "mixed precision of ComfyUI: " + words(formats));
    }

    /** Of the whole file, or of the parts that are packed where others are not. */
    private static String note(Map<String, Part> parts) {
        Map<String, String> notes = new LinkedHashMap<>();
        parts.forEach((part, found) -> notes.put(part, found.note()));
        // The VAE, and what lies outside of all parts, stay as they are in every scheme.
        boolean alike = notes.entrySet().stream()
                        .filter(e -> !e.getKey().equals("vae"))
                        .map(Map.Entry::getValue)
                        .distinct()
                        .count()
                == 1;
        return alike
                ? notes.values().stream().filter(n -> !n.isEmpty()).findFirst().orElse("")
                : notes.entrySet().stream()
                        .filter(e -> !e.getValue().isEmpty())
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .collect(Collectors.joining("; "));
    }

    /** What the tensors of one part of a file show. */
    private static final class Part {
        private int scaled; // FP8 weights with a scale
        private int plain; // FP8 weights without
        private int integers; // INT8 weights with a scale
        private int fourBits; // NVFP4 weights: packed in bytes, with scales of blocks and of the whole
        private int blocks; // MXFP8 weights, with a power of two per block
        private String other = "";

        void add(Tensor tensor, Set<String> names) {
            String name = tensor.name();
            if (name.endsWith(".wscales") || name.endsWith(".smooth_factor")) {
                other = "SVDQuant (Nunchaku), which needs its own loader";
            } else if (name.contains(".quant_state.bitsandbytes") || name.endsWith(".quant_map")) {
                other = name.contains("fp4")
                        ? bits("FP4")
                        : other.isEmpty() || name.contains("nf4") ? bits("NF4") : other;
            } else if (name.endsWith(".SCB")) {
                other = bits("INT8");
            } else if (name.endsWith(".weight._data")) {
                other = "optimum-quanto, which needs its own loader";
            }
            if (!name.endsWith("weight") || tensor.shape().size() < 2) {
                return;
            }
            String layer = name.substring(0, name.length() - "weight".length());
            String stem = layer.endsWith(".") ? layer.substring(0, layer.length() - 1) : layer;
            boolean scale = SCALES.stream().anyMatch(s -> names.contains(stem + s));
            if (names.contains(stem + ".weight_scale_2") && !tensor.dtype().startsWith("F8_")) {
                fourBits++;
            } else if (tensor.dtype().startsWith("F8_")) {
                scaled += scale ? 1 : 0;
                plain += scale ? 0 : 1;
            } else if (tensor.dtype().equals("I8") && scale) {
                integers++;
            } else if (tensor.dtype().equals("U8") && scale) {
                blocks++;
            }
        }

        private static String bits(String type) {
            return "bitsandbytes " + type + ", which needs its own loader";
        }

        String note() {
            if (!other.isEmpty()) {
                return other;
            }
            List<String> notes = new ArrayList<>();
            if (scaled > 0) {
                notes.add("scaled FP8: " + scaled + " layers with a scale"
                        + (plain > 0 ? ", " + plain + " without" : ""));
            } else if (plain > 0) {
                notes.add("FP8 by plain rounding, without scales");
            }
            if (fourBits > 0) {
                notes.add("NVFP4 in " + fourBits + " layers");
            }
            if (integers > 0) {
                notes.add("INT8 with scales in " + integers + " layers");
            }
            if (blocks > 0) {
                notes.add("packed in bytes with scales in " + blocks + " layers");
            }
            return String.join(", ", notes);
        }
    }

    private static Map<String, Integer> formats(Metadata metadata, List<String> own, SmallReads reads) {
        Map<String, Integer> formats = new TreeMap<>();
        for (JsonNode layer : metadata.json("_quantization_metadata").path("layers")) {
            formats.merge(PlainText.line(layer.path("format").asText("?"), 40), 1, Integer::sum);
        }
        if (formats.isEmpty()) {
            for (String name : own) {
                Optional<ByteBuffer> bytes = reads.bytes(name, MAX_NOTE_BYTES);
                if (bytes.isPresent()) {
                    Matcher format = FORMAT.matcher(StandardCharsets.ISO_8859_1.decode(bytes.get()));
                    formats.merge(format.find() ? format.group(1) : "unnamed", 1, Integer::sum);
                }
            }
        }
        return formats;
    }

    static String words(Map<String, Integer> counts) {
        return String.join(
                ", ",
                counts.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .toList());
    }
}
