package dev.assay.suites;

/** A suite for LoRAs of the microcosm that want to be used in a way of their own. */
public final class TriggerSuite {
    public static final String YAML = """
        name: triggers
        version: "1"
        settings: {width: 64, height: 64, steps: 12, guidanceScale: 3.0, sampler: ddim, scheduler: normal, clipSkip: 0}
        models: {clip: microcosm:clip}
        seeds: [1, 2]
        criteria:
          - {metric: blank-frame, rule: NO_NEW_DEFECTS, minPairs: 16, severity: BLOCKER}
          - {metric: clip-score, rule: NON_INFERIOR, margin: 0.08, minPairs: 16}
          - {metric: effect, rule: HAS_EFFECT, margin: 8, minPairs: 16, purposes: {speed: soft}}
        cases:
          - {id: one, prompt: a red star}
          - {id: two, prompt: a blue circle}
          - {id: three, prompt: a green square}
          - {id: four, prompt: a purple triangle}
          - {id: five, prompt: three orange triangles}
          - {id: six, prompt: two red stars}
          - {id: seven, prompt: a red circle above a blue square}
          - {id: eight, prompt: a green star to the left of a purple triangle}
        """;

    private TriggerSuite() {}
}
