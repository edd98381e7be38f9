package dev.assay.reports.card;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.harness.json.Json;
import dev.assay.harness.run.RunRecord.VerdictEntry;

/** The card for programs. */
final class CardJson {
    private static final JsonMapper JSON = Json.LENIENT
            .rebuild()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .addMixIn(VerdictEntry.class, WithoutMeasurements.class)
            .build();

    @JsonIgnoreProperties({
        "clusters",
        "unscoredReasons",
        "finding",
        "measurements",
        "worst",
        "reasonKind",
        "question",
        "pattern"
    })
    private interface WithoutMeasurements {}

    private CardJson() {}

    static String of(VerdictCard card) {
        try {
            return JSON.writeValueAsString(card) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
