package dev.assay.harness.model.inspect;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Container;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.family.AdapterLayers;
import dev.assay.harness.model.family.Edit;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.Layers;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.inspect.Inspection.Rank;
import dev.assay.harness.model.inspect.ModelHashes.Progress;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import dev.assay.harness.text.PlainText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Says what a model file is. Reads its header, and of its tensors only scalars; all of it only for hashes. */
public final class Inspector {
    private static final Pattern SHARD = Pattern.compile(".*-\\d+-of-(\\d+)\\.[a-z]+");
    /** Of a family whose text encoders are not known, as LoRAs number them. */
    private static final List<TextEncoder> USUAL =
            List.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G, TextEncoder.T5_XXL, TextEncoder.LLAMA_8B);
    /** SHA-256 of nothing: ai-toolkit wrote it for the hash of the tensors. */
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final ModelHashes hashes; // null: not asked for
    private final Progress progress;

    private Inspector(ModelHashes hashes, Progress progress) {
        this.hashes = hashes;
        this.progress = progress;
    }

    /** Headers only: well under a second for a file. */
    public static Inspector ofHeaders() {
        return new Inspector(null, (file, done, of) -> {});
    }

    /**
     * The family that a file's metadata names, where it is another one than that of a model; a hint, never a proof.
     *
     * @param metadata of the file, which may be out of reach
     * @param family of the model, as {@link Inspection#family} has it
     */
    public static Optional<String> claimsAnother(Map<String, String> metadata, String family) {
        return claimed(metadata).filter(claimed -> !ModelFamilies.areKin(claimed, family));
    }

    /** The model that edits, or needs more than a prompt in another way, which a file's metadata names as its base; of this family. */
    public static Optional<Edit> claimedEdit(Map<String, String> metadata, String family) {
        return ModelFamilies.of(family).flatMap(new Metadata(metadata)::claimedEdit);
    }

    /** Whether a file's metadata says that it predicts v. */
    public static boolean predictsV(Map<String, String> metadata) {
        return new Metadata(metadata).predictionType().equals("v");
    }

    /** The family that a file's metadata names, by its id; a hint, never a proof. */
    public static Optional<String> claimed(Map<String, String> metadata) {
        return new Metadata(metadata).claimedFamily().map(ModelFamily::id);
    }

    /** Words in a file's metadata that may start its effect, the likeliest first; hints, never a proof. */
    public static List<Inspection.Trigger> triggers(Map<String, String> metadata) {
        return new Metadata(metadata).triggers();
    }

    /** Headers and hashes, for which every byte is read unless the cache knows the file. */
    public static Inspector withHashes(ModelHashes hashes, Progress progress) {
        return new Inspector(hashes, progress);
    }

    /** Never fails on what the file holds: damage and malice are problems of the inspection. */
    public Inspection inspect(Path file) {
        return inspect(file, LoraFile::read);
    }

    /**
     * With a header that may have been read before.
     *
     * @param headers reads it, and throws a {@link ModelFileException} where it cannot be
     */
    public Inspection inspect(Path file, Function<Path, LoraFile> headers) {
        try {
            return inspect(headers.apply(file));
        } catch (ModelFileException e) {
            return Inspection.unreadable(file, size(file), PlainText.line(e.problemOf(file), 500));
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Of a header that was read before. */
    public Inspection inspect(ModelHeader header) {
        return inspect(LoraFile.of(header));
    }

    private Inspection inspect(LoraFile file) {
        ModelHeader header = file.header();
        Findings found = new Findings(file);
        try (SmallReads reads = new SmallReads(header)) {
            found.read(reads);
        }
        if (hashes != null && header.files().size() == 1) {
            found.hash();
        }
        return found.inspection();
    }

    /** What is gathered on the way. */
    private final class Findings {
        private final ModelHeader header;
        private final LoraGrammar grammar;
        private final Metadata metadata;
        private final List<Finding> problems = new ArrayList<>();
        private ModelKind kind;
        private FamilyMatch family = FamilyMatch.none();
        private List<String> contents = List.of();
        private Rank rank;
        private double alpha = Double.NaN;
        private int modules;
        private Map<String, Integer> layers = Map.of();
        private String trainer;
        private Quantization quantization;
        private Map<String, String> sums = Map.of();
        private final List<String> bundled; // names of embeddings beside a LoRA

        Findings(LoraFile file) {
            this.header = file.header();
            this.grammar = file.grammar();
            this.metadata = new Metadata(header.metadata());
            this.trainer = metadata.trainer();
            this.bundled = OtherFiles.bundled(header);
        }

        void read(SmallReads reads) {
            quantization = Quantization.of(header, metadata, reads);
            Optional<OtherFiles.Small> other =
                    OtherFiles.embedding(header).or(() -> OtherFiles.special(header, Layers.of(header.tensors())));
            if (other.isPresent()) {
                small(other.get());
            } else if (grammar.isAdapter()) {
                adapter(reads);
            } else {
                network();
            }
            if (header.tensors().isEmpty()) {
                fatal("has no tensors");
            }
            family.cautions().forEach(this::odd);
            Inspection.notFromText(needs()).ifPresent(this::odd);
            checkClaim();
            java.util.regex.Matcher shard =
                    SHARD.matcher(String.valueOf(header.path().getFileName()));
            if (header.files().size() == 1 && shard.matches()) {
                odd("is one of " + shard.group(1) + " shards: inspect the .safetensors.index.json beside it");
            }
        }

        private void adapter(SmallReads reads) {
            kind = ModelKind.of(grammar.kind().orElseThrow());
            modules = grammar.modules().size();
            family = AdapterFamily.of(grammar, metadata).orElse(family);
            if (family.title().isEmpty()) {
                odd("changes layers of no family that Assay knows ("
                        + PlainText.line(grammar.modules().get(0).name(), 80) + " ...)"
                        + kin(grammar.modules().stream()
                                .filter(m -> m.part() == LoraPart.DENOISER)
                                .map(LoraModule::layer)));
            }
            grammar.ranks().ifPresent(r -> rank = new Rank(r.min(), r.median(), r.max()));
            alpha = alpha(grammar, reads);
            layers = sorts(grammar);
            contents =
                    grammar.parts().keySet().stream().map(this::part).distinct().toList();
            if (trainer.isEmpty()) {
                trainer = grammar.naming()
                        .map(n -> n.trainer() + " (by its names: " + n.prefix() + ")")
                        .orElse("");
            }
            if (!bundled.isEmpty()) {
                odd("holds the embedding "
                        + String.join(
                                ", ", bundled.stream().map(b -> '"' + b + '"').toList())
                        + ", to be written in the prompt: A1111 and Forge read it with the LoRA, ComfyUI as"
                        + " embedding:FILE where a copy of the file lies among its embeddings");
            }
            List<String> halves = grammar.halves();
            if (!halves.isEmpty()) {
                problems.add(new Finding(
                        halves.size() == modules ? Finding.Level.ERROR : Finding.Level.WARNING,
                        halves.size() + " of " + modules + " layers lack a tensor and do nothing: "
                                + PlainText.line(halves.get(0), 120)
                                + "; the file was cut off or edited"));
            }
            if (!grammar.unknown().isEmpty()) {
                odd(grammar.unknown().size() + " keys are of no known form and will be ignored: "
                        + PlainText.line(grammar.unknown().get(0), 80));
            }
        }

        private double alpha(LoraGrammar grammar, SmallReads reads) {
            Map<Double, Integer> counts = new TreeMap<>();
            for (LoraModule module : grammar.modules()) {
                OptionalDouble value = module.alphaKey().map(reads::scalar).orElse(OptionalDouble.empty());
                if (value.isPresent()) {
                    counts.merge(value.getAsDouble(), 1, Integer::sum);
                }
            }
            if (counts.keySet().stream().anyMatch(a -> !Double.isFinite(a))) {
                fatal("an alpha is not a finite number: every layer that it scales is broken");
            }
            return counts.entrySet().stream()
                    .filter(e -> Double.isFinite(e.getKey()))
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElseGet(metadata::alpha);
        }

        private String part(LoraPart part) {
            List<TextEncoder> own = ModelFamilies.of(family.word())
                    .map(f -> f.textEncoders().all())
                    .orElse(List.of());
            int number = part.number();
            return number == 0
                    ? family.network()
                    : (number <= own.size() ? own : USUAL).get(number - 1).id();
        }

        private void network() {
            Components components = Components.of(header);
            Layers all = Layers.of(header.tensors());
            if (components.denoiser()) {
                family = components.family().orElse(family);
                contents = components.contents().isEmpty() ? List.of("dit") : components.contents();
                kind = components.whole() ? ModelKind.CHECKPOINT : ModelKind.DIFFUSION_MODEL;
                if (components.family().isEmpty()) {
                    odd("its layers are of no family that Assay knows (" + OtherFiles.someNames(header) + " ...)"
                            + kin(components.layers().stream()));
                }
                return;
            }
            Optional<OtherFiles.Small> vae = OtherFiles.vae(all);
            Optional<String> text = header.container() == Container.GGUF
                    ? TextEncoders.ofGguf(header.metadata().getOrDefault("general.architecture", ""))
                    : TextEncoders.name(all);
            if (vae.isPresent()) {
                small(vae.get());
            } else if (text.isPresent()) {
                small(new OtherFiles.Small(ModelKind.TEXT_ENCODER, FamilyMatch.UNKNOWN, "", List.of(text.get())));
            } else {
                OtherFiles.vision(all)
                        .ifPresentOrElse(
                                this::small,
                                () -> odd("is no model that Assay knows: layers such as "
                                        + OtherFiles.someNames(header)
                                        + kin(components.layers().stream())));
            }
        }

        private static String kin(Stream<String> layers) {
            return NearestKin.of(layers.toList()).map(k -> "; " + k.words()).orElse("");
        }

        private void small(OtherFiles.Small file) {
            kind = file.kind();
            family = FamilyMatch.small(file.family(), file.title());
            contents = file.contents();
            if (kind == ModelKind.GGUF_ADAPTER) {
                odd("is a LoRA in GGUF, which neither ComfyUI nor diffusers loads: use its .safetensors version");
            } else if (kind == ModelKind.NUNCHAKU_LORA) {
                odd("is a LoRA that only Nunchaku's own loader reads: use the version that it was converted from");
            }
        }

        /** The family that the metadata names must be the one that the layers show. */
        private void checkClaim() {
            Optional<String> claimed = metadata.claimedFamily().map(ModelFamily::id);
            if (!family.families().isEmpty()
                    && claimed.isPresent()
                    && family.families().stream().noneMatch(f -> ModelFamilies.areKin(claimed.get(), f))) {
                odd("its metadata says that it is for " + claimed.get() + ", its layers are those of "
                        + String.join(" or ", family.families()) + ": the layers decide");
            }
        }

        void hash() {
            long begin = header.container() == Container.SAFETENSORS
                    ? header.tensors().values().stream()
                            .mapToLong(Tensor::begin)
                            .min()
                            .orElse(-1)
                    : -1;
            sums = hashes.of(header.files().get(0), begin, progress);
            String stated = header.metadata().getOrDefault("sshs_model_hash", "");
            String actual = sums.getOrDefault(ModelHashes.TENSORS, stated);
            if (stated.matches("[0-9a-f]{64}") && !stated.equals(EMPTY_SHA256) && !stated.equals(actual)) {
                odd("its metadata states another hash of its tensors than they have: they were changed after training");
            }
        }

        private void odd(String problem) {
            problems.add(Finding.warning(problem));
        }

        private void fatal(String problem) {
            problems.add(Finding.error(problem));
        }

        private List<Inspection.Trigger> triggers() {
            List<Inspection.Trigger> all = new ArrayList<>();
            bundled.forEach(name -> all.add(new Inspection.Trigger(name, "bundled embedding")));
            all.addAll(metadata.triggers());
            return all;
        }

        /** As the layers tell, or else the base that the metadata names. */
        private String needs() {
            return family.needs().isEmpty()
                    ? ModelFamilies.of(family.word())
                            .flatMap(metadata::claimedEdit)
                            .map(Edit::needs)
                            .orElse("")
                    : family.needs();
        }

        private String predictionType() {
            String stated = metadata.predictionType();
            if (header.tensors().containsKey("v_pred")) {
                return header.tensors().containsKey("ztsnr") ? "v (zero terminal SNR)" : "v";
            }
            boolean model = kind == ModelKind.CHECKPOINT || kind == ModelKind.DIFFUSION_MODEL;
            return stated.isEmpty() && model && isFlow() ? "flow" : stated;
        }

        private boolean isFlow() {
            return ModelFamilies.of(family.word())
                    .filter(f -> f.has(FamilyTrait.FLOW))
                    .isPresent();
        }

        private long parameters() {
            long sum = 0;
            for (Tensor tensor : header.tensors().values()) {
                long elements = tensor.elements();
                sum = sum > Long.MAX_VALUE - elements ? Long.MAX_VALUE : sum + elements;
            }
            return sum;
        }

        Inspection inspection() {
            boolean ema = header.tensors().keySet().stream().anyMatch(n -> n.startsWith("model_ema."));
            String needs = needs();
            String title = family.detail().isEmpty() ? family.title() : family.title() + ", " + family.detail();
            return new Inspection(
                    header.path(),
                    header.bytes(),
                    Optional.ofNullable(kind),
                    family.word(),
                    title,
                    family.detail(),
                    needs,
                    family.families(),
                    contents,
                    Optional.ofNullable(rank),
                    Double.isNaN(alpha) ? OptionalDouble.empty() : OptionalDouble.of(alpha),
                    modules,
                    layers,
                    trainer,
                    triggers(),
                    metadata.claimedBase(),
                    metadata.license(),
                    predictionType(),
                    quantization.histogram(),
                    quantization.note(),
                    ema,
                    parameters(),
                    sums,
                    problems);
        }
    }

    /** Number of changed layers of each sort, by what tools call them. */
    private static Map<String, Integer> sorts(LoraGrammar grammar) {
        Map<String, Integer> sorts = new LinkedHashMap<>();
        Map<String, String> known = new HashMap<>(); // by pattern: of thousands of layers a few dozen
        for (LoraModule module : grammar.modules()) {
            String sort = module.part().isTextEncoder()
                    ? "text encoder"
                    : known.computeIfAbsent(AdapterLayers.pattern(module.layer()), Inspector::sort);
            sorts.merge(sort, 1, Integer::sum);
        }
        return sorts;
    }

    private static String sort(String pattern) {
        String name = pattern.toLowerCase(Locale.ROOT);
        if (ATTENTION.matcher(name).find()) {
            return "attention";
        }
        if (FEED_FORWARD.matcher(name).find()) {
            return "feed-forward";
        }
        return CONVOLUTION.matcher(name).find() ? "convolution" : "other";
    }

    private static final Pattern ATTENTION =
            Pattern.compile("attn|attention(?!s)|_to_[qkv](_|$)|_to_out|qkv|proj_(in|out)$|linear1$");
    private static final Pattern FEED_FORWARD = Pattern.compile("mlp|feed_forward|_ff_|experts|linear2$|ff_net");
    private static final Pattern CONVOLUTION =
            Pattern.compile("conv|resnets|in_layers|out_layers|skip_connection|samplers|_op$");
}
