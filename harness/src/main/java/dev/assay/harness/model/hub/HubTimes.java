package dev.assay.harness.model.hub;

import java.time.Duration;

/**
 * How patient downloads are.
 *
 * @param connect until a host takes the connection
 * @param answer until it begins to answer
 * @param stall without a byte in the middle of a file
 * @param pause before the second attempt; doubled before each further one
 * @param attempts of one request; those of a file begin anew whenever bytes came
 */
record HubTimes(Duration connect, Duration answer, Duration stall, Duration pause, int attempts) {
    static final HubTimes USUAL = new HubTimes(
            Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(1), 5);
}
