package dev.assay.harness.render;

import dev.assay.harness.model.ContentKey;
import dev.assay.harness.model.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Everything that decides the pixels of a picture, by the names under which its file in the store keeps it. */
public record PictureOrigin(SortedMap<String, String> fields) {
    static final String SEED = "assay:seed";
    private static final String PREFIX = "assay:";
    private static final Pattern NAME = Pattern.compile(PREFIX + "[A-Za-z]+");

    /**
     * Of a picture that is made in a run.
     *
     * @param model hash of the model's files, as the renderer knows them
     */
    public static PictureOrigin rendered(RenderRequest request, String model, Renderer renderer) {
        PictureOrigin origin = of(model, request.prompt(), request.negativePrompt(), request.seed());
        origin.fields.put("assay:settings", request.settings().key());
        origin.fields.put("assay:repeat", Integer.toString(request.repeat()));
        origin.fields.put("assay:renderer", renderer.name() + " " + renderer.version());
        origin.fields.put("assay:device", renderer.device());
        return origin;
    }

    /**
     * Of a picture that was finished before: nobody knows the settings.
     *
     * @param folder hash of all files of the picture's folder
     * @param file SHA-256 of the picture's own file: which one belongs to a prompt and seed, the folder's files alone do not tell
     */
    public static PictureOrigin found(String folder, String file, String prompt, String negativePrompt, long seed) {
        PictureOrigin origin = of(folder, prompt, negativePrompt, seed);
        origin.fields.put("assay:file", file);
        return origin;
    }

    private static PictureOrigin of(String model, String prompt, String negativePrompt, long seed) {
        return new PictureOrigin(new TreeMap<>(Map.of(
                "assay:model",
                model,
                "assay:prompt",
                prompt,
                "assay:negativePrompt",
                negativePrompt,
                SEED,
                Long.toString(seed),
                "assay:repeat",
                "0",
                "assay:renderer",
                "folder 1",
                "assay:device",
                "rendered elsewhere")));
    }

    /**
     * SHA-256; hex. Of the plain text of the fields, as stores have it from of old, where no other fields have the same text: all
     * names begin with {@code assay:}, so a text without that inside a value is taken apart in one way only.
     */
    public String key() {
        boolean plain =
                fields.keySet().stream().allMatch(name -> NAME.matcher(name).matches())
                        && fields.values().stream().noneMatch(value -> value.contains(", " + PREFIX));
        return plain
                ? Hashes.sha256(fields.toString().getBytes(StandardCharsets.UTF_8))
                : new ContentKey("assay-picture/2").withAll("fields", fields).sha256();
    }
}
