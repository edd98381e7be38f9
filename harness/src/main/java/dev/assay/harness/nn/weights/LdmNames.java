package dev.assay.harness.nn.weights;

import dev.assay.harness.model.family.UnetNames;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Module paths of a diffusers UNet in the layout of the original latent-diffusion code, which many LoRAs use. Counts blocks from
 * the layers of the first one, so that any part of a UNet will do; {@link UnetNames} walks over a whole one.
 */
final class LdmNames {
    private static final Pattern BLOCK =
            Pattern.compile("(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");
    private static final Pattern MID = Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.+)");

    private final Collection<String> modules;
    private final int layers; // resnets per down block

    /** For the UNet with these module paths; the numbering depends on how many layers its blocks have. */
    LdmNames(Collection<String> modules) {
        this.modules = modules;
        int count = 0;
        while (any("down_blocks.0.resnets." + count + ".")) {
            count++;
        }
        this.layers = count;
    }

    /** The path of a module in the original layout; empty for a module that is not part of a UNet of this kind. */
    Optional<String> of(String module) {
        if (UnetNames.FIXED.containsKey(module)) {
            return Optional.of(UnetNames.FIXED.get(module));
        }
        Matcher mid = MID.matcher(module);
        if (mid.matches()) {
            int i = Integer.parseInt(mid.group(2));
            return mid.group(1).equals("attentions")
                    ? Optional.of("middle_block." + (2 * i + 1) + "." + mid.group(3))
                    : Optional.of("middle_block." + 2 * i + "." + resnet(mid.group(3)));
        }
        Matcher block = BLOCK.matcher(module);
        if (!block.matches()) {
            return Optional.empty();
        }
        int b = Integer.parseInt(block.group(2));
        int j = Integer.parseInt(block.group(4));
        String inner = block.group(5);
        boolean down = block.group(1).equals("down");
        String blocks = down ? "input_blocks." : "output_blocks.";
        int first = b * (layers + 1) + (down ? 1 : 0); // input_blocks.0 is conv_in
        return Optional.of(
                switch (block.group(3)) {
                    case "resnets" -> blocks + (first + j) + ".0." + resnet(inner);
                    case "attentions" -> blocks + (first + j) + ".1." + inner;
                    case "downsamplers" -> blocks + (first + layers) + ".0.op";
                    default ->
                        blocks + (first + layers) + (any("up_blocks." + b + ".attentions.") ? ".2." : ".1.") + inner;
                });
    }

    private static String resnet(String inner) {
        return UnetNames.RESNET.getOrDefault(inner, inner);
    }

    private boolean any(String prefix) {
        return modules.stream().anyMatch(m -> m.startsWith(prefix));
    }
}
