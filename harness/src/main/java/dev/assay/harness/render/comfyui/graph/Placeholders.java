package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.DidYouMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Words that mark a place in a user's workflow, in a node's title or as (part of) a value: {@code %prompt% %negative% %seed%
 * %width% %height% %steps% %cfg% %sampler% %scheduler% %guidance% %shift% %checkpoint% %lora%}; and in titles only {@code
 * %output%} for the node whose picture counts, {@code %keep%} for a LoRA that belongs to the workflow.
 */
final class Placeholders {
    static final String PROMPT = "%prompt%";
    static final String NEGATIVE = "%negative%";
    static final String SEED = "%seed%";
    static final String WIDTH = "%width%";
    static final String HEIGHT = "%height%";
    static final String STEPS = "%steps%";
    static final String CFG = "%cfg%";
    static final String SAMPLER = "%sampler%";
    static final String SCHEDULER = "%scheduler%";
    static final String GUIDANCE = "%guidance%";
    static final String SHIFT = "%shift%";
    static final String CHECKPOINT = "%checkpoint%";
    static final String LORA = "%lora%";
    static final String OUTPUT = "%output%";
    static final String KEEP = "%keep%";

    /** Those that stand for a value. */
    static final List<String> VALUES =
            List.of(PROMPT, NEGATIVE, SEED, WIDTH, HEIGHT, STEPS, CFG, SAMPLER, SCHEDULER, GUIDANCE, SHIFT, CHECKPOINT);

    static final List<String> ALL =
            Stream.concat(VALUES.stream(), Stream.of(LORA, OUTPUT, KEEP)).toList();

    private static final Pattern WORD = Pattern.compile("%[a-z_]+%");

    private Placeholders() {}

    /**
     * The words in a title, whatever their case.
     *
     * @throws GraphException on a word that is nearly one of ours
     */
    static List<String> inTitle(String where, String title) {
        List<String> words = new ArrayList<>();
        Matcher found = WORD.matcher(title.toLowerCase(Locale.ROOT));
        while (found.find()) {
            if (ALL.contains(found.group())) {
                words.add(found.group());
            } else if (DidYouMean.to(found.group(), ALL).isPresent()) {
                throw new GraphException(
                        where + ": no such placeholder as " + found.group() + DidYouMean.hint(found.group(), ALL));
            }
        }
        return words;
    }
}
