package dev.assay.harness.suite;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A suite file: YAML whose fields are these, described for editors by {@code dev/assay/suite.schema.json}.
 *
 * @param seeds of every case without its own
 */
public record SuiteFile(
        String name,
        String version,
        String description,
        SuiteSettings settings,
        Map<String, String> models,
        List<Long> seeds,
        List<Case> cases,
        List<Requirement> criteria) {

    /** @see PromptCase */
    record Case(
            String id,
            String prompt,
            String negativePrompt,
            List<Long> seeds,
            List<String> tags,
            Visible visible,
            List<Question> questions) {
        PromptCase with(List<Long> seedsOfAll) {
            return new PromptCase(
                    id, prompt, negativePrompt, seeds == null ? seedsOfAll : seeds, tags, visible, true, questions);
        }
    }

    /** @see Criterion */
    record Requirement(
            String metric,
            List<String> tags,
            Rule rule,
            Double margin,
            int minPairs,
            Severity severity,
            Map<String, Double> parameters,
            Calibration calibration,
            List<String> confirmedBy) {
        Criterion criterion() {
            Checks.require(margin != null || rule == Rule.NO_NEW_DEFECTS, "margin", "a number", null);
            return new Criterion(
                    metric,
                    tags,
                    rule,
                    margin == null ? 0 : margin,
                    minPairs,
                    severity,
                    parameters,
                    calibration,
                    confirmedBy);
        }
    }

    /** @throws SuiteException naming file and place of the first mistake */
    public static Suite read(Path file) {
        try {
            return parse(file.toString(), SmallFile.bytes(file, Yaml.MAX_BYTES));
        } catch (IOException e) {
            throw new SuiteException(file + ": cannot be read: " + Trouble.words(e), e);
        }
    }

    /**
     * @param file name for messages
     * @throws SuiteException naming file and place of the first mistake
     */
    public static Suite parse(String file, byte[] yaml) {
        try {
            return YamlFile.read(
                    OldWords.in(Yaml.read(yaml), SuiteFile.class).tree(), SuiteFile.class, SuiteFile::suite);
        } catch (AssayException e) {
            throw new SuiteException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * What its author should know: words that have another name now.
     *
     * @param yaml a file that can be read
     */
    public static List<String> notes(String file, byte[] yaml) {
        return OldWords.in(Yaml.read(yaml), SuiteFile.class).notes().stream()
                .map(note -> file + ": " + note)
                .toList();
    }

    private Suite suite() {
        if (settings != null) { // what is said is checked, whatever the family
            YamlFile.at("settings", () -> settings.over(GenerationSettings.STABLE_DIFFUSION));
        }
        List<Long> common = seeds == null ? List.of() : seeds;
        return new Suite(
                        name,
                        version,
                        description == null ? "" : description,
                        settings,
                        models,
                        YamlFile.each("cases", cases, c -> c.with(common)),
                        YamlFile.each("criteria", criteria, Requirement::criterion))
                .requireConfirmers();
    }
}
