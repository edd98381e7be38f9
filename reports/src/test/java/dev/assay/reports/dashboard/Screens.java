package dev.assay.reports.dashboard;

import dev.assay.reports.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks at a site: {@code Screens SITE FOLDER} saves what Chromium shows of the overview, the first model, suite and metric, narrow and
 * wide, light and dark, and says how long pages and filters take.
 */
public final class Screens {
    private Screens() {}

    public static void main(String[] arguments) throws IOException {
        Path site = Path.of(arguments[0]).toAbsolutePath().normalize();
        Path out = Files.createDirectories(Path.of(arguments[1]));
        List<Path> pages = new ArrayList<>(List.of(site.resolve("index.html")));
        for (String room : List.of("models", "suites", "metrics")) {
            try (Stream<Path> files = Files.list(site.resolve(room))) {
                files.sorted().findFirst().ifPresent(pages::add);
            }
        }
        for (int i = 2; i < arguments.length; i++) {
            pages.add(site.resolve(arguments[i]));
        }
        try (Chromium chromium = Chromium.start(Chromium.find().orElseThrow(), Files.createTempDirectory("chromium"))) {
            for (Path page : pages) {
                for (int width : new int[] {1280, 390}) {
                    for (boolean dark : new boolean[] {false, true}) {
                        chromium.view(width, width > 600 ? 900 : 844, dark);
                        long start = System.nanoTime();
                        chromium.open(page.toUri().toString());
                        double opened = (System.nanoTime() - start) / 1e6;
                        chromium.evaluate("new Promise(r => setTimeout(r, 300))");
                        String name = site.relativize(page).toString().replaceAll("[^a-z0-9]+", "-") + "-" + width
                                + (dark ? "-dark" : "-light") + ".png";
                        Files.write(out.resolve(name), chromium.screenshot(true));
                        System.out.printf(
                                "%s: opened in %.0f ms, loaded %s ms, ready %s ms, wider than the window by %s px%n",
                                name,
                                opened,
                                chromium.evaluate(
                                        "Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"),
                                chromium.evaluate(
                                        "Math.round((performance.getEntriesByName('table-ready')[0] || performance.getEntriesByName('page-ready')[0] || {startTime:-1}).startTime)"),
                                chromium.evaluate("document.documentElement.scrollWidth - innerWidth"));
                    }
                }
            }
            chromium.view(1280, 900, false);
            chromium.open(pages.get(0).toUri().toString());
            System.out.println("filters, ms: " + chromium.evaluate("""
                            (() => {
                              const find = document.getElementById('find');
                              performance.clearMeasures('filter');
                              for (const q of ['n', 'ne', 'neon', 'neon-f', 'zzz', '', 'v1', 'sks17']) {
                                find.value = q;
                                find.dispatchEvent(new Event('input'));
                              }
                              for (const b of document.querySelectorAll('#models th button')) { b.click(); }
                              return performance.getEntriesByName('filter').map(m => Math.round(m.duration * 10) / 10).join(' ');
                            })()
                            """));
            chromium.complaints.forEach(c -> System.out.println("COMPLAINT " + c));
            chromium.requests.stream()
                    .filter(r -> !r.startsWith("file:"))
                    .forEach(r -> System.out.println("REQUEST " + r));
        }
    }
}
