package dev.assay.harness.render.folder;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.ImageFileException;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Hashes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Pictures of two folders that were read once and found sound.
 *
 * @param findings what was noticed when they were read
 * @param facts how many pictures and pairs there are, for people
 */
public record FinishedPictures(
        Map<Path, Fingerprint> folders,
        Map<Place, FolderPicture> pictures,
        List<Finding> findings,
        Map<String, String> facts) {
    /** Where the suite finds a picture. */
    record Place(Path folder, String prompt, long seed) {}

    public FinishedPictures {
        pictures = Map.copyOf(pictures);
        findings = List.copyOf(findings);
    }

    /** The pictures of a folder, which were hashed when they were read; from here on they must not change until the run has ended. */
    public Fingerprint fingerprint(Path folder, FileHashes hashes) {
        Fingerprint known = folders.get(folder);
        known.files().forEach(f -> hashes.watch(folder.resolve(f.file())));
        return known;
    }

    /** SHA-256 of the file of a picture when the folder was read. */
    public String sha256(Path folder, String prompt, long seed) {
        return pictures.get(new Place(folder, prompt, seed)).sha256();
    }

    /**
     * The picture of a prompt and seed of the suite that was made of the folders.
     *
     * @throws IllegalArgumentException when its file is not what it was when the folder was read
     */
    public Image image(Path folder, String prompt, long seed) {
        FolderPicture picture = pictures.get(new Place(folder, prompt, seed));
        try {
            byte[] bytes = PictureFile.bytes(picture.file());
            if (!Hashes.sha256(bytes).equals(picture.sha256())) {
                throw new ImageFileException(
                        "has changed since the run began; run again when nobody writes to the folder");
            }
            return PictureFile.decode(bytes).image();
        } catch (ImageFileException e) {
            throw new IllegalArgumentException(picture.file() + ": " + e.getMessage(), e);
        }
    }
}
