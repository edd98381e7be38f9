package dev.assay.harness.nn.blip;

import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * BLIP's text encoder in mode {@code multimodal} (Li et al. 2022): a BERT without token types whose every layer also attends to a picture.
 * Weights and results belong to the scopes of whoever calls.
 */
final class BlipTextModel {
    private final Tensor words; // (vocabulary, hidden)
    private final Tensor positions; // (positions, hidden)
    private final LayerNorm norm;
    private final List<BlipTextLayer> layers = new ArrayList<>();

    /**
     * Takes its weights; the caller finishes the reader.
     *
     * @param w names as BLIP's own, {@code embeddings.word_embeddings.weight}
     */
    BlipTextModel(BlipTextConfig config, long pictureWidth, WeightReader w) {
        long c = config.hiddenSize();
        words = w.take("embeddings.word_embeddings.weight", config.vocabSize(), c);
        positions = w.take("embeddings.position_embeddings.weight", config.maxPositions(), c);
        norm = new LayerNorm(w, "embeddings.LayerNorm", c, config.layerNormEps());
        for (int i = 0; i < config.hiddenLayers(); i++) {
            layers.add(new BlipTextLayer(w, "encoder.layer." + i + ".", config, pictureWidth));
        }
    }

    /**
     * @param ids of one text, without padding: padding would be masked from every attention, so it changes nothing
     * @param picture (1, tokens, picture's width)
     * @return (1, ids, hidden)
     */
    Tensor forward(long[] ids, Tensor picture) {
        Tensor index = torch.tensor(ids).to(words.device(), ScalarType.Long);
        Tensor x = norm.forward(torch.embedding(words, index)
                .add(positions.narrow(0, 0, ids.length))
                .unsqueeze(0));
        for (BlipTextLayer layer : layers) {
            x = layer.forward(x, picture);
        }
        return x;
    }
}
