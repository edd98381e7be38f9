package dev.assay.harness.run;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.clip.TorchClip;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.OnnxClip;
import dev.assay.harness.nn.onnx.OnnxDetector;
import dev.assay.harness.score.MetricModels;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.suite.Suite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** Opens the networks that a suite names, when a metric first asks. */
final class LazyModels implements MetricModels {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    private final Suite suite;
    private final Function<String, Path> resolve;
    private final String device;
    private ClipEncoder clip;
    private Detector detector;
    private AestheticHead aesthetic;

    /**
     * @param resolve from a reference in the suite to a file or folder that exists
     * @param device {@code cpu} or {@code cuda}, for the networks that run on libtorch
     */
    LazyModels(Suite suite, Function<String, Path> resolve, String device) {
        this.device = device;
        this.suite = suite;
        this.resolve = resolve;
    }

    @Override
    public ClipEncoder clip() {
        if (clip == null) {
            Path place = place("clip");
            clip = TorchClip.isIn(place) ? TorchClip.open(place, device) : OnnxClip.open(place, THREADS);
        }
        return clip;
    }

    @Override
    public Detector detector() {
        if (detector == null) {
            detector = OnnxDetector.open(detectorFile(place("detector")), Map.of(), THREADS);
        }
        return detector;
    }

    @Override
    public AestheticHead aesthetic() {
        if (aesthetic == null) {
            aesthetic = AestheticHead.open(place("aesthetic"));
        }
        return aesthetic;
    }

    /** A folder holds {@code detector.onnx}. */
    private static Path detectorFile(Path place) {
        return Files.isDirectory(place) ? place.resolve("detector.onnx") : place;
    }

    private Path place(String role) {
        String reference = suite.models().get(role);
        if (reference == null) {
            throw new IllegalArgumentException(suite.name() + ": models: a criterion needs a " + role
                    + ", the suite names none; add  " + role + ": PATH");
        }
        try {
            return resolve.apply(reference);
        } catch (ModelFileException missing) {
            throw new UnavailableException(
                    "models." + role + " of suite " + suite.name() + ": " + missing.getMessage()
                            + "; put the weights there, or name their place in the suite",
                    missing);
        }
    }

    @Override
    public void close() {
        if (clip != null) {
            clip.close();
        }
        if (detector != null) {
            detector.close();
        }
    }
}
