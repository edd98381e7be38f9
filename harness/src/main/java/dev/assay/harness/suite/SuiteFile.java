package dev.assay.harness.suite;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads suite files: YAML whose fields are the components of {@link Suite} and its parts, described for editors by {@code
 * dev/assay/suite.schema.json}. A top-level {@code seeds} serves every case without its own.
 */
public final class SuiteFile {
    private SuiteFile() {}

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
            return suite(new Node(file, "", OldWords.in(Yaml.read(yaml)).tree()));
        } catch (IllegalArgumentException e) {
            throw new SuiteException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * What its author should know: words that have another name now.
     *
     * @param yaml a file that can be read
     */
    public static List<String> notes(String file, byte[] yaml) {
        return OldWords.in(Yaml.read(yaml)).notes().stream()
                .map(note -> file + ": " + note)
                .toList();
    }

    private static Suite suite(Node node) {
        node.object("name", "version", "description", "settings", "models", "seeds", "cases", "criteria");
        List<Long> seeds = node.get("seeds").list(Node::whole);
        String name = node.get("name").text();
        String version = node.get("version").text();
        String description = node.get("description").text("");
        SuiteSettings settings = settings(node.get("settings"));
        Map<String, String> models = models(node.get("models"));
        List<PromptCase> cases = node.get("cases").list(c -> promptCase(c, seeds));
        List<Criterion> criteria = node.get("criteria").list(SuiteFile::criterion);
        return node.make(
                () -> new Suite(name, version, description, settings, models, cases, criteria).requireConfirmers());
    }

    private static SuiteSettings settings(Node node) {
        if (node.isAbsent()) {
            return SuiteSettings.OPEN;
        }
        node.object(
                "width",
                "height",
                "steps",
                "guidanceScale",
                "sampler",
                "scheduler",
                "clipSkip",
                "distilledGuidance",
                "shift");
        SuiteSettings settings = new SuiteSettings(
                countOrNull(node.get("width")),
                countOrNull(node.get("height")),
                countOrNull(node.get("steps")),
                numberOrNull(node.get("guidanceScale")),
                node.get("sampler").text(null),
                node.get("scheduler").text(null),
                countOrNull(node.get("clipSkip")),
                numberOrNull(node.get("distilledGuidance")),
                numberOrNull(node.get("shift")));
        node.make(() ->
                settings.over(GenerationSettings.STABLE_DIFFUSION)); // what is said is checked, whatever the family
        return settings;
    }

    private static Map<String, String> models(Node node) {
        Map<String, String> models = new LinkedHashMap<>();
        if (!node.isAbsent()) {
            node.entries().forEach((role, model) -> models.put(role, model.text()));
        }
        return models;
    }

    private static PromptCase promptCase(Node node, List<Long> seedsOfAll) {
        node.object("id", "prompt", "negativePrompt", "seeds", "tags", "visible", "questions");
        String id = node.get("id").text();
        String prompt = node.get("prompt").text();
        String negativePrompt = node.get("negativePrompt").text("");
        List<Long> own = node.get("seeds").list(Node::whole);
        List<Long> seeds = node.get("seeds").isAbsent() ? seedsOfAll : own;
        List<String> tags = node.get("tags").list(Node::text);
        Visible visible = visible(node.get("visible"));
        List<Question> questions = node.get("questions").list(SuiteFile::question);
        return node.make(() -> new PromptCase(id, prompt, negativePrompt, seeds, tags, visible, true, questions));
    }

    private static Question question(Node node) {
        node.object("id", "text", "expected", "dependsOn");
        String id = node.get("id").text();
        String text = node.get("text").text();
        boolean expected =
                node.get("expected").isAbsent() || node.get("expected").yes();
        List<String> dependsOn = node.get("dependsOn").list(Node::text);
        return node.make(() -> new Question(id, text, expected, dependsOn));
    }

    private static Visible visible(Node node) {
        if (node.isAbsent()) {
            return Visible.UNSTATED;
        }
        node.object("people", "hands", "feet", "objects", "relations");
        Integer people = countOrNull(node.get("people"));
        Integer hands = countOrNull(node.get("hands"));
        Integer feet = countOrNull(node.get("feet"));
        List<VisibleObject> objects = node.get("objects").list(SuiteFile::object);
        List<Relation> relations = node.get("relations").list(SuiteFile::relation);
        return node.make(() -> new Visible(people, hands, feet, objects, relations));
    }

    private static VisibleObject object(Node node) {
        node.object("name", "color", "count");
        String name = node.get("name").text();
        String color = node.get("color").text(null);
        Integer count = countOrNull(node.get("count"));
        return node.make(() -> new VisibleObject(name, color, count == null ? 1 : count));
    }

    private static Relation relation(Node node) {
        node.object("subject", "predicate", "object");
        String subject = node.get("subject").text();
        String predicate = node.get("predicate").text();
        String object = node.get("object").text();
        return node.make(() -> new Relation(subject, predicate, object));
    }

    private static Criterion criterion(Node node) {
        node.object(
                "metric", "tags", "rule", "margin", "minPairs", "severity", "parameters", "calibration", "confirmedBy");
        String metric = node.get("metric").text();
        List<String> tags = node.get("tags").list(Node::text);
        Rule rule = node.get("rule").word(Rule.class, Rule.NON_INFERIOR);
        boolean unused = rule == Rule.NO_NEW_DEFECTS && node.get("margin").isAbsent();
        double margin = unused ? 0 : node.get("margin").number();
        int minPairs = node.get("minPairs").count();
        Severity severity = node.get("severity").word(Severity.class, Severity.CRITICAL);
        Map<String, Double> parameters = new LinkedHashMap<>();
        if (!node.get("parameters").isAbsent()) {
            node.get("parameters").entries().forEach((name, value) -> parameters.put(name, value.number()));
        }
        Calibration calibration = calibration(node.get("calibration"));
        List<String> confirmedBy = node.get("confirmedBy").list(Node::text);
        return node.make(() ->
                new Criterion(metric, tags, rule, margin, minPairs, severity, parameters, calibration, confirmedBy));
    }

    private static Calibration calibration(Node node) {
        if (node.isAbsent()) {
            return null;
        }
        node.object("defects", "found", "sound", "falseAlarms");
        int defects = node.get("defects").count();
        int found = node.get("found").count();
        int sound = node.get("sound").count();
        int falseAlarms = node.get("falseAlarms").count();
        return node.make(() -> new Calibration(defects, found, sound, falseAlarms));
    }

    private static Double numberOrNull(Node node) {
        return node.isAbsent() ? null : Double.valueOf(node.number());
    }

    private static Integer countOrNull(Node node) {
        return node.isAbsent() ? null : Integer.valueOf(node.count());
    }
}
