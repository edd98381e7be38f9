package dev.assay.metrics;

import static dev.assay.harness.scorer.ModelRoles.AESTHETIC;
import static dev.assay.harness.scorer.ModelRoles.ARTIFACTS;
import static dev.assay.harness.scorer.ModelRoles.CLIP;
import static dev.assay.harness.scorer.ModelRoles.DETECTOR;
import static dev.assay.harness.scorer.ModelRoles.DINO;
import static dev.assay.harness.scorer.ModelRoles.DREAMSIM;
import static dev.assay.harness.scorer.ModelRoles.FACES;
import static dev.assay.harness.scorer.ModelRoles.HANDS;
import static dev.assay.harness.scorer.ModelRoles.HPS;
import static dev.assay.harness.scorer.ModelRoles.IMAGE_REWARD;
import static dev.assay.harness.scorer.ModelRoles.JUDGE;
import static dev.assay.harness.scorer.ModelRoles.LPIPS;
import static dev.assay.harness.scorer.ModelRoles.OBJECTS;
import static dev.assay.harness.scorer.ModelRoles.OCR;
import static dev.assay.harness.scorer.ModelRoles.PEOPLE;
import static dev.assay.harness.scorer.ModelRoles.PICK_SCORE;
import static dev.assay.harness.scorer.ModelRoles.POSE;
import static dev.assay.harness.scorer.ModelRoles.SIGLIP;
import static dev.assay.harness.scorer.ModelRoles.SSCD;
import static dev.assay.harness.scorer.ModelRoles.TAGGER;
import static dev.assay.harness.scorer.ModelRoles.TRAINING;

import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricEntry;
import dev.assay.harness.scorer.MetricModels;
import java.util.List;

/** All metrics, one line each. */
public final class Metrics implements MetricCatalog {
    private static final List<MetricEntry> ALL = List.of(
            MetricEntry.of(BlankFrameMetric.INFO, (models, p) -> new BlankFrameMetric()),
            MetricEntry.of(GridMetric.INFO, (models, p) -> new GridMetric()),
            MetricEntry.of(LimbsMetric.INFO, (models, p) -> LimbsMetric.with(models.get(DETECTOR)), DETECTOR),
            MetricEntry.of(PeopleMetric.INFO, (models, p) -> PeopleMetric.with(models.get(PEOPLE)), PEOPLE),
            MetricEntry.of(
                    HandsMetric.INFO,
                    (models, p) ->
                            HandsMetric.with(models.get(PEOPLE), models.get(POSE), models.get(HANDS), p.get("reach")),
                    PEOPLE,
                    POSE,
                    HANDS),
            MetricEntry.of(
                    FacesMetric.INFO,
                    (models, p) -> FacesMetric.with(models.get(PEOPLE), models.get(FACES)),
                    PEOPLE,
                    FACES),
            MetricEntry.of(
                    PoseMetric.INFO,
                    (models, p) -> PoseMetric.with(models.get(PEOPLE), models.get(POSE), p),
                    PEOPLE,
                    POSE),
            MetricEntry.of(
                    PoseConfidenceMetric.INFO,
                    (models, p) -> PoseConfidenceMetric.with(models.get(PEOPLE), models.get(POSE)),
                    PEOPLE,
                    POSE),
            MetricEntry.of(
                    BodyArtifactsMetric.INFO,
                    (models, p) -> BodyArtifactsMetric.with(models.get(ARTIFACTS)),
                    ARTIFACTS),
            MetricEntry.of(
                    HandIqaMetric.INFO,
                    (models, p) -> HandIqaMetric.with(models.get(HANDS), models.get(CLIP), models.get(CLIP)::embed),
                    HANDS,
                    CLIP),
            MetricEntry.of(
                    ClipScoreMetric.INFO,
                    (models, p) -> ClipScoreMetric.with(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            MetricEntry.of(
                    RPrecisionMetric.INFO,
                    (models, p) -> new RPrecisionMetric(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            MetricEntry.of(
                    ObjectsMetric.INFO,
                    (models, p) -> ObjectsMetric.with(models.get(OBJECTS), () -> clipColours(models), p),
                    OBJECTS,
                    CLIP),
            MetricEntry.of(TextMetric.INFO, (models, p) -> new TextMetric(models.get(OCR)), OCR),
            MetricEntry.of(StrayTextMetric.INFO, (models, p) -> new StrayTextMetric(models.get(OCR)), OCR),
            MetricEntry.of(
                    TagRecallMetric.INFO,
                    (models, p) -> new TagRecallMetric(models.get(TAGGER), p.get("threshold")),
                    TAGGER),
            MetricEntry.of(
                    ClipIqaMetric.INFO,
                    (models, p) -> ClipIqaMetric.with(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            MetricEntry.of(
                    AestheticMetric.INFO,
                    (models, p) -> AestheticMetric.with(models.get(CLIP), models.get(AESTHETIC)::score),
                    CLIP,
                    AESTHETIC),
            MetricEntry.of(
                    PickScoreMetric.INFO,
                    (models, p) -> PickScoreMetric.with(
                            models.get(PICK_SCORE),
                            models.get(PICK_SCORE)::embed,
                            models.get(PICK_SCORE).logitScale()),
                    PICK_SCORE),
            MetricEntry.of(HpsMetric.INFO, (models, p) -> HpsMetric.with(models.get(HPS), models.get(HPS)::embed), HPS),
            MetricEntry.of(
                    ImageRewardMetric.INFO,
                    (models, p) ->
                            new ImageRewardMetric(models.get(IMAGE_REWARD)::reward, models.get(IMAGE_REWARD)::cuts),
                    IMAGE_REWARD),
            MetricEntry.of(
                    SiglipScoreMetric.INFO,
                    (models, p) -> SiglipScoreMetric.with(
                            models.get(SIGLIP), models.get(SIGLIP)::embed, models.get(SIGLIP)::logit),
                    SIGLIP),
            MetricEntry.of(DinoDiversityMetric.INFO, (models, p) -> new DinoDiversityMetric(models.get(DINO)), DINO),
            MetricEntry.of(VendiMetric.INFO, (models, p) -> new VendiMetric(models.get(CLIP), p.get("order")), CLIP),
            MetricEntry.of(PromptVendiMetric.INFO, (models, p) -> new PromptVendiMetric(models.get(CLIP)), CLIP),
            MetricEntry.of(LayoutDiversityMetric.INFO, (models, p) -> new LayoutDiversityMetric()),
            MetricEntry.of(
                    PerceptualDiversityMetric.LPIPS,
                    (models, p) -> PerceptualDiversityMetric.lpips(models.get(LPIPS)::distances),
                    LPIPS),
            MetricEntry.of(
                    PerceptualDiversityMetric.DREAMSIM,
                    (models, p) -> PerceptualDiversityMetric.dreamSim(models.get(DREAMSIM)::distances),
                    DREAMSIM),
            MetricEntry.of(
                    CopiesMetric.INFO,
                    (models, p) -> new CopiesMetric(models.get(SSCD), models.get(TRAINING), p.get("threshold")),
                    SSCD,
                    TRAINING),
            MetricEntry.of(EffectMetric.INFO, (models, p) -> new EffectMetric()),
            MetricEntry.of(
                    LpipsEffectMetric.INFO, (models, p) -> new LpipsEffectMetric(models.get(LPIPS)::distances), LPIPS),
            MetricEntry.of(VqaScoreMetric.INFO, (models, p) -> new VqaScoreMetric(models.get(JUDGE)), JUDGE),
            MetricEntry.of(QuestionsMetric.ATOMS, (models, p) -> QuestionsMetric.atoms(models.get(JUDGE)), JUDGE),
            MetricEntry.of(QuestionsMetric.PROMPT, (models, p) -> QuestionsMetric.prompt(models.get(JUDGE)), JUDGE),
            MetricEntry.of(RenderCostMetric.SECONDS, (models, p) -> RenderCostMetric.seconds()),
            MetricEntry.of(RenderCostMetric.MEMORY, (models, p) -> RenderCostMetric.memory()));

    private static ObjectsMetric.Colours clipColours(MetricModels models) {
        ClipEncoder clip = models.get(CLIP);
        return (image, box) -> ColourNames.byClip(image, box, clip::embed, clip::embed);
    }

    @Override
    public List<MetricEntry> entries() {
        return ALL;
    }
}
