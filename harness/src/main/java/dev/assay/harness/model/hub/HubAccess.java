package dev.assay.harness.model.hub;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How this machine reaches the hub, by the variables that Python's huggingface_hub reads (its version 2.4): {@code HF_HUB_CACHE}, {@code
 * HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}.
 *
 * @param cache folder with one folder per repository
 * @param address of the hub, without a path of its own in most cases; {@code https}, or {@code http} for a mirror on this machine
 * @param tokenFile read only when something is downloaded
 * @param offline nothing is asked of the network
 */
public record HubAccess(Path cache, String address, Optional<String> token, Optional<Path> tokenFile, boolean offline) {
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final int MAX_TOKEN = 4096; // bytes of a file that holds a token

    /**
     * @param environment the whole environment
     * @param home of the user
     */
    public static HubAccess of(Map<String, String> environment, Path home) {
        Path general =
                given(environment, "XDG_CACHE_HOME").map(p -> path(p, home)).orElse(home.resolve(".cache"));
        Path own = given(environment, "HF_HOME").map(p -> path(p, home)).orElse(general.resolve("huggingface"));
        Path cache = given(environment, "HF_HUB_CACHE")
                .or(() -> given(environment, "HUGGINGFACE_HUB_CACHE"))
                .map(p -> path(p, home))
                .orElse(own.resolve("hub"));
        Path tokenFile =
                given(environment, "HF_TOKEN_PATH").map(p -> path(p, home)).orElse(own.resolve("token"));
        return new HubAccess(
                cache.toAbsolutePath(),
                given(environment, "HF_ENDPOINT").orElse("https://huggingface.co"),
                given(environment, "HF_TOKEN").or(() -> given(environment, "HUGGING_FACE_HUB_TOKEN")),
                Optional.of(tokenFile),
                isTrue(environment, "HF_HUB_OFFLINE") || isTrue(environment, "TRANSFORMERS_OFFLINE"));
    }

    /**
     * The hub's address; looked at only where the hub is asked, since most runs need none.
     *
     * @throws ModelFileException when it is none
     */
    URI endpoint() {
        try {
            URI endpoint = URI.create(address.replaceAll("/+$", ""));
            if (endpoint.getHost() != null
                    && Set.of("http", "https").contains(String.valueOf(endpoint.getScheme()))
                    && endpoint.getUserInfo() == null) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for an address without a host.
        }
        throw new ModelFileException("HF_ENDPOINT: expected an address as https://huggingface.co, found "
                + Secrets.withoutUser(address)
                + (Secrets.hasUser(address) ? "; a token goes into HF_TOKEN" : ""));
    }

    private static Optional<String> given(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
    }

    private static boolean isTrue(Map<String, String> environment, String name) {
        return given(environment, name)
                .filter(v -> TRUE.contains(v.toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    private static Path path(String written, Path home) {
        return written.equals("~") || written.startsWith("~/")
                ? home.resolve(written.substring(Math.min(2, written.length())))
                : Path.of(written);
    }

    /** The token of the environment, else of the file that {@code hf auth login} writes. */
    Optional<String> authorization() {
        return token.or(this::fromFile).map(t -> "Bearer " + t);
    }

    private Optional<String> fromFile() {
        if (tokenFile.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SmallFile.text(tokenFile.get(), MAX_TOKEN).strip())
                    .filter(t -> !t.isEmpty());
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ModelFileException(tokenFile.get(), "cannot be read: " + e, e);
        }
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return "HubAccess[cache=" + cache + ", address=" + Secrets.withoutUser(address) + ", offline=" + offline + "]";
    }
}
