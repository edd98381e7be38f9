package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Finding.Level;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What lines of the server's log mean for one LoRA. The keys tell it, so that a file out of sight is judged as one at hand. */
final class LoraFindings {
    /** Of a finding about a LoRA that does something, and not all that was trained. */
    static final String IN_PART = ": applied in part: ";

    private static final int SHOWN = 3;
    private static final String OF_MODEL = "diffusion_model.";

    /** Tensors that go with a change and are none: a layer is changed without them, in another way than was trained. */
    private static final Map<LoraRole, String> EXTRAS = new EnumMap<>(Map.of(
            LoraRole.DORA_SCALE, "DoRA magnitudes",
            LoraRole.UP_BIAS, "biases",
            LoraRole.DIFF_BIAS, "biases",
            LoraRole.NORM_BIAS, "biases",
            LoraRole.ALPHA, "alphas",
            LoraRole.OFT_RESCALE, "scales",
            LoraRole.BOFT_S, "scales",
            LoraRole.RESHAPE_WEIGHT, "shapes"));

    private final String file;
    private final List<LoraModule> modules; // of the file's header; empty when it is not at hand
    private final boolean onText;
    private final Set<String> wrong;
    private final Set<String> leftOut;
    private final LoraGrammar missing; // keys that were not loaded, read as a LoRA of their own
    private final List<Finding> findings = new ArrayList<>();

    private LoraFindings(String file, List<LoraModule> modules, boolean onText, Collection<LoraLog.Line> lines) {
        this.file = file;
        this.modules = modules;
        this.onText = onText;
        this.wrong = what(lines, LoraLog.Kind.WRONG_SHAPE);
        this.leftOut = what(lines, LoraLog.Kind.LEFT_OUT);
        this.missing = LoraGrammar.ofKeys(what(lines, LoraLog.Kind.NOT_LOADED));
    }

    /**
     * An error where the server left out what was trained: all of the diffusion model's part, or some. A layer counts as left out when
     * the tensors that change it are; those that only go with them make "in part".
     *
     * @param file the LoRA's name on the server
     * @param modules of its header; empty when it is not at hand
     * @param onText whether the graph gives text encoders their part
     * @param lines of the log while this LoRA was loaded, and no other
     */
    static List<Finding> of(String file, List<LoraModule> modules, boolean onText, Collection<LoraLog.Line> lines) {
        return new LoraFindings(file, modules, onText, lines).find();
    }

    /** Whether the log says that the diffusion model has no place for some of it. */
    static boolean missesModel(Collection<LoraLog.Line> lines) {
        return LoraGrammar.ofKeys(what(lines, LoraLog.Kind.NOT_LOADED)).modules().stream()
                .anyMatch(m -> !m.part().isTextEncoder());
    }

    private List<Finding> find() {
        List<LoraModule> lost = missing.modules().stream()
                .filter(m -> !EXTRAS.keySet().containsAll(m.keys().keySet()) || isWhole(m))
                .toList();
        List<LoraModule> ofModel =
                lost.stream().filter(m -> !m.part().isTextEncoder()).toList();
        long all = modules.stream().filter(m -> !m.part().isTextEncoder()).count();
        Set<String> wrongOfModel =
                wrong.stream().filter(w -> w.contains(OF_MODEL)).collect(Collectors.toCollection(TreeSet::new));
        // Of a wrong shape the log tells the model's weight, not the LoRA's module: counting must do.
        if (all > 0 && ofModel.size() + wrongOfModel.size() >= all) {
            findings.add(new Finding(Level.ERROR, nothing(ofModel, all, wrongOfModel.size())));
        } else {
            lost(ofModel, all, "of the diffusion model", Level.ERROR);
            wrongShapes(wrongOfModel, "weights of the diffusion model", Level.ERROR);
        }
        lost.stream()
                .filter(m -> m.part().isTextEncoder())
                .collect(Collectors.groupingBy(LoraModule::part))
                .forEach((part, here) -> lost(
                        here,
                        modules.stream().filter(m -> m.part() == part).count(),
                        "of " + part.word(),
                        onText ? Level.ERROR : Level.NOTE));
        wrongShapes(
                wrong.stream().filter(w -> !wrongOfModel.contains(w)).collect(Collectors.toCollection(TreeSet::new)),
                "weights of a text encoder",
                onText ? Level.ERROR : Level.NOTE);
        if (!leftOut.isEmpty()) {
            part(
                    Level.ERROR,
                    "the model has no place for " + leftOut.size() + " of its changes (" + some(leftOut) + ")");
        }
        extras(lost);
        if (!missing.unknown().isEmpty()) {
            findings.add(new Finding(
                    Level.WARNING,
                    file + ": the server did not load " + missing.unknown().size()
                            + " tensors, whose names no kind of LoRA has (" + some(missing.unknown()) + ")"));
        }
        return findings;
    }

    /** A module that has nothing but extras, as one of biases, is lost with them. */
    private boolean isWhole(LoraModule m) {
        return modules.stream()
                .anyMatch(own -> own.name().equals(m.name())
                        && own.keys().keySet().equals(m.keys().keySet()));
    }

    private String nothing(List<LoraModule> lost, long all, int wrongShapes) {
        return wrongShapes == 0
                ? file + ": the server loaded none of the LoRA's " + all + " modules of the diffusion model ("
                        + someOf(lost) + "); is it for another family?"
                : file + ": the server applied none of the LoRA's " + all + " modules of the diffusion model; "
                        + wrongShapes + " have another shape than the model";
    }

    private void lost(List<LoraModule> lost, long all, String where, Level level) {
        if (!lost.isEmpty()) {
            part(
                    level,
                    "the server did not load " + lost.size() + (all > 0 ? " of the LoRA's " + all : "") + " modules "
                            + where + ", for which the model has no place (" + someOf(lost) + ")");
        }
    }

    private void wrongShapes(Set<String> weights, String what, Level level) {
        if (!weights.isEmpty()) {
            part(
                    level,
                    "the server left " + weights.size() + " " + what
                            + " unchanged because the LoRA has another shape there (" + some(weights)
                            + "); is it for another size of this model?");
        }
    }

    private void extras(List<LoraModule> lost) {
        Map<String, List<LoraModule>> byWord = missing.modules().stream()
                .filter(m -> !lost.contains(m) && (onText || !m.part().isTextEncoder()))
                .collect(Collectors.groupingBy(m -> m.keys().keySet().stream()
                        .map(EXTRAS::get)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(" and "))));
        byWord.forEach((word, here) -> part(
                Level.ERROR,
                "without its " + word + ", which the server did not load for " + here.size()
                        + (modules.isEmpty() ? "" : " of its " + modules.size()) + " modules (" + someOf(here)
                        + "): not what was trained"));
    }

    private void part(Level level, String text) {
        findings.add(new Finding(level, file + IN_PART + text));
    }

    private static Set<String> what(Collection<LoraLog.Line> lines, LoraLog.Kind kind) {
        return lines.stream()
                .filter(l -> l.kind() == kind)
                .map(LoraLog.Line::what)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String someOf(List<LoraModule> modules) {
        return some(modules.stream().map(LoraModule::name).toList());
    }

    private static String some(Collection<String> all) {
        return Shortened.of(all.stream().map(s -> PlainText.line(s, 120)).toList(), SHOWN);
    }
}
