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
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One ONNX file, run by DJL's OnnxRuntime engine. Thread-safe: one call at a time. */
final class OnnxNetwork implements AutoCloseable {
    static {
        // DJL reports its use to its makers and may look for models on the net; an evaluation calls nobody.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    /** Values in row-major order, in an array. */
    record Output(FloatBuffer values, Shape shape) {}

    /** Values in row-major order: float32 or int64. */
    record Input(Buffer values, Shape shape) {
        static Input of(float[] values, long... shape) {
            return new Input(FloatBuffer.wrap(values), new Shape(shape));
        }

        static Input of(long[] values, long... shape) {
            return new Input(LongBuffer.wrap(values), new Shape(shape));
        }
    }

    private final Path file;
    private final String output;
    private final ZooModel<List<Input>, Map<String, Output>> model;
    private final Predictor<List<Input>, Map<String, Output>> predictor;

    /** All outputs are wanted. */
    OnnxNetwork(Path file, int threads) {
        this(file, null, threads);
    }

    /**
     * @param output name of the only wanted output, null for all; a network with a single output may call it anything
     * @param threads of one call
     * @throws ModelFileException when the file is missing or no network that OnnxRuntime can load
     */
    OnnxNetwork(Path file, String output, int threads) {
        this.file = file;
        this.output = output;
        String name = file.getFileName().toString();
        if (!Files.isRegularFile(file) || !name.endsWith(".onnx")) {
            throw new ModelFileException(file, "expected an ONNX file, found none");
        }
        Criteria<List<Input>, Map<String, Output>> criteria = Criteria.builder()
                .setTypes(OnnxNetwork.<List<Input>>type(List.class), OnnxNetwork.<Map<String, Output>>type(Map.class))
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

    @SuppressWarnings("unchecked") // a class literal has no type arguments; DJL only passes it on
    private static <T> Class<T> type(Class<?> raw) {
        return (Class<T>) raw;
    }

    /** What the exporter wrote into the file about it. */
    Map<String, String> metadata() {
        return model.getBlock().getCustomMetadata();
    }

    /**
     * The inputs by name, in the order in which a run takes them; a dimension left open is -1. DJL keeps the names only, so OnnxRuntime
     * reads the file again, without preparing it for a run.
     */
    Map<String, Shape> inputs() {
        Map<String, Shape> found = new LinkedHashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString(), options)) {
                for (NodeInfo input : session.getInputInfo().values()) {
                    if (!(input.getInfo() instanceof TensorInfo tensor)) {
                        throw new ModelFileException(file, "expected tensors, found the input " + input);
                    }
                    found.put(input.getName(), new Shape(tensor.getShape()));
                }
            }
        } catch (OrtException e) {
            throw new ModelFileException(file, "OnnxRuntime cannot load it: " + e.getMessage(), e);
        }
        return found;
    }

    Output run(float[] values, long... shape) {
        return wanted(run(List.of(Input.of(values, shape))));
    }

    Output run(long[] values, long... shape) {
        return wanted(run(List.of(Input.of(values, shape))));
    }

    /** Outputs in words, for people whose file is another one. */
    static String shapes(Map<String, Output> outputs) {
        return outputs.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue().shape())
                .collect(Collectors.joining(", "));
    }

    /** The outputs by name. */
    synchronized Map<String, Output> run(List<Input> inputs) {
        try {
            return predictor.predict(inputs);
        } catch (TranslateException e) {
            List<Shape> shapes = inputs.stream().map(Input::shape).toList();
            throw new ModelFileException(
                    file,
                    "fails on an input of shape " + (shapes.size() == 1 ? shapes.get(0) : shapes) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private Output wanted(Map<String, Output> outputs) {
        Output found = outputs.size() == 1 ? outputs.values().iterator().next() : outputs.get(output);
        if (found == null) {
            throw new ModelFileException(file, "expected an output named " + output + ", found " + outputs.keySet());
        }
        return found;
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }

    private record RowMajor(String output) implements NoBatchifyTranslator<List<Input>, Map<String, Output>> {
        @Override
        public NDList processInput(TranslatorContext context, List<Input> inputs) {
            NDList list = new NDList();
            // Only the buffers' own element types are used: float32 pixels and int64 ids.
            inputs.forEach(input -> list.add(
                    input.values instanceof LongBuffer ids
                            ? context.getNDManager().create(ids, input.shape, DataType.INT64)
                            : context.getNDManager().create(input.values, input.shape, DataType.FLOAT32)));
            return list;
        }

        @Override
        public Map<String, Output> processOutput(TranslatorContext context, NDList list) {
            Map<String, Output> found = new LinkedHashMap<>();
            for (NDArray array : list) {
                if (list.size() == 1 || output == null || output.equals(array.getName())) {
                    String name = array.getName() == null ? "output" : array.getName();
                    found.put(name, new Output(FloatBuffer.wrap(floats(array)), array.getShape()));
                }
            }
            return found;
        }

        private static float[] floats(NDArray array) {
            if (array.getDataType() == DataType.FLOAT32) {
                return array.toFloatArray();
            }
            Number[] numbers = array.toArray();
            float[] floats = new float[numbers.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = numbers[i].floatValue();
            }
            return floats;
        }
    }
}
