package dev.assay.harness.scorer;

import dev.assay.harness.image.PictureFolder;
import dev.assay.harness.nn.blip.ImageReward;
import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.clip.ClipOptions;
import dev.assay.harness.nn.clip.OpenClipConfig;
import dev.assay.harness.nn.clip.TorchClip;
import dev.assay.harness.nn.clip.TorchSiglip;
import dev.assay.harness.nn.judge.VisionJudge;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.DwPose;
import dev.assay.harness.nn.onnx.OnnxClip;
import dev.assay.harness.nn.onnx.OnnxDetector;
import dev.assay.harness.nn.onnx.OnnxTagger;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.nn.onnx.RememberingDetector;
import dev.assay.harness.nn.onnx.Tagger;
import dev.assay.harness.nn.perceptual.DreamSim;
import dev.assay.harness.nn.perceptual.Lpips;
import dev.assay.harness.nn.perceptual.PerceptualDistance;
import dev.assay.harness.nn.perceptual.Sscd;
import dev.assay.harness.nn.vision.Dino;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.score.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** All roles that a suite's {@code models:} may name, one line each. */
public final class ModelRoles {
    private static final int VIT_H_PIXELS = 224; // edge of what ViT-H/14 sees

    public static final ModelRole<ClipEncoder> CLIP = new ModelRole<>(
            "clip",
            "a CLIP folder as Hugging Face has it, or visual.onnx and textual.onnx",
            (weights, where) -> clip(weights.path(), where));
    public static final ModelRole<Detector> DETECTOR = new ModelRole<>(
            "detector",
            "an ONNX detector of people, hands and feet",
            (weights, where) -> detector(weights.path(), where));
    public static final ModelRole<Detector> PEOPLE = new ModelRole<>(
            "people",
            "an ONNX detector of people: yolox_l.onnx of DWPose, or any other with the class person",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final ModelRole<PoseNetwork> POSE = new ModelRole<>(
            "pose",
            "DWPose's dw-ll_ucoco_384.onnx, or another whole-body pose network with its outputs",
            (weights, where) -> DwPose.open(file(weights.path(), "pose.onnx"), where.threads()));
    public static final ModelRole<Detector> HANDS = new ModelRole<>(
            "hands",
            "an ONNX detector of hands with the class hand",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final ModelRole<Detector> FACES = new ModelRole<>(
            "faces",
            "an ONNX detector of faces with the class face",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final ModelRole<Detector> ARTIFACTS = new ModelRole<>(
            "artifacts",
            "an ONNX detector of malformed people with HADM's classes (human missing hand, human with extra arm, ...)",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where)));
    public static final ModelRole<AestheticHead> AESTHETIC = new ModelRole<>(
            "aesthetic",
            "LAION's aesthetic head, sac+logos+ava1-l14-linearMSE.pth",
            (weights, where) -> AestheticHead.open(weights.path()));

    public static final ModelRole<TorchClip> PICK_SCORE = new ModelRole<>(
            "pick-score",
            "the folder of PickScore v1: config.json and model.safetensors",
            (weights, where) -> TorchClip.open(weights.path(), on(where).with(Preprocessing.clip(VIT_H_PIXELS))));
    public static final ModelRole<ClipEncoder> HPS = new ModelRole<>(
            "hps",
            "HPS_v2_compressed.pt or HPS_v2.1_compressed.pt, or the same as safetensors",
            (weights, where) -> TorchClip.open(
                    weights.path(),
                    on(where)
                            .with(OpenClipConfig.vitH14())
                            .with(Preprocessing.clip(new Preprocessing.Framing.Pad(), VIT_H_PIXELS))));

    public static final ModelRole<ImageReward> IMAGE_REWARD = new ModelRole<>(
            "image-reward",
            "a folder with ImageReward.pt, med_config.json and the vocab.txt of bert-base-uncased",
            (weights, where) -> imageReward(weights, where));

    public static final ModelRole<PerceptualDistance> LPIPS = new ModelRole<>(
            "lpips",
            "a folder with alexnet-owt-7be5be79.pth of torchvision and weights/v0.1/alex.pth of LPIPS (or"
                    + " vgg16-397923af.pth and vgg.pth), or one file with the tensors of both",
            (weights, where) -> Lpips.open(weights.path(), where.device()));

    public static final ModelRole<PerceptualDistance> DREAMSIM = new ModelRole<>(
            "dreamsim",
            "the folder of DreamSim's ensemble: checkpoints/dino_vitbase16_pretrain.pth, clip_vitb16_pretrain.pth.tar,"
                    + " open_clip_vitb16_pretrain.pth.tar and ensemble_lora; or one file of the merged model",
            (weights, where) -> DreamSim.open(weights.path(), where.device()));

    public static final ModelRole<Sscd> SSCD = new ModelRole<>(
            "sscd",
            "sscd_disc_mixup.torchvision.pt of facebookresearch/sscd-copy-detection, or the same as safetensors",
            (weights, where) -> Sscd.open(weights.path(), where.device()));
    /** No network, but found and named as the networks are. */
    public static final ModelRole<PictureFolder> TRAINING = new ModelRole<>(
            "training",
            "a folder with the pictures that the candidate was trained on",
            (weights, where) -> PictureFolder.of(weights.path()));

    public static final ModelRole<TorchSiglip> SIGLIP = new ModelRole<>(
            "siglip",
            "a SigLIP or SigLIP 2 folder of fixed size as Hugging Face has it",
            (weights, where) -> TorchSiglip.open(weights.path(), where.device(), where.vectors()));
    public static final ModelRole<Dino> DINO = new ModelRole<>(
            "dino",
            "a DINOv2 folder as Hugging Face has it, or dinov2_vitb14_pretrain.pth",
            (weights, where) -> Dino.open(weights.path(), where.device(), where.vectors()));

    public static final ModelRole<Detector> OBJECTS = new ModelRole<>(
            "objects",
            "an ONNX detector of the things that the suite's cases state: YOLOX (yolox_l.onnx), RT-DETR or YOLOv8",
            (weights, where) -> detector(weights.path(), where));
    public static final ModelRole<Tagger> TAGGER = new ModelRole<>(
            "tagger",
            "a folder of a WD14 tagger: model.onnx and selected_tags.csv",
            (weights, where) -> OnnxTagger.open(weights.path(), where.threads()));
    /** No weights: a server that the user's settings name, so no suite can; it gets pictures and a token. */
    public static final ModelRole<VisionJudge> JUDGE = new ModelRole<>(
            "judge", "a server with a vision model, as the setting assay.judge.url", (weights, where) -> {
                throw new UnavailableException(
                        "a judge is a server that the setting assay.judge.url names, no weights of a suite");
            });

    /** Those with weights. */
    public static final List<ModelRole<?>> ALL = List.of(
            CLIP,
            DETECTOR,
            OBJECTS,
            TAGGER,
            PEOPLE,
            POSE,
            HANDS,
            FACES,
            ARTIFACTS,
            AESTHETIC,
            PICK_SCORE,
            HPS,
            IMAGE_REWARD,
            SIGLIP,
            DINO,
            LPIPS,
            DREAMSIM,
            SSCD,
            TRAINING);

    private ModelRoles() {}

    private static ClipEncoder clip(Path path, ModelRole.Place where) {
        return TorchClip.isIn(path) ? TorchClip.open(path, on(where)) : OnnxClip.open(path, where.threads());
    }

    private static ClipOptions on(ModelRole.Place where) {
        return ClipOptions.on(where.device()).keepingVectorsIn(where.vectors());
    }

    /** The words come from another repository than the weights, so a folder may well lack them. */
    private static ImageReward imageReward(ModelRole.Weights weights, ModelRole.Place where) {
        Path path = weights.path();
        List<String> missing = ImageReward.missing(path);
        if (!missing.isEmpty()) {
            throw new UnavailableException("models." + IMAGE_REWARD.name() + ": " + weights.reference() + " lacks "
                    + String.join("; ", missing) + "; put what is missing into "
                    + (Files.isDirectory(path) ? path : path.toAbsolutePath().getParent()));
        }
        return ImageReward.open(path, where.device());
    }

    private static Detector detector(Path path, ModelRole.Place where) {
        return OnnxDetector.open(file(path, "detector.onnx"), Map.of(), where.threads());
    }

    /** A folder holds a file of this name. */
    private static Path file(Path path, String name) {
        return Files.isDirectory(path) ? path.resolve(name) : path;
    }
}
