package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.KeyText;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Finds the user's model files on a server: under which name, and whether it is the same file. */
final class ServerFiles {
    private static final int LISTED = 8;

    private final ComfyClient client;
    private final Path library; // null for none
    private final LoraReader headers;
    private final Map<String, JsonNode> listings = new HashMap<>(); // by folder
    private final String unknown = UUID.randomUUID().toString();
    private JsonNode folders; // null until asked

    ServerFiles(ComfyClient client, Path library, LoraReader headers) {
        this.client = client;
        this.library = library;
        this.headers = headers;
    }

    /**
     * The server's spelling of a file.
     *
     * @param given a path on this disk, or a name on the server
     * @param offered the server's names of such files
     * @throws ModelFileException when the server has none or several of that name
     */
    String name(Path given, List<String> offered, ServerModelFolder shelf) {
        for (String candidate : candidates(given, shelf)) {
            Optional<String> exact = offered.stream()
                    .filter(o -> slashes(o).equals(slashes(candidate)))
                    .findFirst();
            if (exact.isPresent()) {
                return exact.get();
            }
        }
        if (Files.exists(given)) { // a file of this disk goes by its name, in whatever folder the server has it
            List<String> same = offered.stream()
                    .filter(o -> slashes(o).endsWith("/" + given.getFileName()))
                    .toList();
            if (same.size() == 1) {
                return same.get(0);
            }
            if (same.size() > 1) {
                throw new ModelFileException(
                        given,
                        "the server has several files of this name: " + String.join(", ", same) + "; give one of them");
            }
        }
        String wanted = slashes(given.toString());
        List<String> near = new ArrayList<>();
        DidYouMean.to(wanted, offered).ifPresent(near::add);
        offered.stream().filter(o -> !near.contains(o)).limit(LISTED).forEach(near::add);
        throw new ModelFileException("`" + given + "` is not on the server (" + client.where() + "); it has: "
                + (near.isEmpty() ? "no such files" : String.join(", ", near))
                + (offered.size() > near.size() ? " (" + offered.size() + " in all)" : "")
                + "; put the file into the server's folder " + shelf.folders().get(0) + ", or give a name it has");
    }

    /** What this file may be called, the surest first. */
    private List<String> candidates(Path given, ServerModelFolder shelf) {
        List<String> names = new ArrayList<>();
        if (Files.exists(given)) {
            Path file = given.toAbsolutePath().normalize();
            for (Path root : roots(shelf)) {
                if (file.startsWith(root)) {
                    names.add(root.relativize(file).toString());
                }
            }
            names.add(file.getFileName().toString());
        } else {
            names.add(given.toString());
        }
        return names;
    }

    /** Folders of this disk that may be the server's. */
    private List<Path> roots(ServerModelFolder shelf) {
        List<Path> roots = new ArrayList<>();
        for (String folder : shelf.folders()) {
            if (library != null) {
                roots.add(library.resolve(folder).toAbsolutePath().normalize());
            }
            roots.addAll(folders(folder));
        }
        if (library != null) {
            roots.add(library.toAbsolutePath().normalize());
        }
        return roots;
    }

    /** The server's folders, if it may be on this machine. */
    private List<Path> folders(String folder) {
        String host = URI.create(client.where()).getHost();
        if (!host.equals("localhost") && !host.startsWith("127.") && !host.equals("[::1]")) {
            return List.of();
        }
        if (folders == null) {
            folders = client.folderPaths().orElse(ComfyHttp.JSON.createObjectNode());
        }
        List<Path> paths = new ArrayList<>();
        for (JsonNode path : folders.path(folder)) {
            try {
                paths.add(Path.of(path.asText()).toAbsolutePath().normalize());
            } catch (InvalidPathException e) {
                // Of another system: the server is behind a tunnel.
            }
        }
        return paths;
    }

    /**
     * Which file it is.
     *
     * @throws ModelFileException when the server's file of this name is another one than the given
     */
    ServerFile identify(Path given, String name, ServerModelFolder shelf, FileHashes hashes) {
        Optional<ServerFileInfo> told = told(name, shelf);
        Optional<Path> visible = atHand(name, shelf);
        if (Files.isRegularFile(given)) {
            if (visible.isPresent() && isSame(visible.get(), given)) {
                return proven(given, name, hashes);
            }
            if (visible.isPresent() && hashes.sha256(visible.get()).equals(hashes.sha256(given))) {
                return proven(given, name, hashes);
            }
            told.filter(t -> visible.isPresent() || !t.fits(given, headers)).ifPresent(t -> {
                throw new ModelFileException(
                        given,
                        "the server's `" + name + "` is another file (" + t.bytes()
                                + " bytes there); copy this one to the" + " server under a name of its own");
            });
            String sha256 = hashes.sha256(given);
            return new ServerFile(name, Optional.of(given), sha256, size(given), false);
        }
        if (visible.isPresent()) {
            return proven(visible.get(), name, hashes);
        }
        // Of a file that the server tells nothing about, pictures of an earlier run may be of another content.
        String known = name + " "
                + told.map(ServerFileInfo::key)
                        .orElseGet(() -> parts(name, shelf).orElse(unknown));
        return new ServerFile(
                name,
                Optional.empty(),
                "server:" + Hashes.sha256(known.getBytes(StandardCharsets.UTF_8)),
                told.map(ServerFileInfo::bytes).orElse(0L),
                false);
    }

    /** The server's file of this name, if it lies on this disk and is the one that the server tells of. */
    Optional<Path> atHand(String name, ServerModelFolder shelf) {
        return visible(name, shelf)
                .filter(p -> told(name, shelf).map(t -> t.fits(p, headers)).orElse(true));
    }

    private static ServerFile proven(Path file, String name, FileHashes hashes) {
        return new ServerFile(name, Optional.of(file), hashes.sha256(file), size(file), true);
    }

    /** The server's file on this disk, if its folders are here. */
    Optional<Path> visible(String name, ServerModelFolder shelf) {
        return shelf.folders().stream()
                .flatMap(f -> folders(f).stream())
                .map(folder -> folder.resolve(slashes(name)).normalize())
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /**
     * What a server tells of a file.
     *
     * @param bytes 0 when it does not tell
     * @param modified seconds since 1970; empty when it does not tell
     * @param metadata of the header, sorted; null when it does not tell
     */
    private record ServerFileInfo(long bytes, String modified, Map<String, String> metadata) implements KeyText.Keyed {
        @Override
        public String key() {
            return new KeyText("Told")
                    .with("bytes", bytes)
                    .with("modified", modified)
                    .with("metadata", metadata)
                    .text();
        }

        /** Whether a file of this disk may be that file. */
        boolean fits(Path file, LoraReader headers) {
            if (bytes > 0 && bytes != size(file)) {
                return false;
            }
            if (metadata == null || !file.toString().endsWith(".safetensors")) {
                return true;
            }
            try {
                return new TreeMap<>(headers.read(file).header().metadata()).equals(metadata);
            } catch (ModelFileException e) {
                return true; // said elsewhere
            }
        }
    }

    /** VAEs that go by a name of ComfyUI's own: small ones of two files, and none at all. */
    private Optional<String> parts(String name, ServerModelFolder shelf) {
        if (shelf != ServerModelFolder.VAE) {
            return Optional.empty();
        }
        if (name.equals("pixel_space")) {
            return Optional.of("no file");
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode file : listing("vae_approx")) {
            if (file.path("name").asText().startsWith(name + "_")) {
                parts.add(file.path("name").asText() + " " + file.path("size") + " " + file.path("modified"));
            }
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(parts.toString());
    }

    private JsonNode listing(String folder) {
        return listings.computeIfAbsent(folder, f -> client.listing(f).orElse(ComfyHttp.JSON.createArrayNode()));
    }

    private Optional<ServerFileInfo> told(String name, ServerModelFolder shelf) {
        for (String folder : shelf.folders()) {
            for (JsonNode file : listing(folder)) {
                if (slashes(file.path("name").asText()).equals(slashes(name))) {
                    return Optional.of(new ServerFileInfo(
                            file.path("size").asLong(), file.path("modified").asText(""), metadata(folder, name)));
                }
            }
        }
        Map<String, String> metadata = metadata(shelf.folders().get(0), name);
        return metadata == null ? Optional.empty() : Optional.of(new ServerFileInfo(0, "", metadata));
    }

    /** Null when the server does not tell. */
    Map<String, String> metadata(String folder, String name) {
        return client.metadata(folder, name)
                .map(json -> {
                    Map<String, String> metadata = new TreeMap<>();
                    json.properties()
                            .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
                    return metadata;
                })
                .orElse(null);
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return false;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read: " + e, e);
        }
    }

    static String slashes(String name) {
        return name.replace('\\', '/');
    }
}
