package dev.assay.harness.scorer;

import static dev.assay.harness.model.hub.KnownWeights.free;
import static dev.assay.harness.model.hub.KnownWeights.optIn;

import dev.assay.harness.image.PictureFolder;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.hub.FolderLayout;
import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.nn.blip.ImageReward;
import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.clip.ClipOptions;
import dev.assay.harness.nn.clip.OpenClipConfig;
import dev.assay.harness.nn.clip.TorchClip;
import dev.assay.harness.nn.clip.TorchSiglip;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.DwPose;
import dev.assay.harness.nn.onnx.MediaPipe;
import dev.assay.harness.nn.onnx.OnnxClip;
import dev.assay.harness.nn.onnx.OnnxDetector;
import dev.assay.harness.nn.onnx.OnnxTagger;
import dev.assay.harness.nn.onnx.PaddleOcr;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.nn.onnx.RememberingDetector;
import dev.assay.harness.nn.onnx.Tagger;
import dev.assay.harness.nn.onnx.TextReader;
import dev.assay.harness.nn.perceptual.DreamSim;
import dev.assay.harness.nn.perceptual.Lpips;
import dev.assay.harness.nn.perceptual.PerceptualDistance;
import dev.assay.harness.nn.perceptual.Sscd;
import dev.assay.harness.nn.vision.Dino;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.score.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The networks of the metrics, one entry each: all that Assay knows of one stands there. */
public final class ModelRoles {
    private static final List<ModelRole<?>> LISTED = new ArrayList<>(); // in the order of this file
    private static final String TOKENIZER = "tokenizer.json|vocab.json+merges.txt";
    private static final KnownWeights YOLOX_L = free(
            "hf:yzd-v/DWPose/yolox_l.onnx",
            "Apache-2.0",
            "yolox_l.onnx",
            216_746_733,
            "7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411");
    /** OpenCV's model zoo, the same on the hub as on GitHub; each folder of it has its licence. */
    private static final String ZOO = "hf:opencv/opencv_zoo";

    private static final KnownWeights ZOO_BODIES = free(
            ZOO,
            "Apache-2.0",
            new KnownWeights.File(
                    "person_detection_mediapipe_2023mar.onnx",
                    11_990_159,
                    "47fd5599d6fa17608f03e0eb0ae230baa6e597d7e8a2c8199fe00abea55a701f"),
            new KnownWeights.File(
                    "pose_estimation_mediapipe_2023mar.onnx",
                    5_557_238,
                    "9d89c599319a18fb7d2e28451a883476164543182bafca5f09eb2cf767ed2f3f"));
    private static final FolderLayout[] TWO_STAGE_BODIES = twoStage(
            "person_detection_mediapipe/person_detection_mediapipe_2023mar.onnx",
            "pose_estimation_mediapipe/pose_estimation_mediapipe_2023mar.onnx",
            "pose_detection.onnx",
            "pose_landmark_full.onnx|pose_landmark_heavy.onnx|pose_landmark_lite.onnx");
    private static final FolderLayout[] TWO_STAGE_HANDS = twoStage(
            "palm_detection_mediapipe/palm_detection_mediapipe_2023feb.onnx",
            "handpose_estimation_mediapipe/handpose_estimation_mediapipe_2023feb.onnx",
            "palm_detection_full.onnx|palm_detection_lite.onnx",
            "hand_landmark_full.onnx|hand_landmark_lite.onnx");
    private static final FolderLayout TWO_STAGE_FACES = FolderLayout.of(
            "face_landmark.onnx",
            "face_detection_full_range_sparse.onnx|face_detection_full_range.onnx",
            "face_detection_short_range.onnx?");
    private static final FolderLayout YUNET = FolderLayout.of(
            "models/face_detection_yunet/face_detection_yunet_2023mar.onnx|face_detection_yunet_2023mar.onnx");
    private static final FolderLayout NANODET = FolderLayout.of(
            "models/object_detection_nanodet/object_detection_nanodet_2022nov.onnx|object_detection_nanodet_2022nov.onnx");
    private static final KnownWeights.File NANODET_FILE = new KnownWeights.File(
            "object_detection_nanodet_2022nov.onnx",
            3_800_954,
            "4b82da9944b88577175ee23a459dce2e26e6e4be573def65b1055dc2d9720186");
    private static final KnownWeights YOLOX_S = free(
            ZOO + "/models/object_detection_yolox/object_detection_yolox_2022nov.onnx",
            "Apache-2.0",
            "object_detection_yolox_2022nov.onnx",
            35_858_002,
            "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063");
    private static final FolderLayout[] PP_OCR = {
        FolderLayout.of(
                "PP-OCRv4/ch_PP-OCRv4_det_infer.onnx",
                "PP-OCRv4/ch_PP-OCRv4_rec_infer.onnx",
                "PP-OCRv1/ch_ppocr_mobile_v2.0_cls_infer.onnx?"),
        FolderLayout.of(
                "ch_PP-OCRv4_det_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx", "ch_ppocr_mobile_v2.0_cls_infer.onnx?")
    };
    private static final int VIT_H_PIXELS = 224; // edge of what ViT-H/14 sees

    public static final ModelRole<ClipEncoder> CLIP = listed(new ModelRole<ClipEncoder>(
                    "clip",
                    "a CLIP folder as Hugging Face has it, or visual.onnx and textual.onnx",
                    (weights, where) -> clip(weights.path(), where))
            .withLayouts(
                    FolderLayout.of(
                            "config.json",
                            "preprocessor_config.json",
                            TOKENIZER,
                            "tokenizer_config.json?",
                            "special_tokens_map.json?",
                            "model.safetensors"),
                    FolderLayout.of(
                            "open_clip_config.json",
                            TOKENIZER,
                            "tokenizer_config.json?",
                            "special_tokens_map.json?",
                            "open_clip_model.safetensors"),
                    FolderLayout.of(
                            "preprocessor_config.json",
                            "tokenizer.json",
                            "tokenizer_config.json?",
                            "visual.onnx",
                            "textual.onnx"))
            .withKnown(
                    free(
                            "hf:openai/clip-vit-large-patch14",
                            "MIT",
                            "model.safetensors",
                            1_710_540_580L,
                            "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"),
                    free("hf:openai/clip-vit-base-patch32", "MIT", "model.safetensors"),
                    free("hf:laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "MIT", "model.safetensors")));
    public static final ModelRole<Detector> DETECTOR = listed(new ModelRole<Detector>(
                    "detector",
                    "an ONNX detector of people, hands and feet",
                    (weights, where) -> detector(weights.path(), where))
            .withLayouts(FolderLayout.of("detector.onnx")));
    public static final ModelRole<Detector> PEOPLE = listed(new ModelRole<Detector>(
                    "people",
                    "an ONNX detector of people: yolox_l.onnx of DWPose, or any other with the class person; or"
                            + " MediaPipe's person and pose networks in one folder",
                    (weights, where) -> new RememberingDetector(files(weights.path(), TWO_STAGE_BODIES)
                            .map(f -> MediaPipe.people(f.get(0), f.get(1), where.threads()))
                            .orElseGet(() -> detector(weights.path(), where))))
            .withLayouts(TWO_STAGE_BODIES)
            .withKnown(
                    YOLOX_L,
                    ZOO_BODIES,
                    YOLOX_S,
                    free(ZOO + "/models/object_detection_nanodet/" + NANODET_FILE.name(), "Apache-2.0", NANODET_FILE),
                    optIn("hf:Bingsu/adetailer/person_yolov8s-seg.pt", "AGPL-3.0", "person_yolov8s-seg.pt")));
    public static final ModelRole<PoseNetwork> POSE = listed(new ModelRole<PoseNetwork>(
                    "pose",
                    "DWPose's dw-ll_ucoco_384.onnx, or another whole-body pose network with its outputs; or MediaPipe's"
                            + " person and pose networks in one folder",
                    (weights, where) -> files(weights.path(), TWO_STAGE_BODIES)
                            .map(f -> MediaPipe.poses(f.get(0), f.get(1), where.threads()))
                            .orElseGet(() -> DwPose.open(file(weights.path(), "pose.onnx"), where.threads())))
            .withLayouts(TWO_STAGE_BODIES)
            .withKnown(
                    free(
                            "hf:yzd-v/DWPose/dw-ll_ucoco_384.onnx",
                            "Apache-2.0",
                            "dw-ll_ucoco_384.onnx",
                            134_399_116,
                            "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843"),
                    ZOO_BODIES));
    public static final ModelRole<Detector> HANDS = listed(new ModelRole<Detector>(
                    "hands",
                    "an ONNX detector of hands with the class hand; or MediaPipe's palm and hand networks in one"
                            + " folder",
                    (weights, where) -> new RememberingDetector(files(weights.path(), TWO_STAGE_HANDS)
                            .map(f -> MediaPipe.hands(f.get(0), f.get(1), where.threads()))
                            .orElseGet(() -> detector(weights.path(), where))))
            .withLayouts(TWO_STAGE_HANDS)
            .withKnown(
                    free(
                            ZOO,
                            "Apache-2.0",
                            new KnownWeights.File(
                                    "palm_detection_mediapipe_2023feb.onnx",
                                    3_905_734,
                                    "78ff51c38496b7fc8b8ebdb6cc8c1abb02fa6c38427c6848254cdaba57fcce7c"),
                            new KnownWeights.File(
                                    "handpose_estimation_mediapipe_2023feb.onnx",
                                    4_099_621,
                                    "db0898ae717b76b075d9bf563af315b29562e11f8df5027a1ef07b02bef6d81c")),
                    free("hf:deepghs/anime_hand_detection/hand_detect_v1.0_s/model.onnx", "OpenRAIL", "model.onnx"),
                    optIn("hf:Bingsu/adetailer/hand_yolov8s.pt", "AGPL-3.0", "hand_yolov8s.pt")));
    public static final ModelRole<Detector> FACES = listed(new ModelRole<Detector>(
                    "faces",
                    "an ONNX detector of faces with the class face; or MediaPipe's face detectors and"
                            + " face_landmark.onnx in one folder",
                    (weights, where) -> new RememberingDetector(files(weights.path(), TWO_STAGE_FACES)
                            .map(f -> MediaPipe.faces(f.subList(1, f.size()), f.get(0), where.threads()))
                            .orElseGet(() -> detector(weights.path(), where, YUNET))))
            .withLayouts(YUNET, TWO_STAGE_FACES)
            .withKnown(
                    free(
                            ZOO,
                            "MIT",
                            "face_detection_yunet_2023mar.onnx",
                            232_589,
                            "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"),
                    optIn("hf:Bingsu/adetailer/face_yolov8m.pt", "AGPL-3.0", "face_yolov8m.pt")));
    public static final ModelRole<Detector> ARTIFACTS = listed(new ModelRole<>(
            "artifacts",
            "an ONNX detector of malformed people with HADM's classes (human missing hand, human with extra arm, ...)",
            (weights, where) -> new RememberingDetector(detector(weights.path(), where))));
    public static final ModelRole<AestheticHead> AESTHETIC = listed(new ModelRole<AestheticHead>(
                    "aesthetic",
                    "LAION's aesthetic head, sac+logos+ava1-l14-linearMSE.pth",
                    (weights, where) -> AestheticHead.open(weights.path()))
            .withKnown(
                    // A copy of the file in the repository of its author on GitHub, told by its hash.
                    free(
                            "hf:camenduru/improved-aesthetic-predictor/sac+logos+ava1-l14-linearMSE.pth",
                            "Apache-2.0",
                            "sac+logos+ava1-l14-linearMSE.pth",
                            3_714_759,
                            "21dd590f3ccdc646f0d53120778b296013b096a035a2718c9cb0d511bff0f1e0"),
                    optIn("", "AGPL-3.0", "aesthetic_predictor_v2_5.pth")));

    public static final ModelRole<TorchClip> PICK_SCORE = listed(new ModelRole<TorchClip>(
                    "pick-score",
                    "the folder of PickScore v1: config.json and model.safetensors",
                    (weights, where) ->
                            TorchClip.open(weights.path(), on(where).with(Preprocessing.clip(VIT_H_PIXELS))))
            .withLayouts(FolderLayout.of("config.json", "model.safetensors"))
            .withKnown(free("hf:yuvalkirstain/PickScore_v1", "MIT", "model.safetensors")));
    public static final ModelRole<ClipEncoder> HPS = listed(new ModelRole<ClipEncoder>(
                    "hps",
                    "HPS_v2_compressed.pt or HPS_v2.1_compressed.pt, or the same as safetensors",
                    (weights, where) -> TorchClip.open(
                            weights.path(),
                            on(where)
                                    .with(OpenClipConfig.vitH14())
                                    .with(Preprocessing.clip(new Preprocessing.Framing.Pad(), VIT_H_PIXELS))))
            .withKnown(
                    free("hf:xswu/HPSv2/HPS_v2.1_compressed.pt", "Apache-2.0", "HPS_v2.1_compressed.pt"),
                    free("hf:xswu/HPSv2/HPS_v2_compressed.pt", "Apache-2.0", "HPS_v2_compressed.pt"))
            .withMemory(2)); // halves in the file, floats here

    public static final ModelRole<ImageReward> IMAGE_REWARD = listed(new ModelRole<>(
            "image-reward",
            "a folder with ImageReward.pt, med_config.json and the vocab.txt of bert-base-uncased",
            (weights, where) -> imageReward(weights, where)));

    public static final ModelRole<PerceptualDistance> LPIPS = listed(new ModelRole<>(
            "lpips",
            "a folder with alexnet-owt-7be5be79.pth of torchvision and weights/v0.1/alex.pth of LPIPS (or"
                    + " vgg16-397923af.pth and vgg.pth), or one file with the tensors of both",
            (weights, where) -> Lpips.open(weights.path(), where.device())));

    public static final ModelRole<PerceptualDistance> DREAMSIM = listed(new ModelRole<>(
            "dreamsim",
            "the folder of DreamSim's ensemble: checkpoints/dino_vitbase16_pretrain.pth, clip_vitb16_pretrain.pth.tar,"
                    + " open_clip_vitb16_pretrain.pth.tar and ensemble_lora; or one file of the merged model",
            (weights, where) -> DreamSim.open(weights.path(), where.device())));

    public static final ModelRole<Sscd> SSCD = listed(new ModelRole<>(
            "sscd",
            "sscd_disc_mixup.torchvision.pt of facebookresearch/sscd-copy-detection, or the same as safetensors",
            (weights, where) -> Sscd.open(weights.path(), where.device())));
    /** No network, but found and named as the networks are. */
    public static final ModelRole<PictureFolder> TRAINING = listed(new ModelRole<PictureFolder>(
                    "training",
                    "a folder with the pictures that the candidate was trained on",
                    (weights, where) -> PictureFolder.of(weights.path()))
            .withMemory(0));

    public static final ModelRole<TorchSiglip> SIGLIP = listed(new ModelRole<TorchSiglip>(
                    "siglip",
                    "a SigLIP or SigLIP 2 folder of fixed size as Hugging Face has it",
                    (weights, where) -> TorchSiglip.open(weights.path(), where.device(), where.vectors()))
            .withLayouts(FolderLayout.of(
                    "config.json",
                    "preprocessor_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "model.safetensors"))
            .withKnown(
                    free("hf:google/siglip-base-patch16-224", "Apache-2.0", "model.safetensors"),
                    free("hf:google/siglip2-base-patch16-224", "Apache-2.0", "model.safetensors")));
    public static final ModelRole<Dino> DINO = listed(new ModelRole<Dino>(
                    "dino",
                    "a DINOv2 folder as Hugging Face has it, or dinov2_vitb14_pretrain.pth",
                    (weights, where) -> Dino.open(weights.path(), where.device(), where.vectors()))
            .withLayouts(FolderLayout.of("config.json", "preprocessor_config.json", "model.safetensors"))
            .withKnown(
                    free("hf:facebook/dinov2-base", "Apache-2.0", "model.safetensors"),
                    free("hf:facebook/dinov2-small", "Apache-2.0", "model.safetensors")));

    public static final ModelRole<Detector> OBJECTS = listed(new ModelRole<Detector>(
                    "objects",
                    "an ONNX detector of the things that the suite's cases state: YOLOX (yolox_l.onnx), NanoDet,"
                            + " RT-DETR or YOLOv8",
                    (weights, where) -> detector(weights.path(), where, NANODET))
            .withLayouts(NANODET)
            .withKnown(YOLOX_L, free(ZOO, "Apache-2.0", NANODET_FILE), YOLOX_S));
    public static final ModelRole<TextReader> OCR = listed(new ModelRole<TextReader>(
                    "ocr",
                    "a folder of PP-OCR: ch_PP-OCRv4_det_infer.onnx, ch_PP-OCRv4_rec_infer.onnx and perhaps"
                            + " ch_ppocr_mobile_v2.0_cls_infer.onnx",
                    (weights, where) -> ocr(weights.path(), where))
            .withLayouts(PP_OCR)
            .withKnown(free(
                    "hf:SWHL/RapidOCR",
                    "Apache-2.0",
                    new KnownWeights.File(
                            "ch_PP-OCRv4_det_infer.onnx",
                            4_745_517,
                            "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9"),
                    new KnownWeights.File(
                            "ch_PP-OCRv4_rec_infer.onnx",
                            10_857_958,
                            "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b"),
                    new KnownWeights.File(
                            "ch_ppocr_mobile_v2.0_cls_infer.onnx",
                            585_532,
                            "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"))));
    public static final ModelRole<Tagger> TAGGER = listed(new ModelRole<>(
            "tagger",
            "a folder of a WD14 tagger: model.onnx and selected_tags.csv",
            (weights, where) -> OnnxTagger.open(weights.path(), where.threads())));
    /** No weights: a server that the user's settings name, so no suite can; it gets pictures and a token. */
    public static final ModelRole<VlmJudge> JUDGE = new ModelRole<>(
            "judge", "a server with a vision model, as the setting assay.judge.url", (weights, where) -> {
                throw new UnavailableException(
                        "a judge is a server that the setting assay.judge.url names, no weights of a suite");
            });

    /** Those with weights. */
    public static final List<ModelRole<?>> ALL = List.copyOf(LISTED);

    /** All of Assay's own: their names are taken. */
    static final List<ModelRole<?>> OWN =
            Stream.concat(ALL.stream(), Stream.of(JUDGE)).toList();

    private ModelRoles() {}

    private static <T> ModelRole<T> listed(ModelRole<T> role) {
        LISTED.add(role);
        return role;
    }

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

    private static TextReader ocr(Path path, ModelRole.Place where) {
        return PaddleOcr.open(
                files(path, PP_OCR)
                        .orElseThrow(() -> new ModelFileException(path, "expected " + OCR.needs() + ", found none")),
                where.threads());
    }

    /** A detector of one file: as a layout names it in a folder, else detector.onnx there, else the file itself. */
    private static Detector detector(Path path, ModelRole.Place where, FolderLayout... layouts) {
        Path file = files(path, layouts).map(found -> found.get(0)).orElseGet(() -> file(path, "detector.onnx"));
        return OnnxDetector.open(file, Map.of(), where.threads());
    }

    /** The layouts of a detector and the network that looks at what it proposes: of the zoo, of copies of its files, and of our conversions. */
    private static FolderLayout[] twoStage(String zooFirst, String zooSecond, String first, String second) {
        return new FolderLayout[] {
            FolderLayout.of("models/" + zooFirst, "models/" + zooSecond),
            FolderLayout.of(
                    zooFirst.substring(zooFirst.indexOf('/') + 1), zooSecond.substring(zooSecond.indexOf('/') + 1)),
            FolderLayout.of(first, second)
        };
    }

    /** The files of the first of these layouts that a folder has. */
    private static Optional<List<Path>> files(Path path, FolderLayout... layouts) {
        return Stream.of(layouts)
                .map(layout -> layout.in(path))
                .filter(found -> !found.isEmpty())
                .findFirst();
    }

    /** A folder holds a file of this name. */
    private static Path file(Path path, String name) {
        return Files.isDirectory(path) ? path.resolve(name) : path;
    }
}
