package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.SettingsException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the user says about a server.
 *
 * @param url {@code http(s)://HOST[:PORT][/PREFIX]}
 * @param headers sent with every request and with the WebSocket's handshake
 * @param query parameters sent with every request and with the WebSocket's handshake
 * @param models folder in which the server's model files are at hand, in ComfyUI's layout or flat; null for none
 * @param workflow the user's own graph in API format; null for the family's
 * @param variant of the family where a file cannot tell, as {@link
 *     dev.assay.harness.render.comfyui.graph.FamilyGraphs} names it; null if not given
 * @param textEncoders names on the server; empty for the family's
 * @param vae name on the server; null for the family's
 * @param weightDtype of {@code UNETLoader}; null for {@code default}
 * @param trustStore certificates to trust, as PEM, PKCS12 or JKS; null for Java's own
 * @param clipStrength of LoRAs on text encoders; null for the strength of the model part
 */
public record ComfyOptions(
        String url,
        Map<String, String> headers,
        Map<String, String> query,
        Path models,
        Path workflow,
        String variant,
        List<String> textEncoders,
        String vae,
        String weightDtype,
        Path trustStore,
        Double clipStrength) {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110, 5.6.2
    private static final List<String> OURS = List.of(
            "authorization", "connection", "content-length", "content-type", "expect", "host", "origin", "upgrade");

    public ComfyOptions {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        query = Collections.unmodifiableMap(new LinkedHashMap<>(query));
        textEncoders = List.copyOf(textEncoders);
        headers.forEach(ComfyOptions::checkHeader);
        ServerAddress.of(url, query);
    }

    /** Values stay unsaid: they may be secrets. */
    private static void checkHeader(String name, String value) {
        if (!TOKEN.matcher(name).matches() || !value.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new SettingsException(
                    "assay.comfyui.headers: expected NAME: VALUE in visible ASCII characters, found another form at "
                            + PlainText.line(name, 40));
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (OURS.contains(lower) || lower.startsWith("sec-websocket-")) {
            throw new SettingsException("assay.comfyui.headers: " + name + " cannot be set here"
                    + (lower.equals("authorization")
                            ? "; give " + Credentials.TOKEN + " or " + Credentials.BASIC + " in the environment"
                            : ""));
        }
    }

    /** A server and nothing else said about it. */
    public static ComfyOptions of(String url) {
        return new ComfyOptions(url, Map.of(), Map.of(), null, null, null, List.of(), null, null, null, null);
    }

    /** Without the values of headers and query parameters. */
    @Override
    public String toString() {
        return "ComfyOptions " + ServerAddress.of(url, query).base();
    }
}
