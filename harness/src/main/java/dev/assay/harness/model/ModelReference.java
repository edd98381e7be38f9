package dev.assay.harness.model;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Shortened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the models that a user names: by a path, absolute or relative to {@code root}, or as {@code SCHEME:NAME} among the
 * bundled ones.
 *
 * @param library folder of model files as ComfyUI arranges them ({@code checkpoints}, {@code loras} ...), looked in after
 *     {@code root}
 * @param remote a plain name that leads nowhere here is one that a server knows, and is given back as it is
 * @param bundles folder of each scheme, e.g. {@code microcosm}; NAME is a folder or NAME.safetensors in it or in its {@code
 *     loras}
 */
public record ModelReference(Path root, Map<String, Path> bundles, Optional<Path> library, boolean remote) {
    private static final String ENDING = ".safetensors";
    private static final Pattern BUNDLED = Pattern.compile("([a-z][a-z0-9-]+):(?![/\\\\])(.*)"); // not C:\
    private static final Pattern STRENGTH =
            Pattern.compile("(.+)@([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)");
    /** Meant as a strength, and none. */
    private static final Pattern NO_STRENGTH = Pattern.compile("(.+)@([+-]?(?i:nan|inf|infinity))");

    /** After {@link #WHOLE} what stands behind a decimal comma. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private static final Pattern WHOLE = Pattern.compile(".+@[+-]?[0-9]+");

    private static final int MAX_STRENGTH = 1000; // far beyond what any sampler survives
    private static final Pattern QUOTED = Pattern.compile("^(?:\"([^\"]+)\"|'([^']+)')\\s*(@.*)?$");
    /** Up to the next comma or the end; a quoted name first. */
    private static final Pattern ITEM = Pattern.compile(
            "(\\s*\"[^\"]+\"[^,\"]*|\\s*'[^']+'(?=\\s*(?:@[^,']*)?(?:,|$))[^,]*|\\s*[^,\"\\s][^,]*)(?=,|$)");

    private static final int MAX_LISTED = 20;

    public ModelReference {
        bundles = Map.copyOf(bundles);
    }

    /** Without a library, for a renderer on this machine. */
    public ModelReference(Path root, Map<String, Path> bundles) {
        this(root, bundles, Optional.empty(), false);
    }

    /**
     * The file or folder, which exists unless models are remote.
     *
     * @throws ModelFileException on a name that leads nowhere; lists what is there
     */
    public Path resolve(String written) {
        Matcher bundled = BUNDLED.matcher(written);
        if (bundled.matches()) {
            Path folder = bundles.get(bundled.group(1));
            if (folder == null) {
                throw new ModelFileException(
                        written + ": no bundle " + bundled.group(1) + ":; expected a path or one of "
                                + new TreeSet<>(bundles.keySet())
                                        .stream().map(s -> s + ":NAME").toList()
                                + DidYouMean.hint(bundled.group(1), bundles.keySet()));
            }
            return bundled(written, folder, bundled.group(2));
        }
        if (written.isBlank()) {
            throw new ModelFileException("expected the path of a model, found nothing");
        }
        try {
            Path path = root.resolve(written);
            if (Files.exists(path)) {
                return path;
            }
            Optional<Path> shelved = library.flatMap(l -> onShelf(l, written));
            if (shelved.isPresent()) {
                return shelved.get();
            }
            Path name = Path.of(written);
            if (remote && !name.isAbsolute()) {
                return name;
            }
            throw new ModelFileException(path, missing(path));
        } catch (InvalidPathException e) {
            throw new ModelFileException(PlainText.quoted(written) + ": is not a path: " + e.getReason());
        }
    }

    /** A LoRA as it is written: the strength is null where none is given. */
    public record Written(Path path, Double strength) {}

    /** {@link #written}, with a strength of 1 where none is given. */
    public List<Lora> loras(String text) {
        return written(text).stream()
                .map(w -> new Lora(w.path(), w.strength() == null ? 1 : w.strength()))
                .toList();
    }

    /**
     * LoRAs in load order from {@code FILE[@STRENGTH][,FILE[@STRENGTH]...]}, as {@link #items} tells them apart. Only a number after the
     * last {@code @} is a strength: names may have others.
     *
     * @throws ModelFileException on an empty list or item, a strength that is none or beyond 1000, or a file that is not there
     */
    public List<Written> written(String text) {
        List<Written> loras = new ArrayList<>();
        String before = "";
        for (String item : items(root, text)) {
            try {
                loras.add(lora(item));
            } catch (ModelFileException none) {
                if (DIGITS.matcher(item).matches() && WHOLE.matcher(before).matches()) {
                    throw new ModelFileException(
                            before + "," + item + ": a comma separates files, and there is no file " + item
                                    + "; did you mean " + before.substring(before.lastIndexOf('@')) + "." + item + "?");
                }
                throw none;
            }
            before = item;
        }
        return List.copyOf(loras);
    }

    /**
     * What stands between the commas. A name with commas stands in quotes, double or single ({@code "a, b.safetensors"@0.8}); alone
     * it needs none where the file is there.
     *
     * @param root folder that relative paths start from
     * @throws ModelFileException on an empty item, or a quote that does not end
     */
    public static List<String> items(Path root, String written) {
        if (written.contains(",") && isFile(root, written)) {
            return List.of(written.strip());
        }
        List<String> items = new ArrayList<>();
        Matcher item = ITEM.matcher(written);
        int at = 0;
        while (at <= written.length()) {
            if (!item.find(at) || item.start() != at || item.group(1).isBlank()) {
                throw new ModelFileException("\"" + written
                        + "\": expected FILE[@STRENGTH] between commas, found nothing, or a quote that does not end");
            }
            items.add(item.group(1).strip());
            at = item.end() + 1;
        }
        return items;
    }

    private static boolean isFile(Path root, String written) {
        Matcher strong = STRENGTH.matcher(written.strip());
        try {
            return Files.isRegularFile(root.resolve(written.strip()))
                    || (strong.matches() && Files.isRegularFile(root.resolve(strong.group(1))));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }

    /** One item: its name is quoted where it has commas. */
    public static String quoted(String item) {
        Matcher strong = STRENGTH.matcher(item);
        String name = strong.matches() ? strong.group(1) : item;
        String quote = name.contains("\"") ? "'" : "\"";
        return name.contains(",") ? quote + name + quote + item.substring(name.length()) : item;
    }

    private Written lora(String written) {
        String item = QUOTED.matcher(written).replaceFirst("$1$2$3");
        Matcher strong = STRENGTH.matcher(item);
        if (!strong.matches()) {
            Matcher meant = NO_STRENGTH.matcher(item);
            if (meant.matches()) {
                throw noStrength(item, meant.group(2));
            }
            return new Written(resolve(item), null);
        }
        double strength = Double.parseDouble(strong.group(2));
        if (!(Math.abs(strength) <= MAX_STRENGTH)) {
            throw noStrength(item, strong.group(2));
        }
        return new Written(resolve(strong.group(1)), strength);
    }

    private static ModelFileException noStrength(String item, String found) {
        return new ModelFileException(item + ": expected a strength from -" + MAX_STRENGTH + " to " + MAX_STRENGTH
                + " after @, found " + found);
    }

    /** In the folders of one kind each, where ComfyUI would look. */
    private static Optional<Path> onShelf(Path library, String name) {
        try (Stream<Path> kinds = Files.list(library)) {
            return kinds.filter(Files::isDirectory)
                    .map(kind -> kind.resolve(name).normalize())
                    .filter(p -> p.startsWith(library.normalize()) && Files.exists(p))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new ModelFileException(library, "cannot be listed: " + e, e);
        }
    }

    private static Path bundled(String written, Path folder, String name) {
        List<String> names = new ArrayList<>(names(folder));
        names.addAll(names(folder.resolve("loras")));
        // Asking the listing, not the file system: a name like ../x cannot leave the folder.
        if (names.contains(name)) {
            for (Path place : List.of(folder, folder.resolve("loras"))) {
                for (Path path : List.of(place.resolve(name), place.resolve(name + ENDING))) {
                    if (Files.exists(path)) {
                        return path;
                    }
                }
            }
        }
        names.remove("loras");
        throw new ModelFileException(
                written + ": no such bundled model in " + folder + listed(names) + DidYouMean.hint(name, names));
    }

    private static String missing(Path path) {
        if (Files.isSymbolicLink(path)) {
            return "is a symbolic link that leads nowhere; correct the link or download its file";
        }
        Path folder = path.toAbsolutePath().getParent();
        Path name = path.getFileName();
        if (folder == null || name == null || !Files.isDirectory(folder)) {
            return "no such file, and its folder does not exist either; check the path";
        }
        List<String> names = names(folder).stream()
                .map(n -> Files.exists(folder.resolve(n)) ? n : n + ENDING)
                .toList();
        return "no such file" + listed(names) + DidYouMean.hint(name.toString(), names);
    }

    private static String listed(List<String> names) {
        return names.isEmpty() ? "; no model lies there" : "; there are " + Shortened.of(names, MAX_LISTED);
    }

    /** Folders, and safetensors files without their ending; sorted. */
    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> Files.isDirectory(p) || p.toString().endsWith(ENDING))
                    .map(p -> p.getFileName().toString())
                    .filter(n -> !n.startsWith("."))
                    .map(n -> n.endsWith(ENDING) ? n.substring(0, n.length() - ENDING.length()) : n)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be listed: " + e, e);
        }
    }
}
