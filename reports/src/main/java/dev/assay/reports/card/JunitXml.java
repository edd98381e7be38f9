package dev.assay.reports.card;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The card as JUnit XML: a test per criterion, and one for the run, so that no CI server takes an empty run for a good one. */
final class JunitXml {
    private JunitXml() {}

    /** @param inconclusiveAllowed whether the build goes on with an open criterion: skipped then, else a failure */
    static String of(VerdictCard card, boolean inconclusiveAllowed) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            String suite = card.suite().name() + "." + card.name();
            int[] counts = counts(card, inconclusiveAllowed);
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", suite);
            xml.writeAttribute("tests", Integer.toString(card.verdicts().size() + (brokenRun(card) ? 1 : 0)));
            xml.writeAttribute("failures", Integer.toString(counts[0]));
            xml.writeAttribute("errors", Integer.toString(counts[1]));
            xml.writeAttribute("skipped", Integer.toString(counts[2]));
            xml.writeAttribute("timestamp", card.judged());
            for (VerdictEntry v : card.verdicts()) {
                start(xml, suite + "." + v.family().word(), v.id());
                said(xml, v.outcome(), v.soft(), v.reason(), inconclusiveAllowed);
                xml.writeEndElement();
            }
            if (brokenRun(card)) {
                start(xml, suite, "run");
                said(xml, Outcome.BROKEN, false, String.join("; ", card.reasons()), inconclusiveAllowed);
                xml.writeEndElement();
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    private static void start(XMLStreamWriter xml, String of, String name) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", of);
        xml.writeAttribute("name", name);
    }

    private static void said(
            XMLStreamWriter xml, Outcome outcome, boolean soft, String reason, boolean inconclusiveAllowed)
            throws XMLStreamException {
        String element = element(outcome, soft, inconclusiveAllowed);
        if (element != null) {
            xml.writeStartElement(element);
            xml.writeAttribute(
                    "message", outcome.name().toLowerCase(Locale.ROOT) + (soft ? " (soft): " : ": ") + reason);
            if (!element.equals("skipped")) {
                xml.writeAttribute("type", outcome.name());
            }
            xml.writeEndElement();
        }
    }

    /** Null for a test that passed; what decides nothing fails nothing. */
    private static String element(Outcome outcome, boolean soft, boolean inconclusiveAllowed) {
        return soft && outcome != Outcome.PASSED ? "skipped" : element(outcome, inconclusiveAllowed);
    }

    private static String element(Outcome outcome, boolean inconclusiveAllowed) {
        return switch (outcome) {
            case PASSED -> null;
            case REGRESSED -> "failure";
            case INCONCLUSIVE, UNAVAILABLE -> inconclusiveAllowed ? "skipped" : "failure";
            default -> "error";
        };
    }

    /** Trouble that stands at no criterion. */
    private static boolean brokenRun(VerdictCard card) {
        return card.outcome() == Outcome.BROKEN
                && card.verdicts().stream().noneMatch(v -> v.is(Outcome.BROKEN) && !v.soft());
    }

    /** Failures, errors, skipped. */
    private static int[] counts(VerdictCard card, boolean inconclusiveAllowed) {
        int[] counts = new int[3];
        for (VerdictEntry v : card.verdicts()) {
            String element = element(v.outcome(), v.soft(), inconclusiveAllowed);
            if (element != null) {
                counts[element.equals("failure") ? 0 : element.equals("error") ? 1 : 2]++;
            }
        }
        counts[1] += brokenRun(card) ? 1 : 0;
        return counts;
    }
}
