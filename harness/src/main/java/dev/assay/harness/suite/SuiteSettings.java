package dev.assay.harness.suite;

import dev.assay.harness.text.KeyText;

/**
 * What a suite says of how pictures are made; null where it leaves the choice to the model's family.
 *
 * @see GenerationSettings the fields
 */
public record SuiteSettings(
        Integer width,
        Integer height,
        Integer steps,
        Double guidanceScale,
        String sampler,
        String scheduler,
        Integer clipSkip,
        Double distilledGuidance,
        Double shift)
        implements KeyText.Keyed {
    /** Leaves everything to the family. */
    public static final SuiteSettings OPEN = new SuiteSettings(null, null, null, null, null, null, null, null, null);

    /** These settings, and the given ones where this suite says nothing. */
    public GenerationSettings over(GenerationSettings defaults) {
        return new GenerationSettings(
                either(width, defaults.width()),
                either(height, defaults.height()),
                either(steps, defaults.steps()),
                either(guidanceScale, defaults.guidanceScale()),
                either(sampler, defaults.sampler()),
                either(scheduler, defaults.scheduler()),
                either(clipSkip, defaults.clipSkip()),
                either(distilledGuidance, defaults.distilledGuidance()),
                either(shift, defaults.shift()));
    }

    /** What these settings say, and the given ones where they say nothing. */
    SuiteSettings over(SuiteSettings others) {
        return new SuiteSettings(
                either(width, others.width),
                either(height, others.height),
                either(steps, others.steps),
                either(guidanceScale, others.guidanceScale),
                either(sampler, others.sampler),
                either(scheduler, others.scheduler),
                either(clipSkip, others.clipSkip),
                either(distilledGuidance, others.distilledGuidance),
                either(shift, others.shift));
    }

    /** Width and height of these, and nothing else. */
    public SuiteSettings sizeAlone() {
        return new SuiteSettings(width, height, null, null, null, null, null, null, null);
    }

    public SuiteSettings withSteps(int newSteps) {
        return new SuiteSettings(
                width, height, newSteps, guidanceScale, sampler, scheduler, clipSkip, distilledGuidance, shift);
    }

    @Override
    public String key() {
        return new KeyText("SuiteSettings")
                .with("width", width)
                .with("height", height)
                .with("steps", steps)
                .with("guidanceScale", guidanceScale)
                .with("sampler", sampler)
                .with("scheduler", scheduler)
                .with("clipSkip", clipSkip)
                .with("distilledGuidance", distilledGuidance)
                .with("shift", shift)
                .text();
    }

    private static <T> T either(T said, T otherwise) {
        return said == null ? otherwise : said;
    }
}
