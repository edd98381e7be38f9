package dev.assay.reports;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.suite.Yaml;
import dev.assay.reports.facts.ModelPage;
import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Links from a report: to the run record, the suite's file, and the models' pages where their metadata names one. */
final class RunLinks {
    private static final Pattern BUNDLED = Pattern.compile("[a-z0-9][a-z0-9-]*");

    private RunLinks() {}

    /**
     * @param runFolder holds {@code run.json}
     * @param root where the user stands
     * @param bundled folder of the bundled suites' files
     * @param page folder of the report
     */
    static List<ReportLink> of(RunRecord run, Path runFolder, Path root, Path bundled, Path page) {
        List<ReportLink> links = new ArrayList<>();
        Path record = runFolder.resolve("run.json");
        if (Files.isRegularFile(record)) {
            links.add(ReportLink.file("run record", record, page));
        }
        suite(run, root, bundled)
                .ifPresent(file -> links.add(
                        ReportLink.file("suite " + Words.line(run.suite().name(), 60), file, page)));
        Stream.concat(
                        run.candidate().loras().stream().map(RunRecord.LoraPart::file),
                        run.candidate().files().stream().map(RunRecord.ModelPart::file))
                .filter(Words::isWeights)
                .forEach(file -> file(root, file)
                        .flatMap(ModelPage::of)
                        .ifPresent(url ->
                                links.add(ReportLink.web("page of " + Words.line(Words.fileName(file), 60), url))));
        return links;
    }

    /** The file that the run read: one that has changed since is not shown. */
    private static Optional<Path> suite(RunRecord run, Path root, Path bundled) {
        String asked = run.asked().getOrDefault("assay.suite", run.suite().name());
        Optional<Path> own = file(root, asked);
        Optional<Path> file =
                own.isPresent() || !BUNDLED.matcher(asked).matches() ? own : file(bundled, asked + ".yaml");
        return file.filter(f -> sha256(f).equals(run.suite().sha256()));
    }

    private static String sha256(Path file) {
        try {
            return Hashes.sha256(SmallFile.bytes(file, Yaml.MAX_BYTES));
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static Optional<Path> file(Path folder, String name) {
        try {
            return Optional.of(folder.resolve(name)).filter(Files::isRegularFile);
        } catch (InvalidPathException stranger) {
            return Optional.empty();
        }
    }
}
