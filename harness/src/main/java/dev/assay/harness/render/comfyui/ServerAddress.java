package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.Secrets;
import dev.assay.harness.text.SettingsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a server is: {@code http(s)://HOST[:PORT][/PREFIX]}.
 *
 * @param base without a slash at its end, and without query; safe to print
 * @param query parameters that go with every request and with the WebSocket's handshake
 */
record ServerAddress(String base, Map<String, String> query) {
    /** @throws SettingsException on anything else than such a URL */
    static ServerAddress of(String url, Map<String, String> query) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw wrong("something that is no URL: " + e.getReason(), null); // the exception quotes it
        }
        if (uri.getRawUserInfo() != null || Secrets.hasUser(url)) {
            throw wrong("a user name in it; give user:password in the environment, as " + Credentials.BASIC, null);
        }
        String scheme = uri.getScheme();
        if (uri.getHost() == null || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
            throw wrong(Secrets.withoutUser(url), null);
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw wrong("a query or fragment; query parameters go into assay.comfyui.query", null);
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
        return new ServerAddress(
                scheme + "://" + uri.getRawAuthority() + path, new LinkedHashMap<>(query)); // in the user's order
    }

    private static SettingsException wrong(String found, Exception cause) {
        return new SettingsException(
                "assay.comfyui.url: expected http://HOST:PORT or https://HOST/PREFIX, found " + found, cause);
    }

    /** @param path starts with a slash; its segments are escaped */
    URI http(String path, Map<String, String> parameters) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        query.forEach(all::putIfAbsent);
        return URI.create(base + path + (all.isEmpty() ? "" : "?" + form(all)));
    }

    /** The path before every route; empty for none. */
    String prefix() {
        return URI.create(base).getRawPath();
    }

    URI socket(String clientId) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("clientId", clientId);
        query.forEach(all::putIfAbsent);
        return URI.create("ws" + base.substring("http".length()) + "/ws?" + form(all)); // https gives wss
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(p -> escape(p.getKey()) + "=" + escape(p.getValue()))
                .collect(Collectors.joining("&"));
    }

    /** For a query or a path segment alike. */
    static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
