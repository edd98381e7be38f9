package dev.assay.harness.model.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a file's numbers are packed.
 *
 * @param histogram tensors by element type, the one of the most parameters first
 * @param note schemes over the types, for people; may be empty
 */
record Quantization(Map<String, Integer> histogram, String note) {
    private static final int MOST_NOTES = 4000; // layers whose own format is read
    private static final int MOST_NOTE_BYTES = 512;
    private static final Pattern FORMAT = Pattern.compile("\"format\"\\s*:\\s*\"([a-zA-Z0-9_.-]{1,40})\"");

    static Quantization of(ModelHeader header, Metadata metadata, SmallReads reads) {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Double> elements = new HashMap<>();
        int scales = 0;
        int fp8 = 0;
        boolean scaled = false;
        List<String> own = new ArrayList<>();
        boolean nunchaku = false;
        boolean bits = false;
        for (Tensor tensor : header.tensors().values()) {
            String name = tensor.name();
            counts.merge(tensor.dtype(), 1, Integer::sum);
            elements.merge(tensor.dtype(), (double) tensor.elements(), Double::sum);
            fp8 += tensor.dtype().startsWith("F8_") ? 1 : 0;
            scales += name.endsWith(".scale_weight") ? 1 : 0;
            scaled |= name.equals("scaled_fp8") || name.endsWith(".scaled_fp8");
            nunchaku |= name.endsWith(".wscales") || name.endsWith(".smooth_factor");
            bits |= name.contains(".weight.quant_state.bitsandbytes") || name.endsWith(".weight.quant_map");
            if (name.endsWith(".comfy_quant") && own.size() < MOST_NOTES) {
                own.add(name);
            }
        }
        Map<String, Integer> histogram = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Integer> e) -> -elements.get(e.getKey()))
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> histogram.put(e.getKey(), e.getValue()));
        Map<String, Integer> formats = formats(metadata, own, reads);
        String note = "";
        if (!formats.isEmpty()) {
            note = "mixed precision of ComfyUI: " + words(formats);
        } else if (scaled) {
            note = "scaled FP8: " + scales + " layers with a scale";
        } else if (nunchaku) {
            note = "SVDQuant (Nunchaku), which needs its own loader";
        } else if (bits) {
            note = "bitsandbytes, which needs its own loader";
        } else if (fp8 > 0) {
            note = "FP8 by plain rounding, without scales";
        }
        return new Quantization(histogram, note);
    }

    private static Map<String, Integer> formats(Metadata metadata, List<String> own, SmallReads reads) {
        Map<String, Integer> formats = new TreeMap<>();
        for (JsonNode layer : metadata.json("_quantization_metadata").path("layers")) {
            formats.merge(HostileText.clean(layer.path("format").asText("?"), 40), 1, Integer::sum);
        }
        if (formats.isEmpty()) {
            for (String name : own) {
                Optional<ByteBuffer> bytes = reads.bytes(name, MOST_NOTE_BYTES);
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
