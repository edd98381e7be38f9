package dev.assay.harness.nn.judge;

import dev.assay.harness.image.Image;
import java.util.List;
import java.util.Optional;

/** Answers yes/no questions about pictures. */
public interface VlmJudge extends AutoCloseable {
    /** Of the model, for people. */
    String name();

    /**
     * One answer per question, in their order; the questions do not know of each other.
     *
     * @throws JudgeException when the judge is gone, or answers nothing that can be understood
     */
    List<Answer> ask(Image image, List<Query> questions);

    /** How often it errs, as measured on a labelled set; empty if nobody measured. */
    Optional<JudgeRates> rates();

    @Override
    void close();
}
