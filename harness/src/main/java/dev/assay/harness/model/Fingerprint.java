package dev.assay.harness.model;

import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a model under test is made of, with their hashes. Two models with the same {@link #hash()} give the same
 * pictures.
 */
public record Fingerprint(List<Part> files, List<LoraPart> loras) {
    /** Of a model's folder: what can change a picture. */
    private static final Pattern READ = Pattern.compile(".*\\.(safetensors|json|txt)");

    public Fingerprint {
        files = List.copyOf(files);
        loras = List.copyOf(loras);
    }

    /** A file of the checkpoint; the name is relative to a checkpoint folder, or to the folder that a checkpoint file is in. */
    public record Part(String file, String sha256, long bytes) {}

    /** A LoRA file and its strengths, as {@link Lora} has them. */
    public record LoraPart(String file, String sha256, double strength, Double clipStrength, long bytes) {}

    /**
     * Of the files on this disk; a diffusers folder is read without its pictures and texts, through links as its loader reads it.
     *
     * @throws ModelFileException also on a link in the folder that leads nowhere or around in a circle
     */
    public static Fingerprint of(ModelUnderTest model, FileHashes hashes) {
        return new Fingerprint(parts(model.checkpoint().path(), hashes), loraParts(model, hashes));
    }

    private static List<Part> parts(Path checkpoint, FileHashes hashes) {
        List<Part> files = new ArrayList<>();
        Path folder = Files.isDirectory(checkpoint) ? checkpoint : checkpoint.resolveSibling("");
        for (Path file : files(checkpoint)) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            files.add(new Part(name, hashes.sha256(file), size(file)));
        }
        if (files.isEmpty()) {
            throw new ModelFileException(
                    checkpoint, "expected a diffusers folder or a safetensors file, found a folder without weights");
        }
        return files;
    }

    private static List<LoraPart> loraParts(ModelUnderTest model, FileHashes hashes) {
        return model.loras().stream()
                .map(l -> new LoraPart(
                        l.path().toString(), hashes.sha256(l.path()), l.strength(), l.clipStrength(), size(l.path())))
                .toList();
    }

    /** SHA-256 over names, hashes and strengths; hex. */
    public String hash() {
        StringBuilder text = new StringBuilder();
        files.forEach(p -> text.append(p.file()).append(' ').append(p.sha256()).append('\n'));
        loras.forEach(l -> text.append("lora ")
                .append(l.sha256())
                .append(' ')
                .append(l.strength())
                .append(l.clipStrength() == null ? "" : " text " + l.clipStrength())
                .append('\n'));
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Whether all of a model's files are on this disk. */
    public static boolean areHere(ModelUnderTest model) {
        return Files.exists(model.checkpoint().path()) && model.loras().stream().allMatch(l -> Files.exists(l.path()));
    }

    /** Every file of a model that this disk has; a checkpoint's folder is read without its pictures and texts. */
    public static List<Path> files(ModelUnderTest model) {
        List<Path> all = new ArrayList<>(files(model.checkpoint().path()));
        model.loras().forEach(l -> all.add(l.path()));
        return all;
    }

    private static List<Path> files(Path checkpoint) {
        if (Files.isDirectory(checkpoint)) {
            return files(checkpoint, 2);
        }
        Path tokenizer = checkpoint.resolveSibling("tokenizer"); // used where there is one
        List<Path> files = new ArrayList<>(List.of(checkpoint));
        if (Files.isDirectory(tokenizer)) {
            files.addAll(files(tokenizer, 1));
        }
        return files;
    }

    /** A link that leads nowhere, by the name of what would be read: a part's folder, or a file of one. */
    private static boolean isMissing(Path path) {
        String name = path.getFileName().toString();
        return !Files.exists(path) && (READ.matcher(name).matches() || !name.contains("."));
    }

    private static List<Path> files(Path folder, int depth) {
        try (Stream<Path> tree = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> all = tree.sorted().toList();
            all.stream().filter(Fingerprint::isMissing).findFirst().ifPresent(p -> {
                throw new ModelFileException(p, SafetensorsHeader.missing(p));
            });
            return all.stream()
                    .filter(p -> READ.matcher(p.toString()).matches() && Files.isRegularFile(p))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFileException(folder, "cannot be listed: " + Trouble.words(e), e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
