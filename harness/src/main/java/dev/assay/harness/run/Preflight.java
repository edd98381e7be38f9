package dev.assay.harness.run;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Finding.Level;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.loader.LoaderCheck;
import dev.assay.harness.model.loader.LoraLoader;
import dev.assay.harness.model.loader.LoraLoaders;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.ChangeSize;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the candidate's files tell before anything is rendered: what they are, whether they are whole, how much of a LoRA the checkpoint
 * takes. Files that are on a server alone are passed over; the server's words and the pictures tell of them later.
 */
final class Preflight {
    private final Inspector inspector = Inspector.ofHeaders();
    private final List<Finding> findings = new ArrayList<>();

    private final LoraLoader loader;
    private final LoraReader headers;

    private Preflight(LoraLoader loader, LoraReader headers) {
        this.loader = loader;
        this.headers = headers;
    }

    /**
     * @param renderer that will load the files: {@code comfyui}, {@code local}
     * @param headers of files, of which those of LoRAs are used again
     * @throws ModelFileException when the base, which is not on trial, cannot work
     */
    static List<Finding> of(Plan plan, String renderer, LoraReader headers) {
        Preflight preflight = new Preflight(
                LoraLoaders.of(renderer)
                        .orElseThrow(() -> new IllegalArgumentException("no rules for LoRAs are known of " + renderer)),
                headers);
        Path base = plan.base().checkpoint().path();
        Path checkpoint = plan.candidate().checkpoint().path();
        Optional<Inspection> baseFile = preflight.inspect(base);
        baseFile.ifPresent(b -> requireWhole(base, b));
        Optional<Inspection> candidateFile = checkpoint.equals(base) ? baseFile : preflight.inspect(checkpoint);
        if (!checkpoint.equals(base)) {
            candidateFile.ifPresent(c -> preflight.checkpoint(checkpoint, c, baseFile));
        }
        for (Lora lora : plan.candidate().loras()) {
            preflight.lora(lora, checkpoint, candidateFile);
        }
        preflight.twice(plan.candidate().loras());
        return List.copyOf(preflight.findings);
    }

    /**
     * Whether all LoRAs of the candidate together change too little to be seen, as their weights and the base's tell; false where a file is not on
     * this machine. Reads weights.
     *
     * @see ChangeSize
     */
    static boolean changesNextToNothing(Plan plan, String renderer, LoraReader headers) {
        Path checkpoint = plan.candidate().checkpoint().path();
        List<Lora> loras = plan.candidate().loras();
        boolean alpha =
                LoraLoaders.of(renderer).map(LoraLoader::readsAlphaFromMetadata).orElse(false);
        try {
            return !loras.isEmpty()
                    && checkpoint.equals(plan.base().checkpoint().path())
                    && loras.stream()
                            .allMatch(l -> ChangeSize.isBelowHalfPrecision(
                                    headers.read(l.path()),
                                    Math.max(
                                            Math.abs(l.strength()),
                                            l.clipStrength() == null ? 0 : Math.abs(l.clipStrength())),
                                    headers.read(checkpoint).header(),
                                    alpha));
        } catch (ModelFileException notHere) {
            return false;
        }
    }

    /** Empty for a file that is not on this machine. */
    private Optional<Inspection> inspect(Path path) {
        return Files.exists(path) ? Optional.of(inspector.inspect(path, headers::read)) : Optional.empty();
    }

    private static void requireWhole(Path base, Inspection inspection) {
        inspection.problems().stream().filter(Finding::isError).findFirst().ifPresent(problem -> {
            throw new ModelFileException(base, problem.text());
        });
        inspection.notFromText().ifPresent(why -> {
            throw new ModelFileException(base, inspection.familyTitle() + " " + why);
        });
    }

    private void twice(List<Lora> loras) {
        Map<Path, List<Lora>> byFile =
                loras.stream().collect(Collectors.groupingBy(Lora::path, LinkedHashMap::new, Collectors.toList()));
        byFile.forEach((path, same) -> {
            double sum = same.stream().mapToDouble(Lora::strength).sum();
            if (same.size() > 1 && sum == 0) {
                error(
                        path,
                        "is listed " + same.size() + " times, and its strengths add up to 0: it would change nothing");
            } else if (same.size() > 1) {
                findings.add(new Finding(
                        Level.WARNING,
                        name(path) + ": is listed " + same.size() + " times; its strengths add up to " + sum));
            }
        });
    }

    private void checkpoint(Path path, Inspection candidate, Optional<Inspection> base) {
        problems(path, candidate);
        candidate.notFromText().ifPresent(why -> error(path, candidate.familyTitle() + " " + why));
        if (candidate.kind().filter(k -> !k.isModel()).isPresent()) {
            error(
                    path,
                    "expected a model, found " + candidate.kind().get().title()
                            + (candidate.kind().get().isAdapter() ? "; give it as assay.lora" : ""));
        }
        base.filter(b -> !b.family().equals(candidate.family()) && known(b) && known(candidate))
                .ifPresent(b -> error(
                        path,
                        "is of the family " + candidate.familyTitle() + ", the base is of " + b.familyTitle()
                                + "; compare it with its own base"));
    }

    private void lora(Lora lora, Path checkpoint, Optional<Inspection> base) {
        Path path = lora.path();
        Optional<Inspection> inspected = inspect(path);
        if (inspected.isEmpty() && lora.strength() == 0) {
            error(path, "changes nothing at strength 0");
        }
        if (inspected.isEmpty()) {
            findings.add(new Finding(
                    Level.WARNING,
                    name(path)
                            + ": is on the server alone and was not looked into; -Dassay.models=DIR names a folder that"
                            + " holds it"));
            return;
        }
        Inspection file = inspected.get();
        problems(path, file);
        if (file.broken()) {
            return; // no more can be told
        }
        if (file.kind().filter(ModelKind::isAdapter).isEmpty()) {
            error(
                    path,
                    "expected a LoRA, found "
                            + file.kind().map(ModelKind::title).orElse("an unknown kind of file")
                            + (file.kind().filter(ModelKind::isModel).isPresent()
                                    ? "; give it as assay.checkpoint"
                                    : ""));
            return;
        }
        if (file.notFromText().isPresent()) {
            error(
                    path,
                    "is a LoRA for " + file.familyTitle() + ": it "
                            + file.notFromText().get());
            return;
        }
        Optional<String> foreign = base.flatMap(file::foreignTo);
        if (foreign.isPresent()) {
            error(path, foreign.get());
            return;
        }
        Optional<BaseModules> modules = base.filter(b -> !b.broken())
                .map(b -> BaseModules.of(headers.read(checkpoint).header().shapes()));
        LoraCheck check = LoraCheck.of(headers.read(path), lora.strength(), modules, loader.readsAlphaFromMetadata());
        List<Finding> said = new ArrayList<>(check.problems());
        modules.ifPresent(m -> {
            LoaderCheck loading = LoaderCheck.of(loader, check, base.get().family(), m);
            if (loading.isOtherSize()) {
                base.flatMap(file::otherSizeThan).ifPresent(t -> error(path, t));
            }
            said.addAll(loading.problems());
        });
        boolean sameFamily = base.filter(b -> b.family().equals(file.family())).isPresent();
        String madeFor = known(file) && !sameFamily ? " (made for " + file.familyTitle() + ")" : "";
        said.stream()
                .sorted((a, b) -> a.level().compareTo(b.level()))
                .forEach(p -> findings.add(
                        new Finding(p.level(), name(path) + (p.isError() ? madeFor : "") + ": " + p.text())));
        check.fit().ifPresent(fit -> findings.add(new Finding(Level.NOTE, name(path) + ": " + fit.words())));
    }

    private void problems(Path path, Inspection file) {
        Optional<String> refused = file.notFromText(); // said as an error, with what the file is
        file.problems().stream()
                .filter(p -> !refused.equals(Optional.of(p.text())))
                .forEach(p -> findings.add(new Finding(p.level(), name(path) + ": " + p.text())));
    }

    private void error(Path path, String text) {
        findings.add(new Finding(Level.ERROR, name(path) + ": " + text));
    }

    private static boolean known(Inspection inspection) {
        return !inspection.family().equals(FamilyMatch.UNKNOWN);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
