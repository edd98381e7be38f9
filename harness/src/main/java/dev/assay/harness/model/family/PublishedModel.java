package dev.assay.harness.model.family;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model as it was published: what its layers are called, in every tool's words, and measure. Read from {@code *.layers} beside
 * this class, which {@code published_layers.py} makes; looked at when first asked.
 *
 * @param name for people, in a list of several
 * @param detail which of the family's sizes; may be empty
 * @param blocks how many there are of each kind of block, by the start of their layers' names in every layout; 0 where the
 *     number tells nothing
 * @param files names of the resources, one per layout
 */
public record PublishedModel(String name, String detail, Map<String, Integer> blocks, List<String> files) {
    private static final String AUTHORS = ".authors";
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)-(\\d+)}");

    /** Of a family of one size. */
    static PublishedModel of(String name, Map<String, Integer> blocks, String... files) {
        return new PublishedModel(name, "", blocks, List.of(files));
    }

    /** One of a family's sizes, with a layout of its own for its authors' file. */
    static PublishedModel of(String name, String detail, Map<String, Integer> blocks, String file) {
        return new PublishedModel(name, detail, blocks, List.of(file, authors(file)));
    }

    /** The resource with the authors' layout. */
    static String authors(String file) {
        return file + AUTHORS;
    }

    /** Blocks of a transformer with double and single streams, in either layout. */
    static Map<String, Integer> streams(int doubles, int singles) {
        Map<String, Integer> blocks = new HashMap<>();
        blocks.put("double_blocks", doubles);
        blocks.put("transformer_blocks", doubles);
        blocks.put("single_blocks", singles);
        blocks.put("single_transformer_blocks", singles);
        return Map.copyOf(blocks);
    }

    /** Whether a resource is told in the authors' words, which are told in diffusers' too, but not as diffusers' own file. */
    public static boolean isOfAuthors(String file) {
        return file.endsWith(AUTHORS);
    }

    /** Shapes of a resource's tensors by name. */
    public static Map<String, List<Long>> shapes(String file) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        try (InputStream in = PublishedModel.class.getResourceAsStream(file + ".layers");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split(" ", -1);
                    List<Long> shape = Pattern.compile(",")
                            .splitAsStream(parts[1])
                            .map(Long::valueOf)
                            .toList();
                    for (String layer : expanded(parts[0])) {
                        shapes.put(layer + ".weight", shape);
                        if (parts.length > 2) {
                            shapes.put(layer + ".bias", List.of(shape.get(0)));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shapes;
    }

    private static List<String> expanded(String name) {
        Matcher range = RANGE.matcher(name);
        if (!range.find()) {
            return List.of(name);
        }
        List<String> names = new ArrayList<>();
        for (int i = Integer.parseInt(range.group(1)); i <= Integer.parseInt(range.group(2)); i++) {
            names.addAll(expanded(name.substring(0, range.start()) + i + name.substring(range.end())));
        }
        return names;
    }
}
