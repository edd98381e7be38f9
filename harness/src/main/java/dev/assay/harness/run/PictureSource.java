package dev.assay.harness.run;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.render.Picture;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the pictures of a run come from: they are made in it ({@link RenderQueue}), or were finished before ({@link FolderPictures}).
 * Asked in this order, so that whatever can fail without a picture fails before the first.
 */
interface PictureSource {
    /** Who makes the pictures, for the record. */
    RunRecord.RendererInfo info();

    /** How the base's pictures are made; unknown of those that others made. */
    RunRecord.Settings settings();

    /** Of the candidate's pictures, where its own are others. */
    default RunRecord.Settings ownSettings() {
        return settings();
    }

    /**
     * Whether the candidate's LoRAs change the weights so little that no prompt could make it seen; false also where nobody can tell. Reads
     * weights, and is asked only where it matters.
     */
    default boolean changesNextToNothing() {
        return false;
    }

    /** What the models' files tell without a picture. From here on they must not change. */
    List<Finding> preflight();

    /** Identities by the files' hashes. */
    Models models();

    record Models(Fingerprint base, Fingerprint candidate) {}

    /**
     * Checks, without a picture, that all can be had.
     *
     * @throws dev.assay.harness.model.ModelFileException saying what does not fit
     */
    void check();

    /** Before the first picture. */
    Forecast forecast();

    /**
     * What a run will do.
     *
     * @param pictures of the run, those that are made twice included
     * @param toMake those that are not in the store
     * @param maxBytes that these can take in the store: pictures that cannot be compressed
     * @param store folder of the store
     * @param devices that make them, in words
     */
    record Forecast(int pictures, int toMake, long maxBytes, Path store, String devices) {}

    Pictures get();

    /**
     * All pictures.
     *
     * @param untriggered the same cases, with the candidate's pictures of the plain prompt in place of those with its trigger words; the same where
     *     it has none; empty where nobody knows them
     * @param repeats pairs of the same base request rendered twice
     */
    record Pictures(List<CasePictures> cases, List<CasePictures> untriggered, List<Repeat> repeats) {}

    /** One request, rendered twice. */
    record Repeat(Picture first, Picture second) {}

    /** What has been had so far, also after trouble. */
    RenderStats stats();

    /** What was noticed of the candidate while its pictures were had. */
    List<Finding> findings();
}
