package dev.assay.harness.nn.judge;

import dev.assay.harness.text.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a judge is and how it is asked.
 *
 * @param base {@code http(s)://HOST[:PORT][/PREFIX]} before {@code /chat/completions}, without a slash at its end
 * @param model as the server lists it; null for the only one it has
 * @param token sent as bearer; null for none
 * @param words true for judges without token probabilities: their word counts as 0 or 1
 * @param times how long to wait and how often to ask
 */
public record JudgeOptions(
        String base, @Nullable String model, @Nullable String token, boolean words, Times times) {
    public static final String URL = "assay.judge.url";
    public static final String MODEL = "assay.judge.model";
    public static final String ANSWERS = "assay.judge.answers";
    public static final String TOKEN = "ASSAY_JUDGE_TOKEN";

    /**
     * How long to wait for what.
     *
     * @param connect for a connection
     * @param answer for a whole answer; a large model on a CPU looks at a picture for minutes, and others may stand before us in its queue
     * @param pause before the second try, doubled for each later one; also the least pause after "too many requests"
     * @param tries of one question
     */
    public record Times(Duration connect, Duration answer, Duration pause, int tries) {
        public static final Times STANDARD =
                new Times(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(1), 5);
    }

    public JudgeOptions {
        base = checked(base);
        if (token != null && !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "environment " + TOKEN + ": expected visible ASCII characters without spaces");
        }
    }

    private static String checked(String url) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw wrong("something that is no URL: " + e.getReason());
        }
        String scheme = uri.getScheme();
        if (uri.getRawUserInfo() != null || Secrets.hasUser(url)) {
            throw wrong("a user name in it; a token goes into the environment, as " + TOKEN);
        }
        if (uri.getHost() == null || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
            throw wrong(Secrets.withoutUser(url));
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw wrong("a query or a fragment");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
        if (path.endsWith("/chat/completions")) {
            throw wrong("the address of one route; leave /chat/completions out");
        }
        return scheme + "://" + uri.getRawAuthority() + path;
    }

    private static IllegalArgumentException wrong(String found) {
        return new IllegalArgumentException(
                URL + ": expected http://HOST:PORT/v1 or https://HOST/PREFIX, found " + found);
    }

    @Override
    public String toString() {
        return "JudgeOptions " + base + " " + model; // without the token
    }
}
