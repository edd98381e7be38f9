package dev.assay.harness.model.inspect;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.family.ModelFamilies;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a model file is and says of itself. All text from the file is cleaned of what is invisible, and cut to a sane length; it is
 * still untrusted.
 *
 * @param kind empty where the file could not be read or is none of the kinds
 * @param family for machines: {@code sdxl}, {@code flux1}, {@code unknown}
 * @param familyTitle for people; no more than the layers show
 * @param detail which of the family's sizes or variants it is, a part of the title; may be empty
 * @param needs what it needs beside a prompt, as its layers or its metadata say: {@code a picture to edit}; empty for text-to-image
 * @param families words of every family whose layers these may be: one, or those that the layers cannot tell apart; empty where
 *     none is known
 * @param contents components ({@code unet}, {@code dit}, {@code vae}, {@code clip-l}), or of a LoRA the ones that it changes
 * @param rank empty for kinds without
 * @param alpha the one that most modules have; empty where the file states none
 * @param layers of a LoRA by their sort ({@code attention}), else empty
 * @param trainer the tool that wrote the file, with how that is known; may be empty
 * @param claimedBase the base model that the metadata names; may be empty
 * @param predictionType {@code epsilon}, {@code v} or {@code flow}; empty where the file does not tell
 * @param quantization tensors by element type, the one of the most parameters first
 * @param quantizationNote schemes over the element types, for people; may be empty
 * @param ema whether averaged weights lie beside the ordinary ones, which no renderer reads
 * @param parameters number of elements of all tensors
 * @param hashes by name: AutoV1, AutoV2, AutoV3, SHA256, SHA256-tensors; empty if not asked for
 */
public record Inspection(
        Path file,
        long bytes,
        Optional<ModelKind> kind,
        String family,
        String familyTitle,
        String detail,
        String needs,
        List<String> families,
        List<String> contents,
        Optional<Rank> rank,
        OptionalDouble alpha,
        int modules,
        Map<String, Integer> layers,
        String trainer,
        List<Trigger> triggerWords,
        String claimedBase,
        String license,
        String predictionType,
        Map<String, Integer> quantization,
        String quantizationNote,
        boolean ema,
        long parameters,
        Map<String, String> hashes,
        List<Finding> problems) {
    /** Smallest, median and largest rank of the modules. */
    public record Rank(long min, long median, long max) {}

    /** A word that may start the LoRA's effect; {@code source} is where it stands in the metadata. */
    public record Trigger(String word, String source) {}

    public Inspection {
        families = List.copyOf(families);
        contents = List.copyOf(contents);
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
        triggerWords = List.copyOf(triggerWords);
        quantization = Collections.unmodifiableMap(new LinkedHashMap<>(quantization));
        hashes = Collections.unmodifiableMap(new LinkedHashMap<>(hashes));
        problems = List.copyOf(problems);
    }

    /** Why no run can judge it; empty for what makes pictures from a prompt alone. */
    public Optional<String> notFromText() {
        return notFromText(needs);
    }

    static Optional<String> notFromText(String needs) {
        return needs.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "needs " + needs + " beside the prompt, and Assay judges pictures that are made from a prompt"
                                + " alone; give a text-to-image model, or a LoRA for one");
    }

    /** Whether it is a model that predicts v, as its tensors or its metadata say. */
    public boolean predictsV() {
        return predictionType.startsWith("v");
    }

    /** Whether anything keeps the file from working. */
    public boolean broken() {
        return problems.stream().anyMatch(Finding::isError);
    }

    /** Why a LoRA is of no use on a base, whatever names they share; empty where their families fit, or one is not known. */
    public Optional<String> foreignTo(Inspection base) {
        boolean kin = families.stream().anyMatch(f -> base.families.stream().anyMatch(b -> ModelFamilies.areKin(f, b)));
        return families.isEmpty() || base.families.isEmpty() || kin
                ? Optional.empty()
                : Optional.of("is a LoRA for " + familyTitle + ", and the base is " + base.familyTitle
                        + ": another network, of which it could at most change layers of the same name; give the base"
                        + " that it was trained on, or a LoRA for this one");
    }

    /** That a LoRA none of whose layers has the base's shape is for another size of the family, where both sizes are known. */
    public Optional<String> otherSizeThan(Inspection base) {
        return family.equals(base.family) && !familyTitle.equals(base.familyTitle)
                ? Optional.of("is a LoRA for " + familyTitle + ", and the base is " + base.familyTitle
                        + ": another size; give the base that it was trained on, or a LoRA for this one")
                : Optional.empty();
    }

    /** A file that could not be read. */
    static Inspection unreadable(Path file, long bytes, String problem) {
        return new Inspection(
                file,
                bytes,
                Optional.empty(),
                "unknown",
                "",
                "",
                "",
                List.of(),
                List.of(),
                Optional.empty(),
                OptionalDouble.empty(),
                0,
                Map.of(),
                "",
                List.of(),
                "",
                "",
                "",
                Map.of(),
                "",
                false,
                0,
                Map.of(),
                List.of(Finding.error(problem)));
    }
}
