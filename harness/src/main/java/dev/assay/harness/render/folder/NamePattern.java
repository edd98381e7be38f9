package dev.assay.harness.render.folder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prompt, case and seed from file names. {@code {seed}}, {@code {prompt}} (underscores are spaces), {@code {case}} and {@code
 * {any}} stand for what they say, everything else for itself; the ending does not count.
 *
 * @param given whether the user wrote it
 */
record NamePattern(String words, Pattern pattern, List<String> fields, boolean given) {
    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)\\}");
    /** {@code barn_42}, {@code barn-42}, and ComfyUI's {@code barn_00042_}. */
    private static final NamePattern DEFAULT = new NamePattern(
            "<anything>_<seed>", Pattern.compile("(.+)[_-](\\d{1,19})_?"), List.of("case", "seed"), false);

    /** @throws IllegalArgumentException on a pattern that tells nothing */
    static NamePattern of(Optional<String> words) {
        if (words.isEmpty()) {
            return DEFAULT;
        }
        List<String> fields = new ArrayList<>();
        StringBuilder regex = new StringBuilder();
        Matcher field = FIELD.matcher(words.get());
        int at = 0;
        while (field.find()) {
            String name = field.group(1);
            regex.append(Pattern.quote(words.get().substring(at, field.start())))
                    .append(
                            switch (name) {
                                case "seed" -> "(\\d{1,19})";
                                case "prompt", "case" -> "(.+?)";
                                case "any" -> ".*?";
                                default -> throw wrong(words.get(), "{" + name + "}");
                            });
            if (fields.contains(name)) {
                throw wrong(words.get(), "{" + name + "} twice");
            }
            if (!name.equals("any")) {
                fields.add(name);
            }
            at = field.end();
        }
        if (fields.isEmpty()) {
            throw wrong(words.get(), "none of them");
        }
        regex.append(Pattern.quote(words.get().substring(at)));
        return new NamePattern(words.get(), Pattern.compile(regex.toString()), fields, true);
    }

    private static IllegalArgumentException wrong(String words, String found) {
        return new IllegalArgumentException(
                "assay.folder.pattern: expected {prompt}, {case}, {seed} and {any} among other"
                        + " characters, e.g. {case}_{seed}; found " + found + " in " + words);
    }

    /**
     * @param stem of a file, relative to its folder, with / between folders, without its ending; a pattern without / is
     *     about the file's own name
     * @return empty where the pattern does not fit
     */
    Optional<ImageInfo> read(String stem) {
        String name = given && !words.contains("/") ? stem.substring(stem.lastIndexOf('/') + 1) : stem;
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String prompt = group(matcher, "prompt");
        return Optional.of(new ImageInfo(
                prompt == null ? null : prompt.replace('_', ' '),
                null,
                EmbeddedMetadata.seed(group(matcher, "seed")),
                group(matcher, "case"),
                List.of()));
    }

    private String group(Matcher matcher, String field) {
        int index = fields.indexOf(field);
        return index < 0 ? null : matcher.group(index + 1);
    }
}
