package dev.assay.harness.model.inspect;

import dev.assay.harness.model.HeaderFiles.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** LoRAs of chosen layers, written as patterns. */
public final class Trainings {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)-(\\d+)}");
    private static final Pattern CHOICE = Pattern.compile("\\{([^{}-]+)}");

    private Trainings() {}

    /** {@code a.{0-2}.{x|y}} and so on. */
    private static List<String> expanded(String names) {
        List<String> all = new ArrayList<>();
        Matcher range = RANGE.matcher(names);
        Matcher choice = CHOICE.matcher(names);
        if (range.find()) {
            for (int i = Integer.parseInt(range.group(1)); i <= Integer.parseInt(range.group(2)); i++) {
                all.addAll(expanded(names.substring(0, range.start()) + i + names.substring(range.end())));
            }
        } else if (choice.find()) {
            for (String one : choice.group(1).split("\\|", -1)) {
                all.addAll(expanded(names.substring(0, choice.start()) + one + names.substring(choice.end())));
            }
        } else {
            all.add(names);
        }
        return all;
    }

    /**
     * @param prefix before every name; where it ends with an underscore, dots become underscores
     * @param layers {@code NAMES OUTxIN}, separated by semicolons
     * @param kind {@code peft}, {@code bias} (the same with biases), {@code kohya}, {@code lokr} or {@code loha}
     */
    public static List<Entry> lora(String prefix, String layers, String kind) {
        List<Entry> entries = new ArrayList<>();
        for (String line : layers.split(" *; *", -1)) {
            String[] parts = line.strip().split(" ", -1);
            long[] size = Arrays.stream(parts[1].split("x", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            for (String layer : expanded(parts[0])) {
                String name = prefix + (prefix.endsWith("_") ? layer.replace('.', '_') : layer);
                switch (kind) {
                    case "peft", "bias" -> {
                        entries.add(Entry.of(name + ".lora_A.weight", "BF16", 16, size[1]));
                        entries.add(Entry.of(name + ".lora_B.weight", "BF16", size[0], 16));
                        if (kind.equals("bias")) {
                            entries.add(Entry.of(name + ".lora_B.bias", "BF16", size[0]));
                        }
                    }
                    case "kohya" -> {
                        entries.add(Entry.of(name + ".lora_down.weight", "BF16", 8, size[1]));
                        entries.add(Entry.of(name + ".lora_up.weight", "BF16", size[0], 8));
                        entries.add(Entry.of(name + ".alpha", "BF16"));
                    }
                    case "lokr" -> {
                        entries.add(Entry.of(name + ".lokr_w1", "BF16", 16, 16));
                        entries.add(Entry.of(name + ".lokr_w2", "BF16", size[0] / 16, size[1] / 16));
                    }
                    case "loha" -> {
                        entries.add(Entry.of(name + ".hada_w1_a", "BF16", size[0], 4));
                        entries.add(Entry.of(name + ".hada_w1_b", "BF16", 4, size[1]));
                        entries.add(Entry.of(name + ".hada_w2_a", "BF16", size[0], 4));
                        entries.add(Entry.of(name + ".hada_w2_b", "BF16", 4, size[1]));
                    }
                    default -> throw new IllegalArgumentException(kind);
                }
            }
        }
        return entries;
    }
}
