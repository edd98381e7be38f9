package dev.assay.harness.render.folder;

import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Gives finished pictures instead of making them. A model is a folder; a request's settings have no meaning, since nobody
 * knows how the pictures were made.
 */
public final class FolderRenderer implements Renderer {
    private final Map<Path, Fingerprint> folders;
    private final Map<Place, FolderPicture> pictures;
    private final List<Finding> findings;
    private final Map<String, String> facts;

    /** Where the suite finds a picture. */
    record Place(Path folder, String prompt, long seed) {}

    FolderRenderer(
            Map<Path, Fingerprint> folders,
            Map<Place, FolderPicture> pictures,
            List<Finding> findings,
            Map<String, String> facts) {
        this.folders = Map.copyOf(folders);
        this.pictures = Map.copyOf(pictures);
        this.findings = List.copyOf(findings);
        this.facts = Map.copyOf(facts);
    }

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String device() {
        return "rendered elsewhere";
    }

    /** The pictures were hashed when they were read; from here on they must not change until the run has ended. */
    @Override
    public Fingerprint fingerprint(ModelUnderTest model, FileHashes hashes) {
        Path folder = folder(model);
        Fingerprint known = folders.get(folder);
        known.files().forEach(f -> hashes.watch(folder.resolve(f.file())));
        return known;
    }

    @Override
    public void check(ModelUnderTest model, GenerationSettings settings) {
        folder(model);
    }

    private Path folder(ModelUnderTest model) {
        Path folder = model.checkpoint().path();
        if (!folders.containsKey(folder) || !model.loras().isEmpty()) {
            throw new ModelFileException(folder, "expected one of the folders " + folders.keySet() + " without a LoRA");
        }
        return folder;
    }

    @Override
    public Rendered render(RenderRequest request) {
        FolderPicture picture = pictures.get(new Place(folder(request.model()), request.prompt(), request.seed()));
        if (picture == null) {
            throw new IllegalArgumentException(folder(request.model()) + ": no picture of \"" + request.prompt()
                    + "\" with seed " + request.seed());
        }
        try {
            byte[] bytes = PictureFile.bytes(picture.file());
            if (!Hashes.sha256(bytes).equals(picture.sha256())) {
                throw new ImageFileException(
                        "has changed since the run began; run again when nobody writes to the folder");
            }
            return new Rendered(PictureFile.decode(bytes).image(), Cost.UNKNOWN);
        } catch (ImageFileException e) {
            throw new IllegalArgumentException(picture.file() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Finding> findings(ModelUnderTest model) {
        return findings;
    }

    @Override
    public boolean makesPictures() {
        return false;
    }

    @Override
    public Map<String, String> facts() {
        return facts;
    }

    @Override
    public void close() {}
}
