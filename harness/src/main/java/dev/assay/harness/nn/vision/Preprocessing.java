package dev.assay.harness.nn.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * From picture to network, as transformers and open_clip do it with Pillow: to a square, to [0, 1], normalised.
 *
 * @param size edge of the square that the network sees, in pixels
 * @param mean per channel, of values in [0, 1]
 * @param std per channel
 */
public record Preprocessing(Framing framing, int size, Resize.Filter filter, List<Double> mean, List<Double> std) {
    private static final int MAX_EDGE = 4096; // pixels
    private static final int BILINEAR = 2; // Pillow's numbers
    private static final int BICUBIC = 3;
    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
    private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);
    private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

    /** How any picture becomes a square. */
    public sealed interface Framing {
        /**
         * The shorter edge to so many pixels, then the middle.
         *
         * @param toEven as torchvision rounds half an odd margin, and so open_clip; else as transformers
         */
        record Crop(int shortestEdge, boolean toEven) implements Framing {}

        /** Both edges to the size, whatever the shape. */
        record Squash() implements Framing {}

        /** The longer edge to the size, black around. */
        record Pad() implements Framing {}
    }

    public Preprocessing {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (size < 1
                || size > MAX_EDGE
                || (framing instanceof Framing.Crop crop
                        && (crop.shortestEdge < size || crop.shortestEdge > MAX_EDGE))) {
            throw new ModelFileException(
                    "preprocessing: expected a shortest edge of at least the crop and a crop of at most " + MAX_EDGE
                            + ", found " + framing + " and " + size);
        }
        if (mean.size() != 3
                || std.size() != 3
                || !Stream.concat(mean.stream(), std.stream()).allMatch(Double::isFinite)
                || std.stream().anyMatch(s -> !(s > 0))) {
            throw new ModelFileException("preprocessing: expected mean and standard deviation of three channels, found "
                    + mean + " and " + std);
        }
    }

    /** OpenAI's, which all CLIPs share, as transformers does it. */
    public static Preprocessing clip(int size) {
        return clip(new Framing.Crop(size, false), size);
    }

    /** OpenAI's numbers with another framing. */
    public static Preprocessing clip(Framing framing, int size) {
        return new Preprocessing(framing, size, Resize.Filter.BICUBIC, CLIP_MEAN, CLIP_STD);
    }

    /** DINOv2's for evaluation: shorter edge 256, the middle 224. */
    public static Preprocessing dinov2() {
        return new Preprocessing(new Framing.Crop(256, false), 224, Resize.Filter.BICUBIC, IMAGENET_MEAN, IMAGENET_STD);
    }

    /** Reads {@code preprocessor_config.json} of transformers' processors for CLIP, SigLIP and DINOv2. */
    public static Preprocessing read(Path file) {
        JsonNode json = json(file);
        int resample = json.path("resample").asInt(BICUBIC);
        if (resample != BICUBIC && resample != BILINEAR) {
            throw new ModelFileException(
                    file, "expected bicubic or bilinear resampling (resample 3 or 2), found " + json.get("resample"));
        }
        for (String step : new String[] {"do_resize", "do_rescale", "do_normalize"}) {
            if (!json.path(step).asBoolean(true)) {
                throw new ModelFileException(file, "expected " + step + ", found false");
            }
        }
        Resize.Filter filter = resample == BICUBIC ? Resize.Filter.BICUBIC : Resize.Filter.BILINEAR;
        JsonNode size = json.path("size");
        JsonNode crop = json.path("crop_size");
        if (size.has("height") && !json.path("do_center_crop").asBoolean(false)) {
            int edge = size.path("height").asInt();
            if (size.path("width").asInt() != edge) {
                throw new ModelFileException(file, "expected a square, found size " + size);
            }
            boolean siglip = json.path("image_processor_type").asText("").startsWith("Siglip");
            return new Preprocessing(
                    new Framing.Squash(),
                    edge,
                    filter,
                    three(file, json, "image_mean", siglip),
                    three(file, json, "image_std", siglip));
        }
        int edge = size.isInt() ? size.asInt() : size.path("shortest_edge").asInt();
        int square = crop.isInt() ? crop.asInt() : crop.path("height").asInt();
        if (edge < 1 || square < 1 || square > edge) {
            throw new ModelFileException(
                    file, "expected size.shortest_edge of at least crop_size.height, found " + size + " and " + crop);
        }
        return new Preprocessing(
                new Framing.Crop(edge, false),
                square,
                filter,
                three(file, json, "image_mean", false),
                three(file, json, "image_std", false));
    }

    /** Reads {@code preprocess_cfg} of an {@code open_clip_config.json}; what it leaves out is OpenAI's. */
    public static Preprocessing openClip(Path file, JsonNode json, int size) {
        String word = json.path("interpolation").asText("bicubic");
        Resize.Filter filter = switch (word) {
            case "bicubic" -> Resize.Filter.BICUBIC;
            case "bilinear" -> Resize.Filter.BILINEAR;
            default -> throw new ModelFileException(file, "interpolation: expected bicubic or bilinear, found " + word);
        };
        String mode = json.path("resize_mode").asText("shortest");
        Framing framing = switch (mode) {
            case "shortest" -> new Framing.Crop(size, true);
            case "squash" -> new Framing.Squash();
            case "longest" -> new Framing.Pad();
            default ->
                throw new ModelFileException(file, "resize_mode: expected shortest, longest or squash, found " + mode);
        };
        if (json.path("fill_color").asInt(0) != 0) {
            throw new ModelFileException(file, "fill_color: expected 0, found " + json.get("fill_color"));
        }
        return new Preprocessing(
                framing,
                size,
                filter,
                json.has("mean") ? three(file, json, "mean", false) : CLIP_MEAN,
                json.has("std") ? three(file, json, "std", false) : CLIP_STD);
    }

    /** Shape (3, size, size). */
    public float[] pixels(Image image) {
        byte[] rgb = square(image).rgb();
        float[] out = new float[3 * size * size];
        for (int c = 0; c < 3; c++) {
            float[] normalised = new float[256];
            for (int v = 0; v < normalised.length; v++) {
                normalised[v] = (float) ((v / 255.0 - mean.get(c)) / std.get(c));
            }
            for (int i = 0; i < size * size; i++) {
                out[c * size * size + i] = normalised[rgb[3 * i + c] & 0xff];
            }
        }
        return out;
    }

    private Image square(Image image) {
        if (framing instanceof Framing.Crop crop) {
            Image scaled = Resize.shortestEdge(image, crop.shortestEdge, filter);
            return crop.toEven ? Resize.centerCropToEven(scaled, size) : Resize.centerCrop(scaled, size);
        }
        return framing instanceof Framing.Squash
                ? Resize.to(image, size, size, filter)
                : Resize.longestEdgePadded(image, size, filter);
    }

    private static JsonNode json(Path file) {
        return JsonFile.config(file, "an image processor");
    }

    private static List<Double> three(Path file, JsonNode json, String key, boolean halfByDefault) {
        JsonNode values = json.path(key);
        if (halfByDefault && values.isMissingNode()) {
            return HALF;
        }
        if (values.size() != 3) {
            throw new ModelFileException(file, "expected three numbers in " + key + ", found " + values);
        }
        return List.of(
                values.get(0).asDouble(),
                values.get(1).asDouble(),
                values.get(2).asDouble());
    }
}
