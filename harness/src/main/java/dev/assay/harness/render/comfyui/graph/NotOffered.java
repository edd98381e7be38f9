package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Says that a server does not have a file or word, and what it has instead. */
final class NotOffered {
    private static final Pattern FILE_INPUT = Pattern.compile("(ckpt|unet|clip|vae|lora|model|control_net)_name\\d?");
    private static final Pattern FILE = Pattern.compile("(?i).*\\.(safetensors|sft|gguf|ckpt|pt|pth|bin)");

    private NotOffered() {}

    static boolean isFile(String input, String value) {
        return FILE_INPUT.matcher(input).matches() || FILE.matcher(value).matches();
    }

    /**
     * @param at the setting, or the node and input where no setting decides it
     * @param offered null where the server did not say
     */
    static String message(String at, String input, String value, List<String> offered) {
        if (isFile(input, value)) {
            Optional<String> spelled = offered == null ? Optional.empty() : ServerFiles.find(value, offered);
            return spelled.isPresent()
                    ? at + ": the server spells `" + PlainText.line(value) + "` as `" + PlainText.line(spelled.get())
                            + "`; write it that way"
                    : ServerFiles.absent(at, value, offered);
        }
        String kind = input.equals("sampler_name") ? "sampler" : input.replace('_', ' ');
        return at + ": the server has no " + kind + " " + PlainText.line(value) + hint(input, value, offered);
    }

    private static String hint(String input, String value, List<String> offered) {
        Optional<SamplerNames.Name> name = input.equals("sampler_name") ? SamplerNames.parse(value) : Optional.empty();
        if (name.isPresent()) {
            return "; in ComfyUI's words it is " + name.get();
        }
        if (offered == null) {
            return "";
        }
        String near = DidYouMean.hint(value, offered);
        return near.isEmpty() ? "; it has " + String.join(", ", offered) : near;
    }
}
