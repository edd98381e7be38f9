package dev.assay.harness.nn.onnx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A detector with the output of a YOLOv8 head: input (1, 3, S, S), RGB, 0 to 1; output (1, 4 + classes, boxes): centre x,
 * centre y, width, height in pixels of the input, then a score in [0, 1] per class.
 *
 * <p>The file's metadata says the rest, as Ultralytics writes it: {@code names} ({@code {0: 'person', 1: 'hand'}}; without
 * it {@code classes.txt} in the same folder, a name per line) and {@code imgsz} ({@code [640, 640]}); our own files add
 * {@code thresholds} ({@code {"person": 0.4}}).
 */
public final class OnnxDetector implements Detector {
    /** The customary overlap above which two boxes of a class are one thing. */
    public static final double IOU = 0.5;

    /** Threshold of classes for which neither the caller nor the file states one; that of Ultralytics. */
    public static final double THRESHOLD = 0.25;

    private static final int GREY = 114; // of the letterbox, as YOLO was trained
    private static final ObjectMapper PYTHON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    private final Path file;
    private final OnnxNetwork network;
    private final List<String> names;
    private final int size;
    private final double[] thresholds; // per class

    private OnnxDetector(Path file, Map<String, Double> stated, int threads) {
        this.file = file;
        network = new OnnxNetwork(file, "output0", threads);
        Map<String, String> metadata = network.metadata();
        names = names(file, metadata.get("names"));
        size = size(file, metadata.get("imgsz"));
        Map<String, Double> all = thresholds(file, metadata.get("thresholds"));
        all.putAll(stated);
        for (String name : all.keySet()) {
            if (!names.contains(name)) {
                throw new ModelFileException(file, "a threshold for " + name + ", but the classes are " + names);
            }
        }
        thresholds = names.stream()
                .mapToDouble(name -> all.getOrDefault(name, THRESHOLD))
                .toArray();
    }

    /**
     * Opens a network.
     *
     * @param thresholds least confidence by class; what is missing here is taken from the file, else {@link #THRESHOLD}
     * @param threads of one picture, at least 1
     * @throws ModelFileException when the file is missing, or does not say its classes or its input size
     */
    public static OnnxDetector open(Path file, Map<String, Double> thresholds, int threads) {
        return new OnnxDetector(file, thresholds, threads);
    }

    /** The classes, in the order of the network. */
    public List<String> names() {
        return names;
    }

    @Override
    public List<Detection> detect(Image image) {
        Letterbox box = Letterbox.of(image.width(), image.height(), size);
        OnnxNetwork.Output output = network.run(pixels(image, box), 1, 3, size, size);
        if (output.shape().dimension() != 3 || output.shape().get(1) != 4 + names.size()) {
            throw new ModelFileException(
                    file,
                    "expected an output of shape (1, " + (4 + names.size()) + ", boxes) for " + names + ", found "
                            + output.shape());
        }
        return suppress(decode(output.values().array(), (int) output.shape().get(2), box, image), IOU);
    }

    private List<Detection> decode(float[] values, int boxes, Letterbox letterbox, Image image) {
        List<Detection> found = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            for (int a = 0; a < boxes; a++) {
                float score = values[(4 + c) * boxes + a];
                if (score > thresholds[c]) {
                    double x = values[a];
                    double y = values[boxes + a];
                    double halfWidth = values[2 * boxes + a] / 2.0;
                    double halfHeight = values[3 * boxes + a] / 2.0;
                    found.add(new Detection(
                            names.get(c),
                            letterbox.x(x - halfWidth, image.width()),
                            letterbox.y(y - halfHeight, image.height()),
                            letterbox.x(x + halfWidth, image.width()),
                            letterbox.y(y + halfHeight, image.height()),
                            score));
                }
            }
        }
        return found;
    }

    /** Greedy non-maximum suppression within each class: a box goes if a more confident one overlaps it by more than {@code iou}. */
    static List<Detection> suppress(List<Detection> boxes, double iou) {
        List<Detection> sorted = new ArrayList<>(boxes);
        sorted.sort(Comparator.comparingDouble(Detection::confidence).reversed());
        List<Detection> kept = new ArrayList<>();
        for (Detection box : sorted) {
            if (kept.stream().noneMatch(k -> k.label().equals(box.label()) && overlap(k, box) > iou)) {
                kept.add(box);
            }
        }
        return kept;
    }

    /** Intersection over union. */
    static double overlap(Detection a, Detection b) {
        double width = Math.min(a.x1(), b.x1()) - Math.max(a.x0(), b.x0());
        double height = Math.min(a.y1(), b.y1()) - Math.max(a.y0(), b.y0());
        if (width <= 0 || height <= 0) {
            return 0;
        }
        double both = width * height;
        return both / (area(a) + area(b) - both);
    }

    private static double area(Detection d) {
        return (d.x1() - d.x0()) * (d.y1() - d.y0());
    }

    /** Shape (3, size, size). */
    private float[] pixels(Image image, Letterbox box) {
        Image scaled = Resize.bicubic(image, box.width, box.height);
        float[] out = new float[3 * size * size];
        Arrays.fill(out, GREY / 255f);
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < box.height; y++) {
                for (int x = 0; x < box.width; x++) {
                    out[(c * size + box.top + y) * size + box.left + x] = scaled.value(x, y, c) / 255f;
                }
            }
        }
        return out;
    }

    /** A picture scaled into a square and centred; identity where the picture has the square's size. */
    record Letterbox(double scale, int width, int height, int left, int top) {
        static Letterbox of(int width, int height, int size) {
            double scale = Math.min((double) size / width, (double) size / height);
            int w = Math.max(1, (int) Math.round(width * scale));
            int h = Math.max(1, (int) Math.round(height * scale));
            return new Letterbox(scale, w, h, (size - w) / 2, (size - h) / 2);
        }

        double x(double inSquare, int limit) {
            return Math.max(0, Math.min(limit, (inSquare - left) / scale));
        }

        double y(double inSquare, int limit) {
            return Math.max(0, Math.min(limit, (inSquare - top) / scale));
        }
    }

    private static List<String> names(Path file, String metadata) {
        if (metadata == null) {
            Path list = file.resolveSibling("classes.txt");
            try {
                return Files.readAllLines(list).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
            } catch (IOException e) {
                throw new ModelFileException(
                        file, "expected class names in the metadata (names) or in " + list + ", found neither", e);
            }
        }
        JsonNode json = parse(file, "names", metadata);
        String[] names = new String[json.size()];
        json.properties()
                .forEach(e -> names[Integer.parseInt(e.getKey())] = e.getValue().asText());
        return List.of(names);
    }

    private static int size(Path file, String metadata) {
        if (metadata == null) {
            throw new ModelFileException(
                    file, "expected the input size in the metadata (imgsz: [640, 640]), found none");
        }
        JsonNode json = parse(file, "imgsz", metadata);
        if (json.size() != 2
                || json.get(0).asInt() < 1
                || json.get(0).asInt() != json.get(1).asInt()) {
            throw new ModelFileException(file, "expected a square input, found imgsz " + metadata);
        }
        return json.get(0).asInt();
    }

    private static Map<String, Double> thresholds(Path file, String metadata) {
        Map<String, Double> found = new HashMap<>();
        if (metadata != null) {
            parse(file, "thresholds", metadata)
                    .properties()
                    .forEach(e -> found.put(e.getKey(), e.getValue().asDouble()));
        }
        return found;
    }

    private static JsonNode parse(Path file, String key, String metadata) {
        try {
            // Ultralytics writes Python: numbers as keys need quotes to be JSON.
            return PYTHON.readTree(metadata.replaceAll("([{,]\\s*)(\\d+)\\s*:", "$1\"$2\":"));
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "cannot read the metadata " + key + ": " + metadata, e);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
