package dev.assay.harness.render.comfyui;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a LoRA does anything where it should, by pictures. Each is tried alone: beside another that works, one that is dead would
 * not be seen. And without its part for text encoders: those of other families fit too, change every picture and prove nothing.
 */
final class LoraReach {
    /** Of the noise between two pictures of one request: one pair tells no more than its order of magnitude. */
    private static final double OF_NOISE = 2;

    /** A strength below it is the first thing to doubt: rounding to the base's format may leave nothing of the change. */
    private static final double FAINT = 0.01;

    private final List<LoraUse> loras;
    private final Painter painter;
    private Image without; // null until asked for
    private double noise = -1; // grey levels, root mean square; -1 until asked for

    /** What the header tells of a file's parts. */
    enum Holds {
        /** A part for the diffusion model, perhaps beside others. */
        MODEL,
        /** For text encoders alone. */
        TEXT,
        /** The file is not at hand. */
        UNKNOWN;

        static Holds of(List<LoraModule> modules) {
            return modules.isEmpty()
                    ? UNKNOWN
                    : modules.stream().allMatch(m -> m.part().isTextEncoder()) ? TEXT : MODEL;
        }
    }

    /** Makes the same picture with the LoRAs at other strengths. */
    interface Painter {
        /** @param repeat above 0 renders again what the server may have in its memory */
        Image paint(List<LoraUse> loras, int repeat);

        /**
         * Whether the LoRA that is at a strength for the model reaches weights of it, of whatever values: at a strength that is no
         * number, zeros spoil the picture too.
         */
        boolean spoils(List<LoraUse> loras);
    }

    /** @param loras of one model, in load order */
    LoraReach(List<LoraUse> loras, Painter painter) {
        this.loras = List.copyOf(loras);
        this.painter = painter;
    }

    /**
     * An error when this LoRA alone leaves the picture as it is: without its part for text encoders if it has another, else with it.
     *
     * @param settled whether the log was read, and told of no part of the diffusion model that was left out
     */
    List<Finding> of(int index, Holds holds, boolean settled) {
        LoraUse lora = loras.get(index);
        List<LoraUse> model = only(index, lora.strengthModel(), 0);
        Optional<String> dead = holds == Holds.TEXT ? Optional.of("") : asTheBases(model);
        if (dead.isEmpty()) {
            return List.of();
        }
        String nothing = lora.file() + ": nothing of it reached the diffusion model: without its text encoder part "
                + dead.get() + "; ";
        if (holds == Holds.MODEL) {
            return error(nothing + why(lora));
        }
        Optional<String> mute = asTheBases(only(index, 0, lora.strengthClip()));
        if (mute.isPresent()) {
            return error(
                    holds == Holds.TEXT
                            ? lora.file() + ": is for text encoders alone, and with it " + mute.get()
                            : nothing + "nor does it change a text encoder; " + why(lora));
        }
        if (holds == Holds.TEXT) {
            return ofText(lora);
        }
        if (!settled) {
            return error(
                    nothing + "is it for another family? Were it for text encoders alone, the server's log or its file"
                            + " (assay.models) would tell");
        }
        return painter.spoils(model) ? error(nothing + "its part for the diffusion model is untrained") : ofText(lora);
    }

    private static String why(LoraUse lora) {
        return Math.abs(lora.strengthModel()) < FAINT
                ? "is its strength, " + lora.strengthModel() + ", too small?"
                : "is it for another family, or untrained?";
    }

    private static List<Finding> ofText(LoraUse lora) {
        return List.of(new Finding(
                Finding.Level.NOTE, lora.file() + ": is for text encoders alone, and changes the picture by them"));
    }

    private static List<Finding> error(String text) {
        return List.of(new Finding(Finding.Level.ERROR, text));
    }

    /** In words, where the picture is the base's; empty where it is another one. */
    private Optional<String> asTheBases(List<LoraUse> strengths) {
        Image with = painter.paint(strengths, 0);
        if (with.equals(without())) {
            return Optional.of("the picture is the base's, pixel for pixel");
        }
        return with.rmsTo(without()) > OF_NOISE * noise()
                ? Optional.empty()
                : Optional.of("the picture differs from the base's no more than two pictures of the base");
    }

    private Image without() {
        if (without == null) {
            without = painter.paint(only(-1, 0, 0), 0);
        }
        return without;
    }

    private double noise() {
        if (noise < 0) {
            noise = painter.paint(only(-1, 0, 0), 1).rmsTo(without());
        }
        return noise;
    }

    private List<LoraUse> only(int index, double model, double clip) {
        List<LoraUse> all = new ArrayList<>();
        for (int i = 0; i < loras.size(); i++) {
            LoraUse lora = loras.get(i);
            all.add(new LoraUse(lora.file(), i == index ? model : 0, i == index ? clip : 0, lora.hasTextEncoder()));
        }
        return all;
    }
}
