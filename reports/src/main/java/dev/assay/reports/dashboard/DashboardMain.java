package dev.assay.reports.dashboard;

import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.PlainText;
import dev.assay.reports.history.History;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the site again from a history alone: {@code DashboardMain HISTORY.jsonl FOLDER}. */
public final class DashboardMain {
    private DashboardMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        if (arguments.length != 2 || !Files.isRegularFile(Path.of(arguments[0]))) {
            throw new AssayException("expected a history and a folder: DashboardMain HISTORY.jsonl FOLDER");
        }
        long start = System.nanoTime();
        Path page = Dashboard.write(new History(Path.of(arguments[0])), Listing.none(), Path.of(arguments[1]));
        PlainText.out(false).printf("Dashboard: %s (%.1f s)%n", page, (System.nanoTime() - start) / 1e9);
    }
}
