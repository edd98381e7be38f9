package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.render.comfyui.graph.FamilyGraph.Shift;
import dev.assay.harness.render.comfyui.graph.FamilyGraph.Trait;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.text.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The list of families; a new one is one entry here and a golden graph. Defaults are those of ComfyUI's own templates
 * (comfyui-workflow-templates-json 0.1.123; SD 1.5 of its examples); the file names are those they offer for download. Negatives
 * too, but for SDXL's: its template's asks a statue to be without colour, which would be wrong of any other prompt.
 */
public final class FamilyGraphs {
    private static final String LATENT = "EmptyLatentImage";
    private static final String LATENT_16 = "EmptySD3LatentImage"; // 16 channels
    private static final List<String> FLUX_VAE = List.of("ae.safetensors", "flux_vae.safetensors", "ae.sft");
    private static final List<String> QWEN_VAE = List.of("qwen_image_vae.safetensors");

    private static final List<String> CLIP_L = List.of("clip_l.safetensors");
    private static final List<String> CLIP_G = List.of("clip_g.safetensors");
    private static final List<String> T5_LARGE =
            List.of("t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp8_e4m3fn.safetensors");
    private static final List<String> T5_SMALL =
            List.of("t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp16.safetensors", "t5xxl_fp8_e4m3fn.safetensors");

    private static final TextEncoders SD_TEXT = new TextEncoders(List.of(CLIP_L), Map.of(1, "stable_diffusion"));
    private static final TextEncoders SDXL_TEXT = new TextEncoders(List.of(CLIP_L, CLIP_G), Map.of(2, "sdxl"));
    private static final TextEncoders SD3_TEXT =
            new TextEncoders(List.of(CLIP_L, CLIP_G, T5_LARGE), Map.of(1, "sd3", 2, "sd3", 3, TextEncoders.NO_TYPE));
    // A lone CLIP-L feeds both of the model's text inputs if those have its width, as in models made for tests.
    private static final TextEncoders FLUX_TEXT =
            new TextEncoders(List.of(CLIP_L, T5_LARGE), Map.of(1, "stable_diffusion", 2, "flux"));
    private static final TextEncoders CHROMA_TEXT = new TextEncoders(List.of(T5_SMALL), Map.of(1, "chroma"));
    private static final TextEncoders QWEN_TEXT = new TextEncoders(
            List.of(List.of("qwen_2.5_vl_7b_fp8_scaled.safetensors", "qwen_2.5_vl_7b.safetensors")),
            Map.of(1, "qwen_image"));
    private static final TextEncoders HIDREAM_TEXT = new TextEncoders(
            List.of(
                    List.of("clip_l_hidream.safetensors"),
                    List.of("clip_g_hidream.safetensors"),
                    T5_SMALL,
                    List.of("llama_3.1_8b_instruct_fp8_scaled.safetensors", "llama_3.1_8b_instruct.safetensors")),
            Map.of(4, TextEncoders.NO_TYPE));
    private static final TextEncoders Z_IMAGE_TEXT =
            new TextEncoders(List.of(List.of("qwen_3_4b.safetensors")), Map.of(1, "lumina2"));

    // Of Qwen-Image 2512's template: low resolution and quality, malformed limbs and fingers, oversaturated, waxen,
    // faces without detail, too smooth, looks generated, muddled composition, blurred and warped text.
    private static final String QWEN_2512_NEGATIVE = "低分辨率，低画质，肢体畸形，手指畸形，画面过饱和，蜡像感，人脸无细节，过度光滑，画面具有AI感。构图混乱。文字模糊，扭曲";

    private static final String CHROMA_NEGATIVE =
            "This low quality greyscale unfinished sketch is inaccurate and flawed. The image is very blurred and lacks"
                    + " detail with excessive chromatic aberrations and artifacts. The image is overly saturated with"
                    + " excessive bloom. It has a toony aesthetic with bold outlines and flat colors. ";

    /** Models whose files look like a family's above and which need nodes that its graph does not have, by their names. */
    private static final Map<Pattern, String> OTHERS = Map.of(
            Pattern.compile("qwen[-_ ]?image[-_ ]?2[-_.]1(?!\\d)"), "Qwen-Image 2.1",
            Pattern.compile("qwen[-_ ]?image[-_ ]?edit"), "Qwen-Image-Edit",
            Pattern.compile("qwen[-_ ]?image[-_ ]?layered"), "Qwen-Image-Layered");

    /** Variants of a family stand together, the one that is taken without a hint first. */
    public static final List<FamilyGraph> ALL = List.of(
            new FamilyGraph(
                    "sd15",
                    "sd15",
                    "SD 1.5",
                    null,
                    settings(512, 20, 8, "euler", "normal", null, null),
                    "",
                    SD_TEXT,
                    List.of("vae-ft-mse-840000-ema-pruned.safetensors"),
                    LATENT,
                    Shift.NONE,
                    Set.of(Trait.LORA_ON_TEXT, Trait.CLIP_SKIP)),
            new FamilyGraph(
                    "sdxl",
                    "sdxl",
                    "SDXL",
                    null,
                    settings(1024, 25, 7, "dpmpp_2m", "karras", null, null),
                    "",
                    SDXL_TEXT,
                    List.of("sdxl_vae.safetensors", "sdxl.vae.safetensors"),
                    LATENT,
                    Shift.NONE,
                    Set.of(Trait.LORA_ON_TEXT, Trait.CLIP_SKIP)),
            new FamilyGraph(
                    "sd3",
                    "sd3",
                    "SD 3.5",
                    null,
                    settings(1024, 20, 4.01, "euler", "sgm_uniform", null, null),
                    "",
                    SD3_TEXT,
                    List.of("sd3.5_vae.safetensors", "sd3_vae.safetensors"),
                    LATENT_16,
                    Shift.SD3,
                    Set.of(Trait.LORA_ON_TEXT)),
            flux("flux1-dev", "Flux.1 dev", "flux[-_. ]?1?[-_. ]?dev"),
            flux("flux1-krea-dev", "Flux.1 Krea dev", "krea"),
            new FamilyGraph(
                    "flux1-schnell",
                    "flux1-schnell",
                    "Flux.1 schnell",
                    null,
                    settings(1024, 4, 1, "euler", "simple", null, null),
                    "",
                    FLUX_TEXT,
                    FLUX_VAE,
                    LATENT_16,
                    Shift.AURA,
                    Set.of(Trait.ZERO_NEGATIVE)),
            new FamilyGraph(
                    "chroma",
                    "chroma",
                    "Chroma",
                    null,
                    settings(1024, 26, 3.5, "euler", "beta", null, 1.0),
                    CHROMA_NEGATIVE,
                    CHROMA_TEXT,
                    FLUX_VAE,
                    LATENT_16,
                    Shift.AURA,
                    Set.of(Trait.ADVANCED)),
            qwen("qwen-image", "Qwen-Image", "qwen[-_ ]?image(?!.*2512)", 20, ""),
            qwen("qwen-image-2512", "Qwen-Image 2512", "2512", 50, QWEN_2512_NEGATIVE),
            hidream("full", settings(1024, 50, 5, "uni_pc", "simple", null, 3.0)),
            hidream("dev", settings(1024, 28, 1, "lcm", "normal", null, 6.0)),
            hidream("fast", settings(1024, 16, 1, "lcm", "normal", null, 3.0)),
            zImage("z-image-turbo", "Z-Image turbo", "turbo", 8, 1, Set.of(Trait.ZERO_NEGATIVE)),
            // The official file says so by what it does not say: z_image_bf16.
            zImage(
                    "z-image",
                    "Z-Image",
                    "(?<![a-z])base(?![a-z])|^z[-_]?image[-_](bf16|fp16|fp8|q[0-9])",
                    25,
                    4,
                    Set.of()));

    /**
     * A graph and why it was chosen.
     *
     * @param reason for people, like {@code Flux.1 Krea dev, because of the file's name}
     * @param certain false where nothing told the variants apart
     */
    public record Choice(FamilyGraph graph, String reason, boolean certain) {}

    private FamilyGraphs() {}

    /**
     * The graph of a variant.
     *
     * @throws GraphException if there is none of this name
     */
    public static FamilyGraph named(String name) {
        return ALL.stream()
                .filter(g -> g.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(Keys.VARIANT, name, names(ALL)));
    }

    /**
     * The graph for a model file. A header does not tell variants of a family apart: the file's name may, or a setting.
     *
     * @param family as the header tells: {@code sdxl}, {@code flux1} ...
     * @param file name of the base model's file
     * @param variant the user's setting, a name of {@link #ALL}; null if not given
     * @throws GraphException if the family has no graph, or variants with different defaults cannot be told apart
     */
    public static Choice choose(String family, String file, String variant) {
        List<FamilyGraph> variants =
                ALL.stream().filter(g -> g.family().equals(family)).toList();
        if (variants.isEmpty()) {
            throw new GraphException(file + ": no graph for the family " + family + "; there are "
                    + ALL.stream().map(FamilyGraph::family).distinct().collect(Collectors.joining(", "))
                    + "; export a workflow of your own as API and give it as " + Keys.WORKFLOW);
        }
        if (variant != null) {
            FamilyGraph chosen = variants.stream()
                    .filter(g -> g.name().equals(variant))
                    .findFirst()
                    .orElseThrow(() -> unknown(Keys.VARIANT, variant, names(variants)));
            return new Choice(chosen, chosen.title() + ", as " + Keys.VARIANT + " says", true);
        }
        if (variants.size() == 1) {
            FamilyGraph only = variants.get(0);
            return new Choice(only, only.title() + ", the only variant of its family", true);
        }
        String name = stem(file);
        OTHERS.forEach((pattern, title) -> {
            if (pattern.matcher(name).find()) {
                throw new GraphException(file + ": by its name it is " + title
                        + ", for which there is no graph; export a"
                        + " workflow of your own as API and give it as " + Keys.WORKFLOW + ", or set " + Keys.VARIANT
                        + " if it is one of " + String.join(", ", names(variants)));
            }
        });
        List<FamilyGraph> hinted =
                variants.stream().filter(g -> g.fileHint().matcher(name).find()).toList();
        if (hinted.size() == 1) {
            FamilyGraph chosen = hinted.get(0);
            return new Choice(chosen, chosen.title() + ", because of the file's name (" + file + ")", true);
        }
        FamilyGraph first = variants.get(0);
        if (variants.stream().allMatch(g -> g.defaults().equals(first.defaults()))) {
            return new Choice(
                    first,
                    first.title() + " or a finetune of it: its file cannot be told from "
                            + titles(variants.subList(1, variants.size())) + ", which is used with the same settings",
                    false);
        }
        throw new GraphException(file + ": " + titles(variants)
                + " have the same tensors and other settings, and the file's name does not say which it is; set "
                + Keys.VARIANT + " to one of " + String.join(", ", names(variants)));
    }

    private static String stem(String file) {
        String name = file.replace('\\', '/');
        return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static GraphException unknown(String where, String name, List<String> known) {
        return new GraphException(where + ": expected one of " + String.join(", ", known) + ", found " + name
                + Nearest.hint(name, known));
    }

    private static List<String> names(List<FamilyGraph> graphs) {
        return graphs.stream().map(FamilyGraph::name).toList();
    }

    private static String titles(List<FamilyGraph> graphs) {
        return graphs.stream().map(FamilyGraph::title).collect(Collectors.joining(" and "));
    }

    private static GenerationSettings settings(
            int side, int steps, double cfg, String sampler, String scheduler, Double guidance, Double shift) {
        return new GenerationSettings(side, side, steps, cfg, sampler, scheduler, 0, guidance, shift);
    }

    private static FamilyGraph flux(String name, String title, String hint) {
        return new FamilyGraph(
                name,
                "flux1",
                title,
                Pattern.compile(hint),
                settings(1024, 20, 1, "euler", "simple", 3.5, null),
                "",
                FLUX_TEXT,
                FLUX_VAE,
                LATENT_16,
                Shift.FLUX,
                Set.of(Trait.ZERO_NEGATIVE, Trait.DISTILLED_GUIDANCE));
    }

    private static FamilyGraph qwen(String name, String title, String hint, int steps, String negative) {
        return new FamilyGraph(
                name,
                "qwen-image",
                title,
                Pattern.compile(hint),
                settings(1328, steps, 4, "euler", "simple", null, 3.1),
                negative,
                QWEN_TEXT,
                QWEN_VAE,
                LATENT_16,
                Shift.AURA,
                Set.of());
    }

    private static FamilyGraph hidream(String variant, GenerationSettings defaults) {
        return new FamilyGraph(
                "hidream-i1-" + variant,
                "hidream-i1",
                "HiDream-I1 " + variant,
                Pattern.compile("(?<![a-z])" + variant + "(?![a-z])"),
                defaults,
                "bad ugly jpeg artifacts",
                HIDREAM_TEXT,
                FLUX_VAE,
                LATENT_16,
                Shift.SD3,
                Set.of());
    }

    private static FamilyGraph zImage(
            String name, String title, String hint, int steps, double cfg, Set<Trait> traits) {
        return new FamilyGraph(
                name,
                "z-image",
                title,
                Pattern.compile(hint),
                settings(1024, steps, cfg, "res_multistep", "simple", null, 3.0),
                "",
                Z_IMAGE_TEXT,
                FLUX_VAE,
                LATENT_16,
                Shift.AURA,
                traits);
    }
}
