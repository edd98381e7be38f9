package dev.assay.reports.pages;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A link that people may follow; a report never does by itself.
 *
 * @param kind {@code link}, or {@code issue} and {@code tms}, for which Allure has signs
 */
public record ReportLink(String name, String url, String kind) {
    /** @throws IllegalArgumentException on an address that is neither of the web nor relative */
    public ReportLink {
        URI uri = URI.create(url);
        boolean web = ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) && uri.getHost() != null;
        boolean relative = uri.getScheme() == null && uri.getRawAuthority() == null && !url.startsWith("/");
        if (!web && !relative) {
            throw new IllegalArgumentException("link: expected http, https or a relative path, found " + url);
        }
    }

    /** To a page of the web. */
    public static ReportLink web(String name, String url) {
        return new ReportLink(name, url, "link");
    }

    /** To a file, as seen from the folder of a page: works where both stand as they do now. */
    public static ReportLink file(String name, Path file, Path pageFolder) {
        return new ReportLink(name, relative(file, pageFolder), "link");
    }

    /** The relative address of a file; with percent signs for all that means something in an address. */
    public static String relative(Path file, Path pageFolder) {
        Path from = pageFolder.toAbsolutePath().normalize();
        Path to = file.toAbsolutePath().normalize();
        if (!Objects.equals(from.getRoot(), to.getRoot())) {
            return to.toUri().toString(); // of another drive
        }
        StringBuilder url = new StringBuilder();
        for (Path part : from.relativize(to)) {
            if (url.length() > 0) {
                url.append('/');
            }
            url.append(java.net.URLEncoder.encode(part.toString(), java.nio.charset.StandardCharsets.UTF_8)
                    .replace("+", "%20"));
        }
        return url.toString();
    }
}
