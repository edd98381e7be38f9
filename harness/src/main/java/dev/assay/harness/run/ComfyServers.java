package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.COMFYUI_CLIP_STRENGTH;
import static dev.assay.harness.run.SettingKeys.COMFYUI_HEADERS;
import static dev.assay.harness.run.SettingKeys.COMFYUI_QUERY;
import static dev.assay.harness.run.SettingKeys.COMFYUI_TEXT_ENCODERS;
import static dev.assay.harness.run.SettingKeys.COMFYUI_TRUST_STORE;
import static dev.assay.harness.run.SettingKeys.COMFYUI_URL;
import static dev.assay.harness.run.SettingKeys.COMFYUI_VAE;
import static dev.assay.harness.run.SettingKeys.COMFYUI_VARIANT;
import static dev.assay.harness.run.SettingKeys.COMFYUI_WEIGHT_DTYPE;
import static dev.assay.harness.run.SettingKeys.COMFYUI_WORKFLOW;
import static dev.assay.harness.run.SettingKeys.MODELS;

import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.comfyui.ComfyOptions;
import dev.assay.harness.render.comfyui.ComfyUiRenderer;
import dev.assay.harness.text.Secrets;
import dev.assay.harness.text.SettingsException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** ComfyUI servers as the settings {@code assay.comfyui.*} name them, one renderer each. */
final class ComfyServers {
    private static final String DEFAULT_URL = "http://127.0.0.1:8188";

    private ComfyServers() {}

    /** Connects to all; when one is not there, those before it are closed again. */
    static List<Renderer> open(Settings settings, Path root, LoraReader headers) {
        List<Renderer> servers = new ArrayList<>();
        try {
            for (String url : list(settings, COMFYUI_URL, List.of(DEFAULT_URL))) {
                servers.add(ComfyUiRenderer.open(
                        options(settings, root, url), settings.keyring().variables(), headers));
            }
        } catch (RuntimeException e) {
            servers.forEach(Renderer::close);
            throw e;
        }
        return servers;
    }

    static ComfyOptions options(Settings settings, Path root, String url) {
        return new ComfyOptions(
                url,
                headers(settings),
                query(settings),
                path(settings, root, MODELS),
                path(settings, root, COMFYUI_WORKFLOW),
                settings.get(COMFYUI_VARIANT),
                list(settings, COMFYUI_TEXT_ENCODERS, List.of()),
                settings.get(COMFYUI_VAE),
                settings.get(COMFYUI_WEIGHT_DTYPE),
                path(settings, root, COMFYUI_TRUST_STORE),
                settings.get(COMFYUI_CLIP_STRENGTH));
    }

    /** What must not be said: values of headers and query parameters, and the secrets of the environment. */
    static Secrets secrets(Settings settings) {
        Secrets known = Secrets.of(settings.keyring().variables().values());
        try {
            return known.and(headers(settings).values()).and(query(settings).values());
        } catch (SettingsException wrong) {
            return known; // it is said where the servers are opened, without the values
        }
    }

    private static Path path(Settings settings, Path root, SettingKey<String> key) {
        String value = settings.get(key);
        return value == null ? null : root.resolve(value);
    }

    private static List<String> list(Settings settings, SettingKey<String> key, List<String> ifAbsent) {
        String value = settings.get(key);
        return value == null ? ifAbsent : SettingKey.items(value);
    }

    /** {@code NAME: VALUE}, several with line breaks or {@code |} between. */
    private static Map<String, String> headers(Settings settings) {
        return pairs(settings, COMFYUI_HEADERS, "[\\n|]", ":", "NAME: VALUE", UnaryOperator.identity());
    }

    /** {@code NAME=VALUE&NAME=VALUE}, percent-encoded as in an address. */
    private static Map<String, String> query(Settings settings) {
        return pairs(
                settings, COMFYUI_QUERY, "&", "=", "NAME=VALUE", s -> URLDecoder.decode(s, StandardCharsets.UTF_8));
    }

    private static Map<String, String> pairs(
            Settings settings,
            SettingKey<String> key,
            String between,
            String inside,
            String form,
            UnaryOperator<String> decode) {
        Map<String, String> pairs = new LinkedHashMap<>();
        String value = settings.get(key);
        for (String item : value == null ? new String[0] : value.split(between)) {
            int at = item.indexOf(inside);
            if (at < 1) { // the item stays unsaid: it may be a secret
                throw new SettingsException(key.name() + " (" + settings.source(key) + "): expected " + form
                        + ", found an entry without \"" + inside + "\"");
            }
            pairs.put(
                    decode.apply(item.substring(0, at).strip()),
                    decode.apply(item.substring(at + 1).strip()));
        }
        return pairs;
    }
}
