package dev.assay.reports.nightly;

import dev.assay.reports.collection.Entry;
import dev.assay.reports.facts.FileFacts;
import java.nio.file.Path;

/**
 * A file to judge.
 *
 * @param name relative to the collection's folder, with {@code /}
 * @param entry of the manifest; null for a file that no gate let in
 */
record Item(String name, Path file, Entry entry, FileFacts facts) {
    /** The setting that makes it the candidate, and its value. */
    String setting() {
        return "checkpoint".equals(facts.kind()) ? "assay.checkpoint" : "assay.lora";
    }

    String value() {
        boolean lora = setting().equals("assay.lora");
        double strength = entry == null || entry.strength() == null ? 1 : entry.strength();
        return lora ? file + "@" + strength : file.toString(); // always with a strength: a name may end in @0.5
    }
}
