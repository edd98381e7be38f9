package dev.assay.harness.nn.clip;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.nn.ops.AffineHead;
import java.nio.file.Path;

/**
 * LAION's aesthetic predictor on a normalised CLIP vector. Version 2 ({@code sac+logos+ava1-l14-linearMSE.pth}) is five fully connected layers
 * with nothing but dropout between, version 1 is one layer. Scores run from about 1 to 10.
 *
 * @see <a href="https://github.com/christophschuhmann/improved-aesthetic-predictor">improved-aesthetic-predictor</a>
 */
public final class AestheticHead {
    private final AffineHead head;

    private AestheticHead(AffineHead head) {
        this.head = head;
    }

    /**
     * Reads a head from safetensors or from a PyTorch file, whose pickle is not executed.
     *
     * @throws ModelFileException when the file is none of the two forms
     */
    public static AestheticHead open(Path file) {
        return new AestheticHead(AffineHead.read(ModelHeader.read(file), "", "an aesthetic head as LAION's are"));
    }

    /** Length of the vectors that it scores: 768 for CLIP ViT-L/14. */
    public int inputs() {
        return head.inputs();
    }

    /** @param embedding L2-normalised, shape (inputs) */
    public double score(float[] embedding) {
        if (embedding.length != inputs()) {
            throw new IllegalArgumentException("the aesthetic head scores vectors of " + inputs() + " numbers, found "
                    + embedding.length + "; it belongs to CLIP ViT-L/14");
        }
        return head.of(embedding);
    }
}
