package dev.assay.harness.render.comfyui;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What opens a guarded server. Comes from the environment alone and never leaves in a text: everything said is redacted. */
final class Credentials {
    static final String TOKEN = "ASSAY_COMFYUI_TOKEN";
    static final String BASIC = "ASSAY_COMFYUI_BASIC";
    private static final int LEAST_SECRET = 4; // characters; a shorter one would blank out half of every text

    private final String authorization; // null for none
    private final List<String> secrets;

    private Credentials(String authorization, List<String> secrets) {
        this.authorization = authorization;
        this.secrets = secrets.stream()
                .filter(s -> s.length() >= LEAST_SECRET)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    static Credentials none() {
        return new Credentials(null, List.of());
    }

    /**
     * Bearer of {@code ASSAY_COMFYUI_TOKEN} or Basic of {@code ASSAY_COMFYUI_BASIC}, which is {@code user:password}.
     *
     * @throws IllegalArgumentException on both at once and on what is no header value; without the value
     */
    static Credentials from(Map<String, String> environment) {
        String token = environment.getOrDefault(TOKEN, "").strip();
        String basic = environment.getOrDefault(BASIC, "").strip();
        if (!token.isEmpty() && !basic.isEmpty()) {
            throw new IllegalArgumentException("environment: expected " + TOKEN + " or " + BASIC + ", found both");
        }
        if (!token.isEmpty()) {
            if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new IllegalArgumentException(
                        "environment " + TOKEN + ": expected visible ASCII characters without spaces");
            }
            return new Credentials("Bearer " + token, List.of(token));
        }
        if (!basic.isEmpty()) {
            int colon = basic.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("environment " + BASIC + ": expected user:password");
            }
            String encoded = Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8));
            return new Credentials("Basic " + encoded, List.of(encoded, basic, basic.substring(colon + 1)));
        }
        return none();
    }

    /** These, and values that may be secrets too: extra headers, query parameters. */
    Credentials hiding(Collection<String> values) {
        List<String> all = new ArrayList<>(secrets);
        all.addAll(values);
        return new Credentials(authorization, all);
    }

    /** Value of the header {@code Authorization}. */
    Optional<String> authorization() {
        return Optional.ofNullable(authorization);
    }

    String redact(String text) {
        String safe = text;
        for (String secret : secrets) {
            safe = safe.replace(secret, "***");
        }
        return safe;
    }

    @Override
    public String toString() {
        return "Credentials"; // whatever prints this prints no secret
    }
}
