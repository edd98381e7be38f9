package dev.assay.harness.render.comfyui.graph;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names of samplers as A1111 and Civitai write them, in ComfyUI's words. */
public final class SamplerNames {
    /**
     * @param sampler ComfyUI's name
     * @param scheduler ComfyUI's name; null where the name says nothing of it
     */
    public record Name(String sampler, String scheduler) {
        @Override
        public String toString() {
            return "sampler " + sampler + (scheduler == null ? "" : ", scheduler " + scheduler);
        }
    }

    private static final Map<String, String> SCHEDULERS = ordered(
            "sgm uniform", "sgm_uniform",
            "ddim uniform", "ddim_uniform",
            "kl optimal", "kl_optimal",
            "exponential", "exponential",
            "karras", "karras",
            "simple", "simple",
            "normal", "normal",
            "beta", "beta");

    /** After letters are made lower case, {@code ++} is {@code pp}, and all but letters and digits is gone. */
    private static final Map<String, String> SAMPLERS = ordered(
            "euler", "euler",
            "eulera", "euler_ancestral",
            "eulerancestral", "euler_ancestral",
            "heun", "heun",
            "lms", "lms",
            "lcm", "lcm",
            "dpm2", "dpm_2",
            "dpm2a", "dpm_2_ancestral",
            "dpmfast", "dpm_fast",
            "dpmadaptive", "dpm_adaptive",
            "dpmpp2m", "dpmpp_2m",
            "dpmpp2msde", "dpmpp_2m_sde",
            "dpmpp2msdeheun", "dpmpp_2m_sde_heun",
            "dpmpp2sa", "dpmpp_2s_ancestral",
            "dpmpp3msde", "dpmpp_3m_sde",
            "dpmppsde", "dpmpp_sde",
            "ddim", "ddim",
            "ddpm", "ddpm",
            "deis", "deis",
            "unipc", "uni_pc",
            "unipcbh2", "uni_pc_bh2");

    private SamplerNames() {}

    /** The name in ComfyUI's words, e.g. {@code DPM++ 2M Karras}; empty if it is none that is known, or has no equal there. */
    public static Optional<Name> parse(String written) {
        String rest = written.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
        String scheduler = null;
        for (Map.Entry<String, String> each : SCHEDULERS.entrySet()) {
            if (rest.endsWith(" " + each.getKey())) {
                scheduler = each.getValue();
                rest = rest.substring(0, rest.length() - each.getKey().length()).strip();
                break;
            }
        }
        String sampler = SAMPLERS.getOrDefault(rest.replace("++", "pp").replaceAll("[^a-z0-9]", ""), "");
        return sampler.isEmpty() ? Optional.empty() : Optional.of(new Name(sampler, scheduler));
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
