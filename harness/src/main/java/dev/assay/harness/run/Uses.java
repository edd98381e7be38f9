package dev.assay.harness.run;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelReference.Written;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.FileUsage;
import dev.assay.harness.usage.Usage;
import dev.assay.harness.usage.Usages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Finds out how a run's files are meant to be used, and gives a plan that uses them so: the strengths of LoRAs where the user wrote none, the
 * candidate's words and settings.
 *
 * @param command what the user says of the candidate
 * @param both what the user says of candidate and base alike
 * @param trigger {@code assay.trigger}
 * @param written the candidate's LoRAs as the user wrote them; empty for none
 * @param headers of files on this disk
 */
record Uses(Usage command, Usage both, String trigger, List<Written> written, LoraReader headers) {
    /**
     * The plan with its use.
     *
     * @param files where a file of the plan lies on this disk, as far as it does
     * @param remote metadata of a LoRA that does not
     * @throws dev.assay.harness.text.SettingsException on a mistake in what a person wrote beside a file, and where files disagree
     */
    Plan of(Plan plan, UnaryOperator<ModelUnderTest> files, Function<Path, Map<String, String>> remote) {
        ModelUnderTest candidate = files.apply(plan.candidate());
        Set<Fact> untaken = untaken(candidate.checkpoint().path());
        List<FileUsage> loras = new ArrayList<>();
        for (int i = 0; i < candidate.loras().size(); i++) {
            Path here = candidate.loras().get(i).path();
            Path given = plan.candidate().loras().get(i).path();
            loras.add(FileUsage.of(here, Files.exists(here) ? metadata(here) : remote.apply(given), untaken));
        }
        FileUsage checkpoint = model(candidate.checkpoint().path(), untaken);
        boolean own = !plan.candidate().checkpoint().equals(plan.base().checkpoint());
        FileUsage base = own ? model(files.apply(plan.base()).checkpoint().path(), untaken) : checkpoint;
        List<FileUsage> judged = loras.isEmpty() && own ? List.of(checkpoint) : loras;
        Usage whole = Usages.together(command.over(both), judged)
                .over(checkpoint.usage().settingsAlone());
        List<FileUsage> all = new ArrayList<>(judged);
        if (!all.contains(checkpoint)) {
            all.add(checkpoint);
        }
        if (own) {
            all.add(base);
        }
        Set<String> looked = new LinkedHashSet<>();
        judged.forEach(f -> looked.addAll(f.lookedIn()));
        Use use = new Use(
                trigger, whole, both.over(base.usage().settingsAlone()), Usages.hints(all), List.copyOf(looked));
        return plan.using(
                use,
                new ModelUnderTest(new Checkpoint(plan.candidate().checkpoint().path()), strong(plan, loras)));
    }

    /** Each at the strength that the user wrote, or else says for all of them, or else its own file. */
    private List<Lora> strong(Plan plan, List<FileUsage> files) {
        List<Lora> loras = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            Usage said = command.over(files.get(i).usage());
            Double wrote = i < written.size() ? written.get(i).strength() : null;
            Double strength = wrote == null ? said.strength() : wrote;
            // What a file says of text encoders belongs to the strength that it says.
            boolean apart = wrote == null
                    || wrote.equals(said.strength())
                    || command.source(Fact.CLIP_STRENGTH).isPresent();
            loras.add(new Lora(
                    plan.candidate().loras().get(i).path(),
                    strength == null ? 1 : strength,
                    apart ? said.clipStrength() : null));
        }
        return loras;
    }

    private FileUsage model(Path path, Set<Fact> untaken) {
        return FileUsage.of(path, metadata(path), untaken);
    }

    /** Clip skip is of CLIP alone, which is the text encoder of a UNet. Of what is not known nothing is left out. */
    private Set<Fact> untaken(Path checkpoint) {
        boolean other = Files.exists(checkpoint)
                && ModelFamilies.of(Inspector.ofHeaders()
                                .inspect(checkpoint, headers::read)
                                .family())
                        .filter(f -> !f.has(FamilyTrait.UNET))
                        .isPresent();
        return other ? Set.of(Fact.CLIP_SKIP) : Set.of();
    }

    /** Empty for what cannot be read: pre-flight says what is wrong with it. */
    private Map<String, String> metadata(Path file) {
        if (!Files.isRegularFile(file) && !ModelHeader.isModelFolder(file)) {
            return Map.of();
        }
        try {
            return headers.read(file).header().metadata();
        } catch (ModelFileException damaged) {
            return Map.of();
        }
    }
}
