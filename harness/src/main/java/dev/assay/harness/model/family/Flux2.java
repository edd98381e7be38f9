package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.ComfyVariant.Size;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Schedule;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.family.ModuleRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Flux.2 dev and klein: the blocks of Flux.1, with one modulation for all of them and gated feed-forwards. */
public final class Flux2 {
    private static final String ID = "flux2";
    private static final String TITLE = "Flux.2";
    private static final Pattern MODULATION = Pattern.compile("(double|single)_stream_modulation");
    private static final Pattern DIFFUSERS =
            Pattern.compile("attn_to_qkv_mlp_proj|^transformer_blocks_N_ff_(context_)?linear_in");
    private static final Map<Long, String> SIZES = Map.of(3072L, "klein 4B", 4096L, "klein 9B", 6144L, "dev");

    private static final Size DEV = new Size("dev", Pattern.compile("flux[-_. ]?2[-_. ]?dev"));
    private static final Size KLEIN_4B = new Size("klein 4B", Pattern.compile("klein.*(?<![0-9])4b"));
    private static final Size KLEIN_9B = new Size("klein 9B", Pattern.compile("klein.*(?<![0-9])9b"));

    /** The newer templates decode with a smaller network, whose encoder is the whole one. */
    private static final String SMALL_DECODER = "full_encoder_small_decoder.safetensors";

    private static final String VAE = "flux2-vae.safetensors";
    private static final TextEncoderFiles QWEN3_4B =
            textEncoder("qwen_3_4b.safetensors", "qwen_3_4b_fp8_mixed.safetensors");
    private static final TextEncoderFiles QWEN3_8B =
            textEncoder("qwen_3_8b_fp8mixed.safetensors", "qwen_3_8b.safetensors");

    private static final String T = "transformer_blocks.$1.";
    private static final String S = "single_transformer_blocks.$1.";
    private static final String GUIDANCE = "time_guidance_embed.";

    /** What diffusers, and LyCORIS with it, calls otherwise than in Flux.1: fused modules and the feed-forward layers. */
    private static final ModuleRules RULES = ModuleRules.of(
            rule("double_blocks.#.img_mlp.0", T + "ff.linear_in"),
            rule("double_blocks.#.img_mlp.2", T + "ff.linear_out"),
            rule("double_blocks.#.txt_mlp.0", T + "ff_context.linear_in"),
            rule("double_blocks.#.txt_mlp.2", T + "ff_context.linear_out"),
            rule("single_blocks.#.linear1", S + "attn.to_qkv_mlp_proj"),
            rule("single_blocks.#.linear2", S + "attn.to_out"));

    /** As diffusers names all of it; the rest is called as in Flux.1. */
    public static final ModuleRules DIFFUSERS_RULES = RULES.and(
                    rule("time_in.in_layer", GUIDANCE + "timestep_embedder.linear_1"),
                    rule("time_in.out_layer", GUIDANCE + "timestep_embedder.linear_2"),
                    rule("guidance_in.in_layer", GUIDANCE + "guidance_embedder.linear_1"),
                    rule("guidance_in.out_layer", GUIDANCE + "guidance_embedder.linear_2"))
            .and(modulations())
            .and(Flux1.RULES);

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(
                            Flux2::model,
                            Flux2::lora,
                            size("klein 4B", 5, 20, "flux2-klein-4b"),
                            size("klein 9B", 8, 24, "flux2-klein-9b"),
                            size("dev", 8, 48, "flux2-dev"))
                    .edits(Edit.of("klein.*[-_]kv(?![a-z])", "Flux.2 klein KV", Edit.PICTURE)),
            List.of("flux-2", "flux2"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.of(Flux1.AUTHORS, Set.of(), RULES),
            TextEncoders.byWidth(
                    Map.of(3072L, TextEncoder.QWEN3_4B, 4096L, TextEncoder.QWEN3_8B, 6144L, TextEncoder.MISTRAL3_24B)),
            32,
            Sites.EACH_SIZE_OTHERWISE,
            ComfyUi.of(
                    Flux1.COMFYUI_NAMES,
                    new ComfyVariant(
                            ID + "-dev",
                            ID,
                            TITLE + " dev",
                            Optional.of(Pattern.compile("flux[-_. ]?2[-_. ]?dev")),
                            new Defaults(1024, 20, 1, "euler", Schedule.FLUX2.word(), 4.0, null),
                            "",
                            textEncoder(
                                    "mistral_3_small_flux2_bf16.safetensors", "mistral_3_small_flux2_fp8.safetensors"),
                            List.of(SMALL_DECODER, VAE),
                            GraphNodes.of(
                                    Latent.FLUX2,
                                    Shift.BY_SIZE,
                                    Trait.ADVANCED,
                                    Trait.BASIC_GUIDER,
                                    Trait.DISTILLED_GUIDANCE),
                            Optional.of(DEV)),
                    klein(KLEIN_4B, List.of(VAE, SMALL_DECODER), QWEN3_4B),
                    kleinBase(KLEIN_4B, List.of(VAE, SMALL_DECODER), QWEN3_4B),
                    klein(KLEIN_9B, List.of(SMALL_DECODER, VAE), QWEN3_8B),
                    kleinBase(KLEIN_9B, List.of(SMALL_DECODER, VAE), QWEN3_8B)),
            DiffusersPipeline.FLUX_2);

    private Flux2() {}

    private static TextEncoderFiles textEncoder(String... names) {
        return new TextEncoderFiles(List.of(List.of(names)), Map.of(1, ID));
    }

    /** Distilled: four steps without guidance. */
    private static ComfyVariant klein(Size size, List<String> vaes, TextEncoderFiles textEncoder) {
        return klein(
                size,
                "",
                "^(?!.*base).*klein",
                new Defaults(1024, 4, 1, "euler", Schedule.FLUX2.word(), null, null),
                vaes,
                textEncoder,
                Trait.ADVANCED,
                Trait.ZERO_NEGATIVE);
    }

    private static ComfyVariant kleinBase(Size size, List<String> vaes, TextEncoderFiles textEncoder) {
        return klein(
                size,
                "base-",
                "klein.*base|base.*klein",
                new Defaults(1024, 20, 5, "euler", Schedule.FLUX2.word(), null, null),
                vaes,
                textEncoder,
                Trait.ADVANCED);
    }

    private static ComfyVariant klein(
            Size size,
            String base,
            String hint,
            Defaults defaults,
            List<String> vaes,
            TextEncoderFiles textEncoder,
            Trait... traits) {
        String parameters = size.detail().substring("klein ".length());
        return new ComfyVariant(
                ID + "-klein-" + base + parameters.toLowerCase(Locale.ROOT),
                ID,
                TITLE + " klein " + base.replace('-', ' ') + parameters,
                Optional.of(Pattern.compile(hint)),
                defaults,
                "",
                textEncoder,
                vaes,
                GraphNodes.of(Latent.FLUX2, Shift.BY_SIZE, traits),
                Optional.of(size));
    }

    private static ModuleRules modulations() {
        List<Rule> rules = new ArrayList<>();
        for (String kind : List.of("single_stream_", "double_stream_")) {
            for (String stream : List.of("modulation", "modulation_img", "modulation_txt")) {
                rules.add(rule(kind + stream + ".lin", kind + stream + ".linear"));
            }
        }
        return ModuleRules.of(rules);
    }

    private static PublishedModel size(String detail, int doubles, int singles, String file) {
        return PublishedModel.of(TITLE + " " + detail, detail, PublishedModel.streams(doubles, singles), file);
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        if (!layers.has("double_stream_modulation_img.lin.weight")
                && !layers.has("double_stream_modulation_img.linear.weight")) {
            return Optional.empty();
        }
        long hidden = Math.max(layers.dimension("img_in.weight", 0), layers.dimension("x_embedder.weight", 0));
        String size = SIZES.getOrDefault(hidden, hidden + " wide, a size that nobody published");
        return Optional.of(FamilyMatch.of(ID, TITLE).detail(size));
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(MODULATION) || layers.any(DIFFUSERS)
                ? Optional.of(FamilyMatch.of(ID, TITLE))
                : Optional.empty();
    }
}
