package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.model.family.ComfyUi;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.GraphNodes.Schedule;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.text.DidYouMean;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which variant's graph a model gets, from what its family says of ComfyUI. */
public final class FamilyGraphs {
    /** Variants of every family. */
    public static final List<ComfyVariant> ALL = ModelFamilies.ALL.stream()
            .flatMap(f -> f.comfyui().variants().stream())
            .toList();

    /**
     * A graph and why it was chosen.
     *
     * @param reason for people, like {@code Flux.1 Krea dev, because of the file's name}
     * @param certain false where nothing told the variants apart
     */
    public record Choice(ComfyVariant graph, String reason, boolean certain) {}

    private FamilyGraphs() {}

    /** Whether a family has a graph. */
    public static boolean has(String family) {
        return ALL.stream().anyMatch(v -> v.family().equals(family));
    }

    /**
     * The graph of a variant.
     *
     * @throws GraphException if there is none of this name
     */
    public static ComfyVariant named(String name) {
        return ALL.stream()
                .filter(g -> g.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(Keys.VARIANT, name, names(ALL)));
    }

    /**
     * The graph for a model file. A header does not tell variants of a family apart: the file's name may, or a setting.
     *
     * @param family as the header tells: {@code sdxl}, {@code flux1} ...
     * @param detail as the header tells which of the family's sizes it is; may be empty
     * @param file name of the base model's file
     * @param variant the user's setting, a name of {@link #ALL}; null if not given
     * @throws GraphException if the family has no graph, or variants with different defaults cannot be told apart
     */
    public static Choice choose(String family, String detail, String file, String variant) {
        Optional<ComfyUi> comfyui = ModelFamilies.of(family).map(ModelFamily::comfyui);
        List<ComfyVariant> variants = comfyui.map(ComfyUi::variants).orElse(List.of());
        if (variants.isEmpty()) {
            throw new GraphException(file + ": no graph for the family " + family
                    + comfyui.map(c -> " (" + c.noneYet() + ")").orElse("") + "; there are "
                    + ALL.stream().map(ComfyVariant::family).distinct().collect(Collectors.joining(", "))
                    + "; export a workflow of your own as API and give it as " + Keys.WORKFLOW);
        }
        String name = stem(file);
        List<ComfyVariant> fitting = ofSize(variants, detail, name);
        if (variant != null) {
            ComfyVariant chosen = byName(file, detail, variant, variants, fitting);
            return new Choice(chosen, chosen.title() + ", as " + Keys.VARIANT + " says", true);
        }
        ModelFamily of = ModelFamilies.of(family).orElseThrow();
        of.edit(name).ifPresent(edit -> {
            throw new GraphException(file + ": by its name it is " + edit.title() + ", which needs " + edit.needs()
                    + " beside the prompt: no graph of text-to-image is for it; give a text-to-image model, or set "
                    + Keys.VARIANT + " if it is one of " + String.join(", ", names(fitting)));
        });
        comfyui.orElseThrow().others().forEach((pattern, title) -> {
            if (pattern.matcher(name).find()) {
                if (ALL.stream().anyMatch(v -> v.title().equals(title))) {
                    throw new GraphException(file + ": by its name it is " + title + ", by its layers or its metadata "
                            + of.title() + "; set assay.models to the folder of the"
                            + " server's models, so that its layers can tell, or " + Keys.VARIANT + " if it is one of "
                            + String.join(", ", names(fitting)));
                }
                throw new GraphException(file + ": by its name it is " + title
                        + ", for which there is no graph; export a"
                        + " workflow of your own as API and give it as " + Keys.WORKFLOW + ", or set " + Keys.VARIANT
                        + " if it is one of " + String.join(", ", names(fitting)));
            }
        });
        if (fitting.size() == 1) {
            ComfyVariant only = fitting.get(0);
            boolean named = detail.isEmpty() && only.size().isPresent();
            return new Choice(
                    only,
                    only.title()
                            + (named
                                    ? ", because of the file's name (" + file + ")"
                                    : ", the only variant of its " + (variants.size() == 1 ? "family" : "kind")),
                    true);
        }
        List<ComfyVariant> hinted = fitting.stream()
                .filter(g -> g.fileHint().filter(h -> h.matcher(name).find()).isPresent())
                .toList();
        if (hinted.size() == 1) {
            ComfyVariant chosen = hinted.get(0);
            return new Choice(chosen, chosen.title() + ", because of the file's name (" + file + ")", true);
        }
        ComfyVariant first = fitting.get(0);
        if (fitting.stream().allMatch(g -> g.defaults().equals(first.defaults()))) {
            return new Choice(
                    first,
                    first.title() + " or a finetune of it: its file cannot be told from "
                            + titles(fitting.subList(1, fitting.size())) + ", which is used with the same settings",
                    false);
        }
        throw new GraphException(file + ": " + titles(fitting)
                + " have the same tensors and other settings, and the file's name does not say which it is; set "
                + Keys.VARIANT + " to one of " + String.join(", ", names(fitting)));
    }

    /** @param fitting those of the file's size */
    private static ComfyVariant byName(
            String file, String detail, String variant, List<ComfyVariant> variants, List<ComfyVariant> fitting) {
        ComfyVariant chosen = variants.stream()
                .filter(g -> g.name().equals(variant))
                .findFirst()
                .orElseThrow(() -> unknown(Keys.VARIANT, variant, names(variants)));
        if (!detail.isEmpty() && chosen.size().isPresent() && !fitting.contains(chosen)) {
            throw new GraphException(Keys.VARIANT + " (" + variant + "): " + file + " is "
                    + ModelFamilies.of(chosen.family()).orElseThrow().title() + ", " + detail
                    + ", by its layers; set it to one of " + String.join(", ", names(fitting)));
        }
        return chosen;
    }

    /** Those of one size, if the header tells it, or else the name does; a size that nobody published has no variants of its own. */
    private static List<ComfyVariant> ofSize(List<ComfyVariant> variants, String detail, String name) {
        List<ComfyVariant> told = variants.stream()
                .filter(v -> v.size().filter(s -> s.detail().equals(detail)).isPresent())
                .toList();
        List<ComfyVariant> named = variants.stream()
                .filter(v ->
                        v.size().filter(s -> s.inName().matcher(name).find()).isPresent())
                .toList();
        if (!told.isEmpty() || (detail.isEmpty() && !named.isEmpty())) {
            return told.isEmpty() ? named : told;
        }
        List<ComfyVariant> ordinary =
                variants.stream().filter(v -> v.size().isEmpty()).toList();
        return ordinary.isEmpty() ? variants : ordinary;
    }

    private static String stem(String file) {
        String name = file.replace('\\', '/');
        return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static GraphException unknown(String where, String name, List<String> known) {
        return new GraphException(where + ": expected one of " + String.join(", ", known) + ", found " + name
                + DidYouMean.hint(name, known));
    }

    private static List<String> names(List<ComfyVariant> graphs) {
        return graphs.stream().map(ComfyVariant::name).toList();
    }

    private static String titles(List<ComfyVariant> graphs) {
        return graphs.stream().map(ComfyVariant::title).collect(Collectors.joining(" and "));
    }

    /** The official settings of a variant. */
    public static GenerationSettings settings(ComfyVariant variant) {
        ComfyVariant.Defaults d = variant.defaults();
        return new GenerationSettings(
                d.side(), d.side(), d.steps(), d.cfg(), d.sampler(), d.scheduler(), 0, d.guidance(), d.shift());
    }

    /** @throws GraphException naming a setting that a variant does not have */
    public static void requireFits(ComfyVariant variant, GenerationSettings settings) {
        if (settings.shift() != null && variant.nodes().shift().node().isEmpty()) {
            String why = variant.nodes().shift() == Shift.NONE
                    ? "is no flow model"
                    : "has its shift from the picture's size";
            throw no(variant, "shift", settings.shift(), why);
        }
        if (settings.distilledGuidance() != null && !variant.has(Trait.DISTILLED_GUIDANCE)) {
            throw no(variant, "distilledGuidance", settings.distilledGuidance(), "takes no guidance as an input");
        }
        Schedule.of(settings.scheduler())
                .filter(s -> s.steps() > 0 && s.steps() != settings.steps())
                .ifPresent(s -> {
                    throw new GraphException(Keys.suite("steps") + " (" + settings.steps() + "): the schedule "
                            + s.word()
                            + " of " + variant.title() + " has " + s.steps() + " steps; leave the setting out, or set "
                            + Keys.suite("scheduler") + " to simple");
                });
        if (settings.clipSkip() > 0 && !variant.has(Trait.CLIP_SKIP)) {
            throw no(variant, "clipSkip", settings.clipSkip(), "has text encoders whose layers are not left out");
        }
    }

    private static GraphException no(ComfyVariant variant, String field, Object found, String why) {
        return new GraphException(
                Keys.suite(field) + " (" + found + "): " + variant.title() + " " + why + "; leave the setting out");
    }
}
