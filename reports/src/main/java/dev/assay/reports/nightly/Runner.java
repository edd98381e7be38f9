package dev.assay.reports.nightly;

import java.nio.file.Path;
import java.util.Map;

/** Judges one file; the record is then {@code out/last-run.json}. */
interface Runner {
    /**
     * @param settings {@code assay.*} properties of this judgement
     * @param out its folder
     * @return what went wrong with the process; null when it ended well
     */
    String judge(Map<String, String> settings, Path out) throws InterruptedException;
}
