package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.image.Image;
import dev.assay.harness.json.Json;
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
 * A detector in ONNX: YOLOv8 and later, YOLOv5, YOLOX, RT-DETR, NanoDet, YuNet. Which of them a file is, its inputs and outputs say: it is run once on an
 * empty picture when it is opened.
 *
 * <p>Names of the classes come from the file's metadata ({@code names}, as Ultralytics writes it: {@code {0: 'person', 1: 'hand'}}),
 * else from {@code classes.txt} in its folder (a name per line), else from {@code config.json} there or in the folder above ({@code
 * id2label}, as Hugging Face has it); a network of 80 classes that says nothing has those of COCO. The size of the square input
 * is that of the network, else {@code imgsz} of the metadata ({@code [640, 640]}); our own files add {@code thresholds} ({@code
 * {"person": 0.4}}).
 */
public final class OnnxDetector implements Detector {
    private static final int MAX_SIZE = 4096;
    private static final int MAX_NAMES_BYTES = 4 << 20; // of a file with the names of the classes

    /** The most confident go into suppression, whose time grows with their square; only a network that sees things everywhere has more. */
    private static final int MAX_BOXES = 3000;

    private static final int USUAL_SIZE = 640; // of RT-DETR, whose exports often leave it open
    private static final JsonMapper PYTHON = Json.LENIENT
            .rebuild()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    private final OnnxNetwork network;
    private final List<String> labels;
    private final int size;
    private final boolean asksForSizes; // a second input: the size of the picture
    private final DetectorHead head;
    private final double[] thresholds; // per class

    private OnnxDetector(Path file, OnnxNetwork network, Map<String, Double> stated) {
        this.network = network;
        Map<String, String> metadata = network.metadata();
        Map<String, Shape> inputs = network.inputs();
        asksForSizes = inputs.size() == 2 && List.copyOf(inputs.keySet()).get(1).equals("orig_target_sizes");
        if (inputs.size() != 1 && !asksForSizes) {
            throw new ModelFileException(
                    file,
                    "expected a detector with one input (images), or two (images, orig_target_sizes), found "
                            + inputs.keySet());
        }
        if (inputs.containsKey("pixel_values")) {
            requireNoNormalisation(file);
        }
        size = size(file, metadata.get("imgsz"), inputs);
        Image empty = Image.of(size, size, new byte[size * size * 3]);
        DetectorHeads.Found found =
                DetectorHeads.of(file, run(new float[3 * size * size], empty), names(file, metadata), size);
        head = found.head();
        labels = found.labels();
        Map<String, Double> all = thresholds(file, metadata.get("thresholds"));
        all.putAll(stated);
        for (String name : all.keySet()) {
            if (!labels.contains(name)) {
                throw new ModelFileException(file, "a threshold for " + name + ", but the classes are " + labels);
            }
        }
        thresholds = labels.stream()
                .mapToDouble(name -> all.getOrDefault(name, head.threshold()))
                .toArray();
    }

    /**
     * Opens a network.
     *
     * @param thresholds least confidence by class; what is missing here is taken from the file, else it is that of the kind of detector
     * @param threads of one picture, at least 1
     * @throws ModelFileException when the file is missing, is no detector of a known kind, or does not say its classes or its input size
     */
    public static OnnxDetector open(Path file, Map<String, Double> thresholds, int threads) {
        OnnxNetwork network = new OnnxNetwork(file, threads);
        try {
            return new OnnxDetector(file, network, thresholds);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public Map<String, String> notes() {
        return network.metadata();
    }

    @Override
    public List<Detection> detect(Image image) {
        return detect(image, thresholds);
    }

    @Override
    public List<Detection> detect(Image image, double threshold) {
        double[] all = new double[labels.size()];
        Arrays.fill(all, threshold);
        return detect(image, all);
    }

    private List<Detection> detect(Image image, double[] least) {
        // What lies in the border of a letterbox is nothing.
        List<Detection> inside = head.boxes(run(head.pixels(image), image), image, least).stream()
                .filter(d -> area(d) > 0)
                .sorted(Comparator.comparingDouble(Detection::confidence).reversed())
                .limit(MAX_BOXES)
                .toList();
        return suppress(inside, head.iou());
    }

    private Map<String, OnnxNetwork.Output> run(float[] pixels, Image image) {
        OnnxNetwork.Input input = OnnxNetwork.Input.of(pixels, 1, 3, size, size);
        return network.run(
                asksForSizes
                        ? List.of(input, OnnxNetwork.Input.of(new long[] {image.width(), image.height()}, 1, 2))
                        : List.of(input));
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

    /** Empty when neither the file nor its neighbours say them. */
    private static List<String> names(Path file, Map<String, String> metadata) {
        if (metadata.get("names") != null) {
            return inOrder(file, parse(file, "names", metadata.get("names")));
        }
        try {
            Path list = file.resolveSibling("classes.txt");
            if (Files.isRegularFile(list)) {
                return SmallFile.lines(list, MAX_NAMES_BYTES).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
            }
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot read the class names beside it: " + e.getMessage(), e);
        }
        JsonNode names = beside(file, "config.json").path("id2label");
        return names.isEmpty() ? List.of() : inOrder(file, names);
    }

    /** DETR and its kin want another preprocessing, which exports of theirs do not show in their outputs. */
    private static void requireNoNormalisation(Path file) {
        if (beside(file, "preprocessor_config.json").path("do_normalize").asBoolean()) {
            throw new ModelFileException(
                    file,
                    "expected a detector that takes plain RGB from 0 to 1 (RT-DETR, D-FINE), found do_normalize in its"
                            + " preprocessor_config.json");
        }
    }

    /** A JSON file of Hugging Face, in the folder or the one above; missing node when there is none. */
    private static JsonNode beside(Path file, String name) {
        for (Path json : List.of(file.resolveSibling(name), file.resolveSibling("../" + name))) {
            if (Files.isRegularFile(json)) {
                try {
                    return PYTHON.readTree(SmallFile.bytes(json, MAX_NAMES_BYTES));
                } catch (IOException e) {
                    throw new ModelFileException(json, "cannot be read: " + e.getMessage(), e);
                }
            }
        }
        return MissingNode.getInstance();
    }

    private static List<String> inOrder(Path file, JsonNode json) {
        String[] names = new String[json.size()];
        for (int i = 0; i < names.length; i++) {
            JsonNode name = json.isArray() ? json.get(i) : json.get(Integer.toString(i));
            if (name == null) {
                throw new ModelFileException(
                        file, "expected names of the classes 0 to " + (names.length - 1) + ", found " + json);
            }
            names[i] = name.asText();
        }
        return List.of(names);
    }

    private static int size(Path file, String metadata, Map<String, Shape> inputs) {
        String name = inputs.keySet().iterator().next();
        Shape shape = inputs.get(name);
        if (shape.dimension() != 4 || (shape.get(1) != 3 && shape.get(1) > 0)) {
            throw new ModelFileException(
                    file, "expected an input of shape (1, 3, height, width), found " + name + " " + shape);
        }
        if (shape.get(2) > 0) {
            return square(file, shape.get(2), shape.get(3), "an input of shape " + shape);
        }
        if (metadata != null) {
            JsonNode json = parse(file, "imgsz", metadata);
            return square(file, json.path(0).asLong(), json.path(1).asLong(), "imgsz " + metadata);
        }
        if (name.equals("pixel_values") || inputs.containsKey("orig_target_sizes")) {
            return USUAL_SIZE;
        }
        throw new ModelFileException(
                file, "expected the input size in the network or in the metadata (imgsz: [640, 640]), found none");
    }

    private static int square(Path file, long height, long width, String found) {
        if (height != width || height < 1 || height > MAX_SIZE) {
            throw new ModelFileException(file, "expected a square input of at most " + MAX_SIZE + ", found " + found);
        }
        return (int) height;
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
