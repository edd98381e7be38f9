package dev.assay.harness.render.folder;

import java.util.List;

/**
 * What one source knows of a picture; null where it says nothing.
 *
 * @param prompt never blank
 * @param negative may be empty
 * @param seed 0 or more
 * @param name of the case, where the prompt itself is not known
 */
record ImageInfo(String prompt, String negative, Long seed, String name, List<String> tags) {
    static final ImageInfo NOTHING = new ImageInfo(null, null, null, null, List.of());

    ImageInfo {
        prompt = prompt == null || prompt.isBlank() ? null : prompt.strip().replaceAll("\\s+", " ");
        negative = negative == null ? null : negative.strip();
        tags = List.copyOf(tags);
    }

    static ImageInfo of(String prompt, String negative, Long seed) {
        return new ImageInfo(prompt, negative, seed, null, List.of());
    }

    /** This, and what {@code other} knows where this says nothing. */
    ImageInfo or(ImageInfo other) {
        return new ImageInfo(
                prompt == null ? other.prompt : prompt,
                negative == null ? other.negative : negative,
                seed == null ? other.seed : seed,
                name == null ? other.name : name,
                tags.isEmpty() ? other.tags : tags);
    }

    boolean isComplete() {
        return prompt != null && seed != null;
    }

    /** Whether prompt or seed are known to both and differ. */
    boolean contradicts(ImageInfo other) {
        return (prompt != null && other.prompt != null && !prompt.equals(other.prompt))
                || (seed != null && other.seed != null && !seed.equals(other.seed));
    }
}
