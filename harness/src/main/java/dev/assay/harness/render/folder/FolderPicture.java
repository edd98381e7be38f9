package dev.assay.harness.render.folder;

import dev.assay.harness.image.PictureFile;
import java.nio.file.Path;

/**
 * A picture of a folder that has been read once and found sound; its pixels are read again when they are needed.
 *
 * @param stem relative to the folder, with / between folders, without the ending
 * @param known the table's word before the texts inside before the file's name
 * @param seedFromName whether the name alone tells the seed
 */
record FolderPicture(
        Path file,
        String stem,
        String sha256,
        long bytes,
        int width,
        int height,
        PictureFile.Format format,
        boolean lossy,
        ImageInfo known,
        boolean seedFromName) {
    String size() {
        return width + " x " + height;
    }

    /** The name for people. */
    String name() {
        return file.getFileName().toString();
    }
}
