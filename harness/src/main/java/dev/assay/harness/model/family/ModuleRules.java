package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ModuleNaming.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Pairs of modules by rules that hold for any number of blocks. */
public final class ModuleRules implements ModuleNaming.Pairs {
    static final ModuleRules NONE = new ModuleRules(List.of());

    /** CLIP in OpenCLIP's layout (SD 2 and SDXL checkpoints) and in that of transformers. */
    public static final ModuleRules OPEN_CLIP = of(
            rule("token_embedding", "text_model.embeddings.token_embedding"),
            rule("ln_final", "text_model.final_layer_norm"),
            rule(
                    "transformer.resblocks.#.attn.in_proj",
                    "text_model.encoder.layers.$1.self_attn.q_proj",
                    "text_model.encoder.layers.$1.self_attn.k_proj",
                    "text_model.encoder.layers.$1.self_attn.v_proj"),
            rule("transformer.resblocks.#.attn.out_proj", "text_model.encoder.layers.$1.self_attn.out_proj"),
            rule("transformer.resblocks.#.ln_1", "text_model.encoder.layers.$1.layer_norm1"),
            rule("transformer.resblocks.#.ln_2", "text_model.encoder.layers.$1.layer_norm2"),
            rule("transformer.resblocks.#.mlp.c_fc", "text_model.encoder.layers.$1.mlp.fc1"),
            rule("transformer.resblocks.#.mlp.c_proj", "text_model.encoder.layers.$1.mlp.fc2"));

    /** One module of the authors' ({@code #} is a number) and those of diffusers ({@code $1} is that number). */
    record Rule(Pattern original, List<String> diffusers, boolean swapped) {}

    private final List<Rule> rules;

    private ModuleRules(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    static ModuleRules of(Rule... rules) {
        return new ModuleRules(List.of(rules));
    }

    static ModuleRules of(List<Rule> rules) {
        return new ModuleRules(rules);
    }

    static Rule rule(String original, String... diffusers) {
        return new Rule(compiled(original), List.of(diffusers), false);
    }

    /** Of which diffusers has the two halves of the rows the other way round. */
    static Rule swapped(String original, String diffusers) {
        return new Rule(compiled(original), List.of(diffusers), true);
    }

    private static Pattern compiled(String original) {
        return Pattern.compile(original.replace(".", "\\.").replace("#", "(\\d+)"));
    }

    /** These rules, then others for what these do not know. */
    ModuleRules and(ModuleRules more) {
        return new ModuleRules(
                Stream.concat(rules.stream(), more.rules.stream()).toList());
    }

    ModuleRules and(Rule... more) {
        return and(new ModuleRules(Arrays.asList(more)));
    }

    @Override
    public List<Pair> ofOriginal(Collection<String> original) {
        List<Pair> pairs = new ArrayList<>();
        for (String module : original) {
            for (Rule rule : rules) {
                Matcher matcher = rule.original.matcher(module);
                if (matcher.matches()) {
                    List<String> diffusers = rule.diffusers.stream()
                            .map(d -> matcher.groupCount() == 0 ? d : d.replace("$1", matcher.group(1)))
                            .toList();
                    pairs.add(new Pair(module, diffusers, rule.swapped));
                    break;
                }
            }
        }
        return pairs;
    }

    @Override
    public List<Pair> ofDiffusers(Collection<String> diffusers) {
        List<Pair> pairs = new ArrayList<>();
        for (Rule rule : rules) {
            Pattern first =
                    Pattern.compile(rule.diffusers.get(0).replace(".", "\\.").replace("$1", "(\\d+)"));
            for (String module : diffusers) {
                Matcher matcher = first.matcher(module);
                if (matcher.matches()) {
                    String number = matcher.groupCount() == 0 ? "" : matcher.group(1);
                    String original =
                            rule.original.pattern().replace("\\.", ".").replace("(\\d+)", number);
                    pairs.add(new Pair(
                            original,
                            rule.diffusers.stream()
                                    .map(d -> d.replace("$1", number))
                                    .toList(),
                            rule.swapped));
                }
            }
        }
        return pairs;
    }
}
