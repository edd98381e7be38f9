package dev.assay.reports.cli;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.ModelHashes;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.inspect.SmallReads;
import dev.assay.harness.model.inspect.TensorScan;
import dev.assay.harness.model.loader.LoaderCheck;
import dev.assay.harness.model.loader.LoaderCheck.Answer;
import dev.assay.harness.model.loader.LoraLoader;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What is said of one file.
 *
 * @param inspection null where Assay itself failed
 * @param check what a LoRA's numbers say, and on a base how it fits; empty if not asked for or not possible
 * @param fit how much of a LoRA a base takes; empty without a base
 * @param loading what the renderer's loader makes of it there; empty without a base
 * @param scan what the numbers of another model say; empty if not asked for or not possible
 * @param problems those of the inspection and of the check
 */
record Report(
        Path file,
        Inspection inspection,
        Optional<LoraCheck> check,
        Optional<LoraFit> fit,
        Optional<LoaderCheck> loading,
        Optional<TensorScan> scan,
        List<Finding> problems) {
    private Report(
            Path file,
            Inspection inspection,
            Optional<LoraCheck> check,
            Optional<LoraFit> fit,
            List<Finding> problems) {
        this(file, inspection, check, fit, Optional.empty(), Optional.empty(), problems);
    }

    static Report of(Inspection inspection) {
        return new Report(inspection.file(), inspection, Optional.empty(), Optional.empty(), inspection.problems());
    }

    static Report failed(Path file, String problem) {
        return new Report(file, null, Optional.empty(), Optional.empty(), List.of(Finding.error(problem)));
    }

    boolean broken() {
        return problems.stream().anyMatch(Finding::isError);
    }

    boolean isAdapter() {
        return inspection != null && inspection.kind().map(ModelKind::isAdapter).orElse(false);
    }

    /** With the numbers of the file; where Assay cannot read them, it says so. */
    static Report withWeights(Inspection inspection, LoraReader headers, ModelHashes.Progress progress) {
        Report plain = of(inspection);
        if (plain.broken() && inspection.kind().isEmpty()) {
            return plain; // nothing of it could be read
        }
        try {
            LoraFile file = headers.read(inspection.file());
            ModelHeader header = file.header();
            Optional<String> why = numbersUnread(header);
            if (why.isPresent()) {
                return plain.plus(Finding.warning(why.get()));
            }
            return plain.isAdapter() && isOneSafetensors(header)
                    ? plain.with(LoraCheck.of(file, 1, Optional.empty(), true))
                    : plain.with(TensorScan.of(header, progress));
        } catch (ModelFileException e) {
            return plain.plus(Finding.error(e.getMessage()));
        }
    }

    /** Why the numbers of a file are not read; empty where they can be. */
    static Optional<String> numbersUnread(ModelHeader header) {
        return switch (header.container()) {
            case SAFETENSORS -> Optional.empty();
            case GGUF ->
                Optional.of("its numbers are not read: it is GGUF, and Assay reads those of safetensors alone");
            case PICKLE ->
                Optional.of("its numbers are not read: it is a pickle; save it as safetensors to have them looked at");
        };
    }

    static boolean isOneSafetensors(ModelHeader header) {
        return header.container() == Container.SAFETENSORS
                && header.files().size() == 1
                && header.path().equals(header.files().get(0));
    }

    private Report with(TensorScan scan) {
        List<Finding> all = new ArrayList<>(problems);
        all.addAll(scan.problems());
        return new Report(file, inspection, check, fit, loading, Optional.of(scan), all);
    }

    private Report with(LoraCheck check) {
        return new Report(file, inspection, Optional.of(check), check.fit(), saying(check.problems()));
    }

    private Report with(LoaderCheck loading) {
        return new Report(file, inspection, check, fit, Optional.of(loading), scan, saying(loading.problems()));
    }

    private List<Finding> saying(List<Finding> more) {
        List<Finding> all = new ArrayList<>(problems);
        for (Finding problem : more) {
            if (problem.level() != Finding.Level.NOTE && !all.contains(problem)) {
                all.add(problem);
            }
        }
        return all;
    }

    /** What one says of a LoRA on a base. */
    Answer answer() {
        boolean otherwise = loading.isEmpty()
                || problems.stream()
                        .filter(Finding::isError)
                        .anyMatch(p -> loading.get().problems().stream()
                                .noneMatch(l -> l.text().equals(p.text())));
        return otherwise ? Answer.DOES_NOT_WORK : loading.get().answer();
    }

    /** A LoRA on a base: how much of it fits and how strong it is. */
    static Report onBase(Report base, Report lora, double strength, LoraLoader loader, LoraReader headers) {
        return asked(base, lora, () -> fitted(base, lora, strength, loader, headers));
    }

    /**
     * A LoRA on a base by its header, and by its numbers where they were read before: for many on one.
     *
     * @param modules of the base
     */
    static Report onBase(Report base, BaseModules modules, Report lora, LoraLoader loader, LoraReader headers) {
        return asked(base, lora, () -> byHeader(base, modules, lora, headers.read(lora.file), loader));
    }

    /** The answer where there is one, that the files are no pair, or that they are of two families. */
    private static Report asked(Report base, Report lora, Supplier<Report> answer) {
        if (base.inspection == null || lora.inspection == null || base.broken() || lora.broken()) {
            return lora;
        }
        if (!lora.isAdapter()) {
            return lora.plus(Finding.error("is no LoRA but " + kind(lora) + ": nothing to put on a base"));
        }
        boolean takes = base.inspection.kind().map(ModelKind::isModel).orElse(false);
        if (!takes) {
            return lora.plus(Finding.error("its base is no model to put a LoRA on, but " + kind(base)));
        }
        try {
            Report found = answer.get();
            return lora.inspection
                    .foreignTo(base.inspection)
                    .or(() -> found.loading
                            .filter(LoaderCheck::isOtherSize)
                            .flatMap(l -> lora.inspection.otherSizeThan(base.inspection)))
                    .map(f -> found.first(Finding.error(f)))
                    .orElse(found);
        } catch (ModelFileException e) {
            return lora.plus(Finding.error(e.getMessage()));
        }
    }

    private static Report fitted(Report base, Report lora, double strength, LoraLoader loader, LoraReader headers) {
        ModelHeader header = headers.read(base.file).header();
        LoraFile own = headers.read(lora.file);
        BaseModules modules = BaseModules.of(header.shapes());
        if (own.header().container() != Container.SAFETENSORS
                || own.header().files().size() != 1) {
            return byHeader(base, modules, lora, own, loader);
        }
        boolean metadata = loader.readsAlphaFromMetadata();
        LoraCheck check = isOneSafetensors(header)
                ? LoraCheck.onWeights(own, strength, header, metadata)
                : LoraCheck.of(own, strength, Optional.of(modules), metadata);
        return lora.with(check).with(LoaderCheck.of(loader, check, base.inspection.family(), modules));
    }

    private static Report byHeader(Report base, BaseModules modules, Report lora, LoraFile own, LoraLoader loader) {
        LoraFit fit = LoraFit.of(own.grammar(), modules);
        Report found = new Report(lora.file, lora.inspection, lora.check, Optional.of(fit), lora.problems)
                .with(LoaderCheck.of(
                        loader, own.shapes(), lora.check.map(LoraCheck::weights), base.inspection.family(), modules));
        return nothingByAlpha(own.header(), own.grammar())
                .map(p -> found.first(Finding.error(p)))
                .orElse(found);
    }

    /** Alphas are a few bytes each, and read where other numbers are not. */
    private static Optional<String> nothingByAlpha(ModelHeader lora, LoraGrammar grammar) {
        try (SmallReads reads = new SmallReads(lora)) {
            return LoraCheck.nothingByAlpha(
                    grammar, m -> m.alphaKey().map(reads::scalar).orElse(OptionalDouble.empty()));
        }
    }

    private static String kind(Report report) {
        return report.inspection
                .kind()
                .map(k -> "a file of the kind " + k.title())
                .orElse("something else");
    }

    private Report first(Finding problem) {
        List<Finding> all = new ArrayList<>(List.of(problem));
        all.addAll(problems);
        return new Report(file, inspection, check, fit, loading, scan, all);
    }

    private Report plus(Finding problem) {
        List<Finding> all = new ArrayList<>(problems);
        all.add(problem);
        return new Report(file, inspection, check, fit, loading, scan, all);
    }
}
