package dev.assay.harness.image.trespass;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.run.RunRecord;
import dev.assay.reports.Gate;
import io.qameta.allure.model.TestResult;
import java.net.http.HttpClient;
import org.bytedeco.pytorch.Tensor;
import org.junit.platform.engine.TestEngine;

/** Breaks the walls of the house on purpose, so that the test of the walls can show that they stop someone. */
record FromImage(
        JsonNode json,
        RunRecord later,
        Gate other,
        TestResult allure,
        HttpClient http,
        Tensor tensor,
        TestEngine engine,
        ai.djl.Device device) {
    static Object mapperOfItsOwn() {
        return new ObjectMapper();
    }

    static String environment() {
        return System.getenv("ASSAY_LORA");
    }
}
