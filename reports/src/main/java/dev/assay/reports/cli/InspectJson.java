package dev.assay.reports.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.model.loader.LoaderCheck.Answer;
import dev.assay.harness.model.lora.LoraFit;
import dev.assay.harness.model.lora.LoraOverlap;
import dev.assay.harness.model.lora.LoraOverlaps;
import dev.assay.harness.text.PlainText;
import java.util.List;

/**
 * Reports for machines. Fields that a file does not tell are null or empty, never left out. With {@code --base} a LoRA has a
 * {@code fit} besides.
 */
final class InspectJson {

    private InspectJson() {}

    static String array(List<Report> reports) {
        ArrayNode array = Json.LENIENT.createArrayNode();
        reports.forEach(r -> add(array.addObject(), r));
        return written(array);
    }

    /** One object per pair; {@code cosine} is null where it was not computed or no layer is common. */
    static String pairs(LoraOverlaps overlaps) {
        ArrayNode array = Json.LENIENT.createArrayNode();
        for (LoraOverlaps.Pair pair : overlaps.pairs()) {
            ObjectNode node = array.addObject();
            node.put("first", pair.first().toString());
            node.put("second", pair.second().toString());
            pair.cosine().ifPresentOrElse(c -> node.put("cosine", c), () -> node.putNull("cosine"));
            node.put("commonLayers", pair.overlap().map(LoraOverlap::common).orElse(null));
            node.put("copy", pair.copy());
        }
        return written(array);
    }

    private static String written(ArrayNode array) {
        try {
            return safe(Json.LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(array));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    private static void add(ObjectNode node, Report report) {
        Inspection i = report.inspection();
        node.put("file", report.file().toString());
        node.put("kind", i == null ? null : i.kind().map(ModelKind::word).orElse(null));
        node.put("family", i == null ? "unknown" : i.family());
        ArrayNode families = node.putArray("families");
        if (i != null) {
            i.families().forEach(families::add);
        }
        ArrayNode contents = node.putArray("contents");
        if (i != null) {
            i.contents().forEach(contents::add);
        }
        if (i != null && i.rank().isPresent()) {
            Inspection.Rank rank = i.rank().get();
            node.putObject("rank")
                    .put("min", rank.min())
                    .put("median", rank.median())
                    .put("max", rank.max());
        } else {
            node.putNull("rank");
        }
        if (i != null && i.alpha().isPresent()) {
            node.put("alpha", i.alpha().getAsDouble());
        } else {
            node.putNull("alpha");
        }
        node.put("trainer", i == null ? null : orNull(i.trainer()));
        ArrayNode triggers = node.putArray("triggerWords");
        if (i != null) {
            i.triggerWords()
                    .forEach(t -> triggers.addObject().put("word", t.word()).put("source", t.source()));
        }
        node.put("claimedBase", i == null ? null : orNull(i.claimedBase()));
        node.put("predictionType", i == null ? null : orNull(i.predictionType()));
        ObjectNode types = node.putObject("quantization");
        if (i != null) {
            i.quantization().forEach(types::put);
        }
        node.put("parameters", i == null ? 0 : i.parameters());
        ObjectNode hashes = node.putObject("hashes");
        if (i != null) {
            i.hashes().forEach(hashes::put);
        }
        ArrayNode problems = node.putArray("problems");
        report.problems().stream().map(Finding::text).forEach(problems::add);
        report.fit().ifPresent(f -> fit(node.putObject("fit"), f, report));
    }

    private static void fit(ObjectNode node, LoraFit fit, Report report) {
        node.put("works", !report.broken() && report.answer() == Answer.WORKS);
        report.loading()
                .ifPresent(l -> node.put("renderer", l.report().title())
                        .put("answer", report.answer().words())
                        .put("lost", l.lost())
                        .put("lostByNorm", l.byNorm())
                        .put("dropped", l.report().dropped().size()));
        node.put("matched", fit.matched()).put("total", fit.total());
        report.check().ifPresent(c -> {
            node.put("strength", c.weights().strength()).put("norm", c.weights().norm());
            c.weights().relative().ifPresent(r -> node.put("relative", r));
        });
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** JSON allows characters that turn a terminal's text around: they occur in strings only and are escaped there. */
    private static String safe(String json) {
        StringBuilder out = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); ) {
            int c = json.codePointAt(i);
            int length = Character.charCount(c);
            if (c == '\n' || c == '\r' || PlainText.isVisible(c)) {
                out.appendCodePoint(c);
            } else {
                for (int k = i; k < i + length; k++) {
                    out.append(String.format("\\u%04x", (int) json.charAt(k)));
                }
            }
            i += length;
        }
        return out.toString();
    }
}
