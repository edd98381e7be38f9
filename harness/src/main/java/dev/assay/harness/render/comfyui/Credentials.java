package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.Secrets;
import dev.assay.harness.text.SettingsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What opens a guarded server. Comes from the environment alone and never leaves in a text: everything said is redacted. */
final class Credentials {
    static final String TOKEN = "ASSAY_COMFYUI_TOKEN";
    static final String BASIC = "ASSAY_COMFYUI_BASIC";
    static final String STORE_PASSWORD = "ASSAY_COMFYUI_TRUST_STORE_PASSWORD";
    private static final String COMMON_PASSWORD = "changeit"; // keytool's

    private final String authorization; // null for none
    private final String storePassword;
    private final Secrets secrets;

    private Credentials(String authorization, String storePassword, Secrets secrets) {
        this.authorization = authorization;
        this.storePassword = storePassword;
        this.secrets = secrets;
    }

    static Credentials none() {
        return new Credentials(null, COMMON_PASSWORD, Secrets.none());
    }

    /**
     * Bearer of {@code ASSAY_COMFYUI_TOKEN} or Basic of {@code ASSAY_COMFYUI_BASIC}, which is {@code user:password}.
     *
     * @throws SettingsException on both at once and on what is no header value; without the value
     */
    static Credentials from(Map<String, String> environment) {
        String token = environment.getOrDefault(TOKEN, "").strip();
        String store = environment.getOrDefault(STORE_PASSWORD, COMMON_PASSWORD);
        String basic = environment.getOrDefault(BASIC, "").strip();
        if (!token.isEmpty() && !basic.isEmpty()) {
            throw new SettingsException("environment: expected " + TOKEN + " or " + BASIC + ", found both");
        }
        if (!token.isEmpty()) {
            if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new SettingsException(
                        "environment " + TOKEN + ": expected visible ASCII characters without spaces");
            }
            return new Credentials("Bearer " + token, store, hidden(store, token));
        }
        if (!basic.isEmpty()) {
            int colon = basic.indexOf(':');
            if (colon < 1) {
                throw new SettingsException("environment " + BASIC + ": expected user:password");
            }
            String encoded = Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8));
            return new Credentials(
                    "Basic " + encoded, store, hidden(store, encoded, basic, basic.substring(colon + 1)));
        }
        return new Credentials(null, store, hidden(store));
    }

    private static Secrets hidden(String store, String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        if (!store.equals(COMMON_PASSWORD)) {
            all.add(store);
        }
        return Secrets.of(all);
    }

    /** Of the store of trusted certificates. */
    String trustStorePassword() {
        return storePassword;
    }

    /** These, and values that may be secrets too: extra headers, query parameters. */
    Credentials hiding(Collection<String> values) {
        return new Credentials(authorization, storePassword, secrets.and(values));
    }

    /** Value of the header {@code Authorization}. */
    Optional<String> authorization() {
        return Optional.ofNullable(authorization);
    }

    String redact(String text) {
        return secrets.redact(text);
    }

    /** A cause is printed with the exception: one that holds a secret is left out. */
    Throwable harmless(Throwable cause) {
        return secrets.harmless(cause);
    }

    @Override
    public String toString() {
        return "Credentials"; // whatever prints this prints no secret
    }
}
