package dev.assay.harness.nn.clip;

import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.vision.Preprocessing;
import java.util.Optional;

/**
 * Where a CLIP runs, and what a role knows of its weights that their files may leave out.
 *
 * @param device {@code cpu} (float32) or {@code cuda} (float16)
 * @param vectors of earlier runs
 * @param architecture of open_clip, where no {@code open_clip_config.json} lies beside the weights
 * @param preprocessing in place of what the files say, or of their missing file
 */
public record ClipOptions(
        String device,
        VectorFolder vectors,
        Optional<OpenClipConfig> architecture,
        Optional<Preprocessing> preprocessing) {

    /** Everything comes from the files. */
    public static ClipOptions on(String device) {
        return new ClipOptions(device, VectorFolder.NONE, Optional.empty(), Optional.empty());
    }

    public ClipOptions keepingVectorsIn(VectorFolder folder) {
        return new ClipOptions(device, folder, architecture, preprocessing);
    }

    public ClipOptions with(OpenClipConfig ofWeightsAlone) {
        return new ClipOptions(device, vectors, Optional.of(ofWeightsAlone), preprocessing);
    }

    public ClipOptions with(Preprocessing ofPictures) {
        return new ClipOptions(device, vectors, architecture, Optional.of(ofPictures));
    }
}
