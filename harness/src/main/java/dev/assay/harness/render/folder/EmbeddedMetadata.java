package dev.assay.harness.render.folder;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prompt and seed from the texts inside a picture: Assay's own, ComfyUI's, A1111's; the first that knows anything. */
final class EmbeddedMetadata {
    private static final Pattern DETAILS = Pattern.compile("^Steps: \\d+,.*");
    private static final Pattern SEED = Pattern.compile("(?:^|, )Seed: (\\d{1,20})(?:,|$)");
    private static final Pattern NETWORK = Pattern.compile("<(?:lora|lyco|hypernet):[^<>]*>");
    private static final String NEGATIVE = "Negative prompt:";

    private EmbeddedMetadata() {}

    static ImageInfo read(Map<String, String> text) {
        ImageInfo own =
                ImageInfo.of(text.get("assay:prompt"), text.get("assay:negativePrompt"), seed(text.get("assay:seed")));
        if (own.prompt() != null) {
            return own;
        }
        ImageInfo comfy = ComfyText.read(text.get("prompt"), text.get("workflow"));
        return comfy.prompt() != null || comfy.seed() != null ? comfy : parameters(text.get("parameters"));
    }

    /**
     * A1111's infotext: prompt lines, negative prompt lines, one line of details. Lines that load networks ({@code
     * <lora:style:0.8>}) are no words of the prompt: the base has them not, and would find no partner.
     */
    static ImageInfo parameters(String infotext) {
        if (infotext == null || infotext.isBlank() || infotext.strip().startsWith("{")) {
            return ImageInfo.NOTHING; // JSON is of other tools
        }
        StringBuilder prompt = new StringBuilder();
        StringBuilder negative = new StringBuilder();
        Long seed = null;
        boolean inNegative = false;
        boolean details = false;
        for (String line : infotext.strip().lines().toList()) {
            if (DETAILS.matcher(line.strip()).matches()) {
                Matcher found = SEED.matcher(line.strip());
                seed = found.find() ? seed(found.group(1)) : null;
                details = true;
                break;
            }
            if (line.startsWith(NEGATIVE)) {
                inNegative = true;
                negative.append(line.substring(NEGATIVE.length())).append('\n');
            } else {
                (inNegative ? negative : prompt).append(line).append('\n');
            }
        }
        return details
                ? ImageInfo.of(withoutNetworks(prompt.toString()), negative.toString(), seed)
                : ImageInfo.NOTHING;
    }

    private static String withoutNetworks(String prompt) {
        String without = NETWORK.matcher(prompt).replaceAll(" ");
        return without.equals(prompt)
                ? prompt
                : without.replaceAll("(?:\\s*,){2,}", ",").replaceAll("^[\\s,]+|[\\s,]+$", "");
    }

    /** Null for what is no seed that Assay can name: below 0, 2^63 and above. */
    static Long seed(String digits) {
        try {
            long seed = digits == null ? -1 : Long.parseLong(digits.strip());
            return seed < 0 ? null : seed;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
