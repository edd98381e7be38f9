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

    /** At the strength that the gate judged; of a file that none let in at its own, which lies beside it. */
    String value() {
        boolean lora = setting().equals("assay.lora");
        return lora && entry != null && entry.strength() != null ? file + "@" + entry.strength() : file.toString();
    }
}
