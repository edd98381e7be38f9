package dev.assay.harness.nn.onnx;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** One ONNX file with one input and one wanted output, run by DJL's OnnxRuntime engine. Thread-safe: one call at a time. */
final class OnnxNetwork implements AutoCloseable {
    static {
        // DJL reports its use to its makers and may look for models on the net; an evaluation calls nobody.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    /** Values in row-major order, in an array. */
    record Output(FloatBuffer values, Shape shape) {}

    private record Input(Buffer values, Shape shape) {}

    private final Path file;
    private final ZooModel<Input, Output> model;
    private final Predictor<Input, Output> predictor;

    /**
     * @param output name of the wanted output; a network with a single output may call it anything
     * @param threads of one call
     * @throws ModelFileException when the file is missing or no network that OnnxRuntime can load
     */
    OnnxNetwork(Path file, String output, int threads) {
        this.file = file;
        String name = file.getFileName().toString();
        if (!Files.isRegularFile(file) || !name.endsWith(".onnx")) {
            throw new ModelFileException(file, "expected an ONNX file, found none");
        }
        Criteria<Input, Output> criteria = Criteria.builder()
                .setTypes(Input.class, Output.class)
                .optEngine("OnnxRuntime")
                .optModelPath(file.toAbsolutePath().getParent())
                .optModelName(name.substring(0, name.length() - ".onnx".length()))
                .optOption("intraOpNumThreads", Integer.toString(threads))
                .optOption("interOpNumThreads", "1")
                .optTranslator(new RowMajor(output))
                .build();
        try {
            model = criteria.loadModel();
        } catch (IOException | ModelNotFoundException | MalformedModelException e) {
            throw new ModelFileException(file, "OnnxRuntime cannot load it: " + e.getMessage(), e);
        }
        predictor = model.newPredictor();
    }

    /** What the exporter wrote into the file about it. */
    Map<String, String> metadata() {
        return model.getBlock().getCustomMetadata();
    }

    synchronized Output run(float[] values, long... shape) {
        return run(new Input(FloatBuffer.wrap(values), new Shape(shape)));
    }

    synchronized Output run(long[] values, long... shape) {
        return run(new Input(LongBuffer.wrap(values), new Shape(shape)));
    }

    private Output run(Input input) {
        try {
            return predictor.predict(input);
        } catch (TranslateException e) {
            throw new ModelFileException(file, "fails on an input of shape " + input.shape + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }

    private record RowMajor(String output) implements NoBatchifyTranslator<Input, Output> {
        @Override
        public NDList processInput(TranslatorContext context, Input input) {
            // Only the buffer's own element types are used: float32 pixels and int64 ids.
            NDArray array = input.values instanceof LongBuffer ids
                    ? context.getNDManager().create(ids, input.shape, DataType.INT64)
                    : context.getNDManager().create(input.values, input.shape, DataType.FLOAT32);
            return new NDList(array);
        }

        @Override
        public Output processOutput(TranslatorContext context, NDList list) {
            NDArray found = list.size() == 1 ? list.get(0) : list.get(output);
            if (found == null) {
                throw new IllegalStateException("no output named " + output + " among " + list.size());
            }
            return new Output(FloatBuffer.wrap(found.toFloatArray()), found.getShape());
        }
    }
}
