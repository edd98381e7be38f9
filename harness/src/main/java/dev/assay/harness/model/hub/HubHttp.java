package dev.assay.harness.model.hub;

import dev.assay.harness.http.Http;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Requests to the hub: {@code ENDPOINT/owner/name/resolve/REVISION/FILE}. Where a file lies elsewhere, the hub says so by a redirect, and the
 * token stays with the hub.
 */
final class HubHttp {
    private static final int MAX_REDIRECTS = 8;
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"?([0-9a-f]{64}|[0-9a-f]{40})\"?");
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final URI endpoint;
    private final HubTimes times;
    private final Optional<String> authorization;
    private final Secrets secrets;
    private final HttpClient client;

    HubHttp(HubAccess access, HubTimes times) {
        this.endpoint = access.endpoint();
        this.times = times;
        this.authorization = access.authorization();
        this.secrets = Secrets.of(authorization.stream().toList());
        this.client = Http.client(times.connect()).build();
    }

    /**
     * What the hub says of a file.
     *
     * @param etag SHA-256 of a large file's bytes, or the name that git gives a small one
     * @param bytes of the file
     */
    record Facts(String commit, String etag, long bytes) {}

    /** Empty where the repository has no such file. */
    Optional<Facts> facts(HubReference file) throws IOException, InterruptedException {
        URI address = address(file);
        String commit = null;
        String linkedEtag = null;
        String linkedSize = null;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpResponse<Void> answer = client.send(
                    request(address, "HEAD")
                            .header("Accept-Encoding", "identity")
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            commit = header(answer, "X-Repo-Commit").orElse(commit);
            linkedEtag = header(answer, "X-Linked-Etag").orElse(linkedEtag);
            linkedSize = header(answer, "X-Linked-Size").orElse(linkedSize);
            if (answer.statusCode() == 404 && isAbsentFile(answer)) {
                return Optional.empty();
            }
            boolean redirect = Http.isRedirect(answer.statusCode());
            if (!redirect) {
                good(answer, file);
            }
            URI next = redirect ? next(address, answer) : address;
            // A renamed repository is asked again under its new name; a file elsewhere was described by the hub.
            if (redirect && isHub(next)) {
                address = next;
                continue;
            }
            String etag =
                    linkedEtag != null ? linkedEtag : header(answer, "ETag").orElse("");
            String size = linkedSize != null || redirect
                    ? linkedSize
                    : header(answer, "Content-Length").orElse(null);
            return Optional.of(facts(file, commit, etag, size));
        }
        throw HubException.lasting(file + ": redirected more than " + MAX_REDIRECTS + " times");
    }

    private Facts facts(HubReference file, String commit, String etag, String size) throws HubException {
        Matcher tag = TAG.matcher(etag);
        if (commit == null || !HubReference.isCommit(commit) || !tag.matches() || !digits(size)) {
            throw HubException.lasting(file + ": " + endpoint.getHost()
                    + " does not answer as a hub does: expected commit, checksum and size, found "
                    + PlainText.line(commit + ", " + etag + ", " + size, 200)
                    + "; check HF_ENDPOINT, proxies and firewalls");
        }
        return new Facts(commit, tag.group(1), Long.parseLong(size));
    }

    private static boolean digits(String size) {
        return size != null && size.matches("\\d{1,15}");
    }

    /**
     * The bytes of a file, from the first or from a later one.
     *
     * @param from where they begin; a host may begin at 0 all the same
     */
    Body open(HubReference file, long from, long of) throws IOException, InterruptedException {
        URI address = address(file);
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpRequest.Builder request = request(address, "GET").header("Accept-Encoding", "identity");
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try {
                if (Http.isRedirect(answer.statusCode())) {
                    answer.body().close();
                    address = next(address, answer);
                    continue;
                }
                good(answer, file);
                return new Body(answer.body(), beginning(answer, file, from, of));
            } catch (IOException e) {
                answer.body().close();
                throw e;
            }
        }
        throw HubException.lasting(file + ": redirected more than " + MAX_REDIRECTS + " times");
    }

    /** @param from of the file's bytes, which is the first of the stream */
    record Body(InputStream stream, long from) {}

    private static long beginning(HttpResponse<?> answer, HubReference file, long from, long of) throws HubException {
        if (answer.statusCode() != 206) {
            OptionalLong length = answer.headers().firstValueAsLong("Content-Length");
            if (length.isPresent() && length.getAsLong() != of) {
                throw HubException.passing(
                        file + ": expected " + of + " bytes, its host announces " + length.getAsLong());
            }
            return 0;
        }
        Matcher range = RANGE.matcher(header(answer, "Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != from || Long.parseLong(range.group(3)) != of) {
            throw HubException.passing(file + ": asked for bytes from " + from + " of " + of + ", its host gives "
                    + PlainText.line(header(answer, "Content-Range").orElse("others"), 80));
        }
        return from;
    }

    private HttpRequest.Builder request(URI address, String method) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(times.answer())
                .header("User-Agent", "assay")
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (isHub(address)) {
            authorization.ifPresent(a -> request.header("Authorization", a));
        }
        return request;
    }

    private URI address(HubReference file) {
        String path = Stream.of(file.path().split("/")).map(HubHttp::quote).collect(Collectors.joining("/"));
        return URI.create(endpoint + "/" + file.repository() + "/resolve/" + quote(file.revision()) + "/" + path);
    }

    private static String quote(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private boolean isHub(URI address) {
        return endpoint.getScheme().equalsIgnoreCase(address.getScheme())
                && endpoint.getHost().equalsIgnoreCase(address.getHost())
                && port(endpoint) == port(address);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private URI next(URI here, HttpResponse<?> answer) throws HubException {
        String location = header(answer, "Location").orElse("");
        try {
            URI next = here.resolve(location);
            boolean known = next.getHost() != null
                    && ("https".equalsIgnoreCase(next.getScheme())
                            || ("http".equalsIgnoreCase(next.getScheme())
                                    && here.getScheme().equals("http")));
            if (!location.isEmpty() && known) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for another protocol.
        }
        throw HubException.lasting(here.getHost() + " redirects to " + secrets.redact(PlainText.line(location, 120))
                + ", which is not followed: expected an https address");
    }

    /** A 404 of the hub has a code; one without is a mirror's. */
    private static boolean isAbsentFile(HttpResponse<?> answer) {
        return header(answer, "X-Error-Code").map("EntryNotFound"::equals).orElse(true);
    }

    private void good(HttpResponse<?> answer, HubReference file) throws HubException {
        int status = answer.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        String said = header(answer, "X-Error-Message")
                .map(m -> ": " + secrets.redact(PlainText.line(m, 200)))
                .orElse("");
        String where = file + ": ";
        switch (status) {
            case 401, 403 ->
                throw HubException.lasting(where
                        + (authorization.isPresent()
                                ? "the hub refuses this token (" + status + said
                                        + "): it may be out of date, lack a right, or "
                                        + "the terms at " + endpoint + "/" + file.repository()
                                        + " were not accepted yet"
                                : "the hub asks who you are (" + status + said
                                        + "): the repository is private, has terms to "
                                        + "accept, or does not exist; set HF_TOKEN, or run  hf auth login"));
            case 404, 410 ->
                throw HubException.lasting(where + "the hub has no such "
                        + (Objects.equals(header(answer, "X-Error-Code").orElse(""), "RevisionNotFound")
                                ? "revision"
                                : "repository or file")
                        + " (" + status + said + "); check the spelling");
            case 416 -> throw HubException.passing(where + "its host has fewer bytes than it announced");
            default ->
                throw Http.isPassing(status)
                        ? new HubException(
                                where + "the host is busy (" + status + said + ")", true, Http.retryAfter(answer))
                        : HubException.lasting(where + "expected the file, found status " + status + said);
        }
    }

    private static Optional<String> header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name.toLowerCase(Locale.ROOT)).filter(v -> !v.isBlank());
    }
}
