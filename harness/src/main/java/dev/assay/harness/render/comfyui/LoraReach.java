package dev.assay.harness.render.comfyui;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Finding;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a LoRA reaches the diffusion model, by pictures. A LoRA for another family may hold a part for a text encoder that both
 * families have: it changes every picture and proves nothing.
 */
final class LoraReach {
    /** Of the noise between two pictures of one request: one pair tells no more than its order of magnitude. */
    private static final double OF_NOISE = 2;

    private final List<LoraUse> loras;
    private final Painter painter;
    private Image without; // null until asked for
    private double noise = -1; // grey levels, root mean square; -1 until asked for

    /** Makes the same picture with the LoRAs at other strengths. */
    @FunctionalInterface
    interface Painter {
        /** @param repeat above 0 renders again what the server may have in its memory */
        Image paint(List<LoraUse> loras, int repeat);
    }

    /** @param loras of one model, in load order */
    LoraReach(List<LoraUse> loras, Painter painter) {
        this.loras = List.copyOf(loras);
        this.painter = painter;
    }

    /** An error when this LoRA without its part for text encoders, and without the other LoRAs, leaves the picture as it is. */
    Optional<Finding> of(int index) {
        Image with = painter.paint(only(index), 0);
        if (with.equals(without())) {
            return Optional.of(error(index, "the picture is the base's, pixel for pixel"));
        }
        double distance = with.rmsTo(without());
        return distance > OF_NOISE * noise()
                ? Optional.empty()
                : Optional.of(
                        error(index, "the picture differs from the base's no more than two pictures of the base"));
    }

    private Finding error(int index, String picture) {
        return new Finding(
                Finding.Level.ERROR,
                loras.get(index).file() + ": nothing of it reached the diffusion model: without its text encoder part "
                        + picture + "; is it for another family?");
    }

    private Image without() {
        if (without == null) {
            without = painter.paint(only(-1), 0);
        }
        return without;
    }

    private double noise() {
        if (noise < 0) {
            noise = painter.paint(only(-1), 1).rmsTo(without());
        }
        return noise;
    }

    private List<LoraUse> only(int index) {
        List<LoraUse> all = new ArrayList<>();
        for (int i = 0; i < loras.size(); i++) {
            LoraUse lora = loras.get(i);
            all.add(new LoraUse(lora.file(), i == index ? lora.strengthModel() : 0, 0, lora.hasTextEncoder()));
        }
        return all;
    }
}
