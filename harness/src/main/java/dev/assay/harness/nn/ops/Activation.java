package dev.assay.harness.nn.ops;

import dev.assay.harness.model.ModelFileException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Activations of transformers, by the words of their configurations ({@code hidden_act}). */
public enum Activation {
    /** x times sigmoid(1.702 x): OpenAI's CLIP. */
    QUICK_GELU("quick_gelu"),
    GELU("gelu"),
    /** The tanh approximation: SigLIP. */
    GELU_TANH("gelu_pytorch_tanh");

    private final String word;

    Activation(String word) {
        this.word = word;
    }

    /** @throws ModelFileException on a word that is not listed here */
    public static Activation of(String word, String where) {
        return Arrays.stream(values())
                .filter(a -> a.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new ModelFileException(where + ": hidden_act: expected one of "
                        + Arrays.stream(values()).map(a -> a.word).collect(Collectors.joining(", ")) + ", found "
                        + word));
    }

    Tensor of(Tensor x) {
        return switch (this) {
            case QUICK_GELU -> x.mul(torch.sigmoid(x.mul(new Scalar(1.702))));
            case GELU -> torch.gelu(x);
            case GELU_TANH -> torch.gelu(x, "tanh");
        };
    }
}
