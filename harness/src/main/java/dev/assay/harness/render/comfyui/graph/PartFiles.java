package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.model.family.ComfyVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files beside a model-only file.
 *
 * @param textEncoders as the server lists them; empty for those inside a full checkpoint
 * @param vae null for the one inside a full checkpoint
 */
public record PartFiles(List<String> textEncoders, String vae) {
    private static final String VAE_LOADER = "VAELoader";
    private static final String VAE_INPUT = "vae_name";
    /** Loaders whose lists of text encoders are looked at; GGUF files are only in the second. */
    private static final List<String> TEXT_LOADERS = List.of("CLIPLoader", "CLIPLoaderGGUF");

    public PartFiles {
        textEncoders = List.copyOf(textEncoders);
    }

    /**
     * What the user set, else the family's usual files that the server has.
     *
     * @param textEncoders the user's setting; empty if not given
     * @param vae the user's setting; null if not given
     * @param nodes knows {@code CLIPLoader}, {@code CLIPLoaderGGUF} and {@code VAELoader}
     * @throws GraphException if the server lacks what was set, or all of the usual files
     */
    public static PartFiles choose(
            ComfyVariant family, ModelSource model, List<String> textEncoders, String vae, ServerNodes nodes) {
        boolean whole = model.kind() == ModelSource.Kind.CHECKPOINT;
        List<String> text = new ArrayList<>();
        List<String> offered = TEXT_LOADERS.stream()
                .flatMap(l -> nodes.options(l, "clip_name").orElse(List.of()).stream())
                .distinct()
                .toList();
        for (String file : textEncoders) {
            text.add(ServerFiles.find(file, offered)
                    .orElseThrow(() -> new GraphException(ServerFiles.absent(Keys.TEXT_ENCODERS, file, offered))));
        }
        if (text.isEmpty() && !whole) {
            for (List<String> usual : family.textEncoders().files()) {
                text.add(usual(Keys.TEXT_ENCODERS, family.title() + " needs a text encoder", usual, offered));
            }
        }
        if (!text.isEmpty()) {
            TextEncoders.type(family, text);
        }
        List<String> vaes = nodes.options(VAE_LOADER, VAE_INPUT).orElse(List.of());
        String chosen = null;
        if (vae != null) {
            chosen = ServerFiles.find(vae, vaes)
                    .orElseThrow(() -> new GraphException(ServerFiles.absent(Keys.VAE, vae, vaes)));
        } else if (!whole) {
            chosen = usual(Keys.VAE, family.title() + " needs a VAE", family.vaes(), vaes);
        }
        return new PartFiles(text, chosen);
    }

    private static String usual(String setting, String need, List<String> usual, List<String> offered) {
        for (String name : usual) {
            Optional<String> file = ServerFiles.findByName(name, offered);
            if (file.isPresent()) {
                return file.get();
            }
        }
        throw new GraphException(setting + ": " + need + ", and the server has none of the usual files ("
                + String.join(", ", usual) + "); it has: " + ServerFiles.some(usual.get(0), offered)
                + "; set " + setting + " to the right one, or put the file there");
    }
}
