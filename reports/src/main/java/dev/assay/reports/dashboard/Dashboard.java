package dev.assay.reports.dashboard;

import dev.assay.harness.text.AssayException;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.Templates;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Writes the site. */
public final class Dashboard {
    private static final List<String> OWN = List.of("assay.css", "assay.js", "icon.svg");
    /** In {@code org.mvnpm:echarts}; the version is the folder's name. */
    private static final String ECHARTS = "/META-INF/resources/_static/echarts/6.0.0/";

    private final SiteFolder site;
    private final Overview survey;
    private final Path historyFolder;

    private Dashboard(SiteFolder site, Overview survey, Path historyFolder) {
        this.site = site;
        this.survey = survey;
        this.historyFolder = historyFolder;
    }

    /**
     * Writes the site about what the history says of a collection.
     *
     * @param listing what the collection holds; {@link Listing#none()} shows every model of the history
     * @param out a folder of the site's own: empty, or of an earlier site
     * @return the page to open
     * @throws AssayException if {@code out} holds something else
     */
    public static Path write(History history, Listing listing, Path out) {
        try {
            SiteFolder site = SiteFolder.open(out);
            Path folder = history.file().toAbsolutePath().getParent();
            new Dashboard(site, Overview.of(listing, history.read()), folder).write();
            return out.resolve("index.html");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the dashboard to " + out, e);
        }
    }

    private void write() throws IOException {
        assets();
        Map<String, RunPictures> pictures = new ConcurrentHashMap<>();
        survey.stories().parallelStream().forEach(story -> {
            try {
                RunSummary newest = story.newest();
                RunPictures shown = newest == null ? null : RunPictures.of(newest, historyFolder, site);
                if (shown != null) {
                    pictures.put(story.model(), shown);
                }
                render("model.jte", Map.of("page", Pages.model(survey, story, shown)), story.page());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Map<String, Group> suites = survey.suites();
        Map<String, Group> metrics = survey.metrics();
        List<Runnable> rest = new ArrayList<>();
        rest.add(() -> render(
                "index.jte",
                Map.of("page", Pages.index(survey, suites.keySet(), metrics.keySet(), pictures)),
                "index.html"));
        suites.forEach((suite, group) -> rest.add(() -> render(
                "group.jte",
                Map.of("page", Pages.suite(survey, suite, group, prompts(group.judged(), pictures))),
                Pages.suiteLink(suite).page())));
        metrics.forEach((metric, group) -> rest.add(() -> render(
                "group.jte",
                Map.of("page", Pages.metric(survey, metric, group)),
                Pages.metricLink(metric).page())));
        rest.parallelStream().forEach(Runnable::run);
        site.sweep();
    }

    /** As the newest run with a record shows them. */
    private static List<String> prompts(List<Group.Judged> judged, Map<String, RunPictures> pictures) {
        return judged.stream()
                .filter(j -> j.standing().latest().equals(j.story().newest()))
                .sorted((a, b) -> b.standing()
                        .latest()
                        .started()
                        .compareTo(a.standing().latest().started()))
                .map(j -> pictures.get(j.story().model()))
                .filter(p -> p != null && !p.prompts().isEmpty())
                .map(RunPictures::prompts)
                .findFirst()
                .orElse(List.of());
    }

    private void render(String template, Map<String, Object> parameters, String file) {
        try {
            site.write(file, Templates.render(template, parameters).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assets() throws IOException {
        for (String name : OWN) {
            site.write("assets/" + name, resource("/dashboard/" + name));
        }
        site.write("assets/echarts.min.js", resource(ECHARTS + "dist/echarts.min.js"));
        site.write("assets/echarts.LICENSE.txt", resource(ECHARTS + "LICENSE"));
        site.write("assets/echarts.NOTICE.txt", resource(ECHARTS + "NOTICE"));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Dashboard.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("not on the class path: " + name);
            }
            return in.readAllBytes();
        }
    }
}
