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
import static dev.assay.harness.scorer.ModelRoles.PEOPLE;
import static dev.assay.harness.scorer.ModelRoles.PICK_SCORE;
import static dev.assay.harness.scorer.ModelRoles.POSE;
import static dev.assay.harness.scorer.ModelRoles.SIGLIP;
import static dev.assay.harness.scorer.ModelRoles.SSCD;
import static dev.assay.harness.scorer.ModelRoles.TAGGER;
import static dev.assay.harness.scorer.ModelRoles.TRAINING;

import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricModels;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.text.Nearest;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All metrics, one line each. */
public final class Metrics implements MetricCatalog {
    private static final List<Entry> ALL = List.of(
            entry(BlankFrameMetric.INFO, (models, p) -> new BlankFrameMetric()),
            entry(GridMetric.INFO, (models, p) -> new GridMetric()),
            entry(LimbsMetric.INFO, (models, p) -> LimbsMetric.with(models.get(DETECTOR)), DETECTOR),
            entry(PeopleMetric.INFO, (models, p) -> PeopleMetric.with(models.get(PEOPLE)), PEOPLE),
            entry(
                    HandsMetric.INFO,
                    (models, p) ->
                            HandsMetric.with(models.get(PEOPLE), models.get(POSE), models.get(HANDS), p.get("reach")),
                    PEOPLE,
                    POSE,
                    HANDS),
            entry(
                    FacesMetric.INFO,
                    (models, p) -> FacesMetric.with(models.get(PEOPLE), models.get(FACES)),
                    PEOPLE,
                    FACES),
            entry(
                    PoseMetric.INFO,
                    (models, p) -> PoseMetric.with(models.get(PEOPLE), models.get(POSE), p),
                    PEOPLE,
                    POSE),
            entry(
                    PoseConfidenceMetric.INFO,
                    (models, p) -> PoseConfidenceMetric.with(models.get(PEOPLE), models.get(POSE)),
                    PEOPLE,
                    POSE),
            entry(BodyArtifactsMetric.INFO, (models, p) -> BodyArtifactsMetric.with(models.get(ARTIFACTS)), ARTIFACTS),
            entry(
                    HandIqaMetric.INFO,
                    (models, p) -> HandIqaMetric.with(models.get(HANDS), models.get(CLIP), models.get(CLIP)::embed),
                    HANDS,
                    CLIP),
            entry(
                    ClipScoreMetric.INFO,
                    (models, p) -> new ClipScoreMetric(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            entry(
                    RPrecisionMetric.INFO,
                    (models, p) -> new RPrecisionMetric(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            entry(
                    ObjectsMetric.INFO,
                    (models, p) -> ObjectsMetric.with(models.get(OBJECTS), () -> clipColours(models), p),
                    OBJECTS,
                    CLIP),
            entry(
                    TagRecallMetric.INFO,
                    (models, p) -> new TagRecallMetric(models.get(TAGGER), p.get("threshold")),
                    TAGGER),
            entry(
                    ClipIqaMetric.INFO,
                    (models, p) -> new ClipIqaMetric(models.get(CLIP), models.get(CLIP)::embed),
                    CLIP),
            entry(
                    AestheticMetric.INFO,
                    (models, p) -> new AestheticMetric(models.get(CLIP), models.get(AESTHETIC)::score),
                    CLIP,
                    AESTHETIC),
            entry(
                    PickScoreMetric.INFO,
                    (models, p) -> new PickScoreMetric(
                            models.get(PICK_SCORE),
                            models.get(PICK_SCORE)::embed,
                            models.get(PICK_SCORE).logitScale()),
                    PICK_SCORE),
            entry(HpsMetric.INFO, (models, p) -> new HpsMetric(models.get(HPS), models.get(HPS)::embed), HPS),
            entry(
                    ImageRewardMetric.INFO,
                    (models, p) ->
                            new ImageRewardMetric(models.get(IMAGE_REWARD)::reward, models.get(IMAGE_REWARD)::cuts),
                    IMAGE_REWARD),
            entry(
                    SiglipScoreMetric.INFO,
                    (models, p) -> new SiglipScoreMetric(
                            models.get(SIGLIP), models.get(SIGLIP)::embed, models.get(SIGLIP)::logit),
                    SIGLIP),
            entry(DinoDiversityMetric.INFO, (models, p) -> new DinoDiversityMetric(models.get(DINO)), DINO),
            entry(VendiMetric.INFO, (models, p) -> new VendiMetric(models.get(CLIP), p.get("order")), CLIP),
            entry(
                    PerceptualDiversityMetric.LPIPS,
                    (models, p) -> PerceptualDiversityMetric.lpips(models.get(LPIPS)::distances),
                    LPIPS),
            entry(
                    PerceptualDiversityMetric.DREAMSIM,
                    (models, p) -> PerceptualDiversityMetric.dreamSim(models.get(DREAMSIM)::distances),
                    DREAMSIM),
            entry(
                    CopiesMetric.INFO,
                    (models, p) -> new CopiesMetric(models.get(SSCD), models.get(TRAINING), p.get("threshold")),
                    SSCD,
                    TRAINING),
            entry(EffectMetric.INFO, (models, p) -> new EffectMetric()),
            entry(LpipsEffectMetric.INFO, (models, p) -> new LpipsEffectMetric(models.get(LPIPS)::distances), LPIPS),
            entry(VqaScoreMetric.INFO, (models, p) -> new VqaScoreMetric(models.get(JUDGE)), JUDGE),
            entry(QuestionsMetric.ATOMS, (models, p) -> QuestionsMetric.atoms(models.get(JUDGE)), JUDGE),
            entry(QuestionsMetric.PROMPT, (models, p) -> QuestionsMetric.prompt(models.get(JUDGE)), JUDGE),
            entry(RenderCostMetric.SECONDS, (models, p) -> RenderCostMetric.seconds()),
            entry(RenderCostMetric.MEMORY, (models, p) -> RenderCostMetric.memory()));

    private static ObjectsMetric.Colours clipColours(MetricModels models) {
        ClipEncoder clip = models.get(CLIP);
        return (image, box) -> ColourNames.byClip(image, box, clip::embed, clip::embed);
    }

    private record Entry(MetricInfo info, Opener opener, List<ModelRole<?>> needs) {}

    private static Entry entry(MetricInfo info, Opener opener, ModelRole<?>... needs) {
        return new Entry(info, opener, List.of(needs));
    }

    private interface Opener {
        Metric open(MetricModels models, Map<String, Double> parameters);
    }

    @Override
    public List<MetricInfo> infos() {
        return ALL.stream().map(Entry::info).toList();
    }

    @Override
    public List<ModelRole<?>> needs(String name) {
        return entryOf(name).needs();
    }

    @Override
    public Metric open(String name, Map<String, Double> parameters, MetricModels models) {
        Entry entry = entryOf(name);
        if (!parameters.keySet().equals(entry.info.parameters().keySet())) {
            throw new IllegalArgumentException(name + ": expected the parameters "
                    + new TreeSet<>(entry.info.parameters().keySet()) + ", found "
                    + new TreeSet<>(parameters.keySet()));
        }
        return entry.opener.open(models, parameters);
    }

    private static Entry entryOf(String name) {
        List<String> names = ALL.stream().map(e -> e.info.name()).toList();
        return ALL.stream()
                .filter(e -> e.info.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no metric " + name + "; there are " + String.join(", ", names) + Nearest.hint(name, names)));
    }
}
