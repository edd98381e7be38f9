package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.JUDGE_CALIBRATION;
import static dev.assay.harness.run.SettingKeys.RENDERER;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.hub.FoundWeights;
import dev.assay.harness.nn.diffusion.PipelineVersion;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.usage.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that decides a verdict and can be known without opening a renderer. */
final class VerdictInputs {
    /** Settings that decide nothing, or whose files are in the hashes. */
    private static final Set<String> SILENT = Stream.<SettingKey<?>>of(
                    SettingKeys.LORA,
                    SettingKeys.CHECKPOINT,
                    SettingKeys.CANDIDATE,
                    SettingKeys.BASE,
                    SettingKeys.SUITE,
                    SettingKeys.STORE,
                    SettingKeys.PROGRESS,
                    SettingKeys.INCONCLUSIVE,
                    SettingKeys.METRICS,
                    SettingKeys.MODELS,
                    SettingKeys.DOWNLOAD,
                    SettingKeys.COMFYUI_URL,
                    SettingKeys.COMFYUI_HEADERS,
                    SettingKeys.COMFYUI_QUERY,
                    SettingKeys.COMFYUI_TRUST_STORE,
                    SettingKeys.JUDGE_URL,
                    SettingKeys.JUDGE_CALIBRATION,
                    SettingKeys.COLLECTION,
                    SettingKeys.CARD,
                    SettingKeys.SIDECARS,
                    SettingKeys.OVERRIDE)
            .map(SettingKey::name)
            .collect(Collectors.toUnmodifiableSet());

    private VerdictInputs() {}

    static Map<String, String> of(
            Plan plan,
            Settings settings,
            MetricCatalog catalog,
            LazyModels.Source source,
            Path root,
            FileHashes hashes) {
        Map<String, String> deciders = new TreeMap<>();
        deciders.put("base", hash(plan.base(), hashes));
        deciders.put("candidate", hash(plan.candidate(), hashes));
        deciders.put("suite", plan.suiteHash());
        // Of files that nobody speaks of nothing, so that verdicts from before stay.
        if (!plan.use().asked().key().equals(Usage.OPEN.key())) {
            deciders.put("use of the candidate", plan.use().asked().key());
        }
        if (!plan.use().base().key().equals(Usage.OPEN.key())) {
            deciders.put("use of the base", plan.use().base().key());
        }
        settings.values().forEach((key, value) -> {
            boolean open = key.equals(SettingKeys.TRIGGER.name()) && value.equals(SettingKeys.TRIGGER.ifAbsent());
            if (!SILENT.contains(key) && !open) {
                deciders.put("setting " + key, value);
            }
        });
        Map<String, String> versions = catalog.entries().stream()
                .collect(Collectors.toMap(
                        e -> e.info().name(),
                        e -> e.info().version() + (e.code().isEmpty() ? "" : " of " + e.code())));
        for (Criterion criterion : plan.suite().criteria()) {
            deciders.put("metric " + criterion.metric(), versions.getOrDefault(criterion.metric(), "none"));
        }
        plan.suite()
                .models()
                .forEach((role, place) -> deciders.put("weights " + role, weights(role, place, source, hashes)));
        if (settings.get(JUDGE_CALIBRATION) != null) {
            Path file = root.resolve(settings.get(JUDGE_CALIBRATION));
            deciders.put("judge's labelled questions", Files.isRegularFile(file) ? hashes.sha256(file) : "missing");
        }
        if (settings.get(RENDERER).equals("local")) {
            deciders.put("renderer", PipelineVersion.get());
        }
        return deciders;
    }

    private static String hash(ModelUnderTest model, FileHashes hashes) {
        return Fingerprint.areHere(model)
                ? Fingerprint.of(model, hashes).hash()
                : "not on this machine: " + model.key();
    }

    private static String weights(String role, String reference, LazyModels.Source source, FileHashes hashes) {
        try {
            FoundWeights found = source.find(role, reference);
            return found.deciders().stream()
                    .map(f -> (f.equals(found.path()) ? "" : found.path().relativize(f) + " ") + hashes.sha256(f))
                    .collect(Collectors.joining(", "));
        } catch (ModelFileException missing) {
            return "missing";
        }
    }
}
