package dev.assay.harness.render.comfyui;

import static dev.assay.harness.render.comfyui.FakeComfy.Fault.BLOCKED;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.DEATH;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.FORGOTTEN;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.INTERRUPTED;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.NODE_FAILS;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.OUT_OF_MEMORY;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.RESTART;
import static dev.assay.harness.render.comfyui.FakeComfy.Fault.SOCKET_DROPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.image.Png;
import dev.assay.harness.render.RendererLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One job on a server that behaves, and on servers that do not: how it ends, and how often it was rendered. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ComfyJobTest {
    /** Short, and long enough for two busy cores. */
    static final ComfyTimeouts QUICK = times(Duration.ofSeconds(8));

    private static final JobErrors WORDS = new JobErrors() {
        @Override
        public String refused(int status, String body) {
            return "refused: " + body;
        }

        @Override
        public String failed(Outcome.Failure failure) {
            return "node " + failure.data().path("node_id").asText() + " ("
                    + failure.data().path("node_type").asText() + "): " + failure.exceptionType() + ": "
                    + failure.message();
        }
    };

    private final FakeComfy fake = new FakeComfy();
    private final List<ComfyServer> servers = new ArrayList<>();

    static ComfyTimeouts times(Duration away) {
        return new ComfyTimeouts(
                Duration.ofSeconds(2),
                Duration.ofSeconds(4),
                Duration.ofMillis(150),
                Duration.ofMillis(200),
                Duration.ofMillis(60),
                away,
                Duration.ofSeconds(20),
                Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        servers.forEach(ComfyServer::close);
        fake.close();
    }

    private ComfyServer server(ComfyTimeouts times) {
        ComfyServer server = new ComfyServer(ComfyOptions.of(fake.url()), Credentials.none(), times);
        servers.add(server);
        int before = fake.sockets.size();
        server.open();
        FakeComfy.until(() -> fake.status != 0 || fake.sockets.size() > before);
        return server;
    }

    private ComfyJob job(ComfyServer server, long seed) {
        return server.job("key " + seed, TestGraphs.graph("a cat", seed), WORDS);
    }

    private ComfyJob submitted(ComfyServer server, long seed) {
        ComfyJob job = job(server, seed);
        job.submit();
        return job;
    }

    private void assertDone(ComfyJob job) {
        Outcome outcome = job.await();

        assertThat(job.state()).isEqualTo(JobState.DONE);
        assertThat(outcome.pictures()).hasSize(1);
        byte[] png = servers.get(0).client().view(outcome.pictures().get(0), 1 << 20);
        assertThat(Png.decode(png).image()).isEqualTo(FakePicture.of(TestGraphs.graph("a cat", 1), "9"));
    }

    @ParameterizedTest
    @CsvSource({"true, true, true", "true, false, true", "false, false, true", "false, false, false"})
    void a_job_is_rendered_once_on_every_generation_of_servers(boolean jobs, boolean cancel, boolean ownIds) {
        fake.jobsApi = jobs;
        fake.cancelApi = cancel;
        fake.ownIds = ownIds;
        ComfyServer server = server(QUICK);

        assertDone(submitted(server, 1));
        assertThat(fake.sampled).hasSize(1);
        assertThat(server.client().capabilities()).isEqualTo(new Capabilities(jobs, cancel));
    }

    @Test
    void its_id_is_a_canonical_uuid_that_follows_from_what_is_asked() {
        assertThat(ComfyJob.promptId("a", 0))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
                .isEqualTo(ComfyJob.promptId("a", 0))
                .isNotIn(ComfyJob.promptId("a", 1), ComfyJob.promptId("b", 0));
    }

    @Test
    void seconds_are_the_servers_and_steps_are_timed_without_the_first() {
        fake.renderMillis = 400;
        ComfyJob job = submitted(server(QUICK), 1);

        assertThat(job.await().seconds()).isBetween(0.39, 3.0);
        assertThat(job.secondsPerStep("7")).isBetween(0.05, 0.75);
        assertThat(job.secondsPerStep("8")).isZero();
    }

    @Test
    void a_graph_that_was_rendered_before_comes_from_the_cache_and_says_so() {
        ComfyServer server = server(QUICK);
        assertDone(submitted(server, 1));
        ComfyJob again = server.job("another key", TestGraphs.graph("a cat", 1), WORDS);
        again.submit();

        assertThat(again.await().cached()).contains("4", "7", "9");
        assertThat(again.await().pictures()).hasSize(1);
        assertThat(fake.accepted).hasSize(2);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_failing_node_fails_the_job_with_the_nodes_words() {
        fake.faults.add(NODE_FAILS);
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await)
                .isInstanceOf(ComfyException.class)
                .hasMessageContaining(fake.url())
                .hasMessageContaining("node 7 (KSampler): RuntimeError: mat1 and mat2 shapes cannot be multiplied");
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(fake.accepted).hasSize(1);
    }

    @Test
    void out_of_memory_frees_the_servers_models_and_tries_once_more() {
        fake.faults.add(OUT_OF_MEMORY);
        ComfyJob job = submitted(server(QUICK), 1);

        assertDone(job);
        assertThat(fake.freed).hasValue(1);
        assertThat(fake.accepted).containsExactly(ComfyJob.promptId("key 1", 0), ComfyJob.promptId("key 1", 1));
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void out_of_memory_twice_is_a_failure_that_says_what_helps() {
        fake.faults.addAll(List.of(OUT_OF_MEMORY, OUT_OF_MEMORY));
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await)
                .hasMessageContaining("out of memory on the server, also after its models were unloaded")
                .hasMessageContaining("node 7 (KSampler)");
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(fake.accepted).hasSize(2);
    }

    @Test
    void a_job_that_somebody_interrupts_is_sent_again() {
        fake.faults.addAll(List.of(INTERRUPTED, INTERRUPTED));
        ComfyJob job = submitted(server(QUICK), 1);

        assertDone(job);
        assertThat(fake.accepted).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void a_job_that_somebody_interrupts_again_and_again_is_given_up() {
        fake.faults.addAll(Collections.nCopies(10, INTERRUPTED));
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await).hasMessageContaining("somebody stopped our job on the server 3 times");
        assertThat(job.state()).isEqualTo(JobState.CANCELLED);
        assertThat(fake.accepted).hasSize(3);
    }

    @Test
    void a_server_that_dies_at_the_same_job_again_and_again_is_given_up() {
        fake.faults.addAll(Collections.nCopies(10, RESTART));
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await)
                .hasMessageContaining("the server took this job 4 times")
                .hasMessageContaining("does the server die at this job? See its log");
        assertThat(fake.died).hasValueGreaterThanOrEqualTo(4);
        assertThat(fake.sampled).isEmpty();
    }

    @Test
    void a_wait_behind_jobs_of_others_is_said_with_their_number_while_it_lasts() {
        fake.hold = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            fake.addForeignJob("theirs-" + i);
        }
        ComfyServer server = server(QUICK);
        List<String> said = new CopyOnWriteArrayList<>();
        server.client().onWait(why -> {
            said.add(why);
            fake.hold.countDown();
        });

        assertDone(submitted(server, 1));
        assertThat(said.get(0)).matches(fake.url() + ": waiting behind 3 jobs of others since \\d+ s");
    }

    @Test
    void a_server_that_is_away_is_said_while_it_is() {
        fake.faults.add(RESTART);
        fake.downMillis = 1000;
        ComfyServer server = server(QUICK);
        List<String> said = new CopyOnWriteArrayList<>();
        server.client().onWait(said::add);

        assertDone(submitted(server, 1));
        assertThat(said)
                .anyMatch(w -> w.matches(".*: the server is gone since \\d+ s; it may come back within 8 seconds"));
    }

    @Test
    void a_job_error_that_repeats_our_secret_is_said_without_it() {
        fake.faults.add(NODE_FAILS);
        Credentials credentials = Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "77x768"));
        try (ComfyServer server = new ComfyServer(ComfyOptions.of(fake.url()), credentials, QUICK)) {
            server.open();
            ComfyJob job = submitted(server, 1);

            assertThatThrownBy(job::await).hasMessageContaining("mat1 and mat2").hasMessageNotContaining("77x768");
        }
    }

    @Test
    void an_id_of_any_form_that_an_old_server_gives_is_asked_for() {
        assertThat(server(QUICK).client().status("a b/%?").place()).isEqualTo(ComfyClient.Place.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_silent_socket_costs_no_job_and_is_replaced(boolean jobs) {
        fake.jobsApi = jobs;
        fake.silentSocket = true;
        fake.renderMillis = 600;
        ComfyServer server = server(QUICK);

        assertDone(submitted(server, 1));
        assertThat(fake.sampled).hasSize(1);
        FakeComfy.until(() -> fake.sockets.stream().distinct().count() > 1);
    }

    @Test
    void a_socket_that_drops_comes_back_and_the_job_goes_on() {
        fake.faults.add(SOCKET_DROPS);
        fake.renderMillis = 600;
        ComfyServer server = server(QUICK);

        assertDone(submitted(server, 1));
        assertThat(fake.sampled).hasSize(1);
        FakeComfy.until(() -> fake.sockets.size() > 1);
        assertDone(server.job("more", TestGraphs.graph("a cat", 1), WORDS), server);
    }

    private static void assertDone(ComfyJob job, ComfyServer server) {
        job.submit();
        assertThat(job.await().end()).isEqualTo(Outcome.End.SUCCESS);
        server.forget(job);
    }

    @Test
    void a_restart_with_lost_history_is_waited_for_and_only_what_is_lost_is_sent_again() {
        fake.faults.add(RESTART);
        fake.hold = new CountDownLatch(1);
        ComfyServer server = server(QUICK);
        ComfyJob running = submitted(server, 1);
        ComfyJob queued = submitted(server, 2);
        fake.hold.countDown();

        assertDone(running);
        assertThat(queued.await().end()).isEqualTo(Outcome.End.SUCCESS);
        String first = ComfyJob.promptId("key 1", 0);
        String second = ComfyJob.promptId("key 2", 0);
        assertThat(fake.accepted).containsExactly(first, second, first, second);
        assertThat(fake.sampled).containsExactly(first, second);
    }

    @Test
    void a_server_that_does_not_come_back_is_lost() {
        fake.faults.add(DEATH);
        ComfyJob job = submitted(server(times(Duration.ofMillis(400))), 1);

        assertThatThrownBy(job::await)
                .isInstanceOf(RendererLostException.class)
                .hasMessageContaining(fake.url())
                .hasMessageContaining("gone and did not come back within 400 ms")
                .hasMessageContaining("finished pictures are kept");
    }

    @Test
    void node_errors_on_a_200_are_a_failure_and_the_rest_of_the_graph_does_not_run_on() {
        fake.nodeErrors.set(1);
        fake.renderMillis = 2000;
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await).hasMessageContaining("value_not_in_list").hasMessageContaining("eular");
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(fake.requests).contains("POST /api/jobs/" + job.id() + "/cancel");
        assertThat(fake.sampled).isEmpty();
    }

    @Test
    void a_refused_graph_fails_with_the_servers_reasons() {
        ComfyServer server = server(QUICK);
        var graph = TestGraphs.graph("a cat", 1);
        ((ObjectNode) graph.at("/4/inputs")).put("ckpt_name", "absent.safetensors");
        ComfyJob job = server.job("key", graph, WORDS);
        job.submit();

        assertThatThrownBy(job::await).hasMessageContaining("refused: ").hasMessageContaining("absent.safetensors");
        assertThat(fake.accepted).isEmpty();
    }

    @Test
    void a_500_in_plain_text_is_tried_again() {
        fake.texts500.set(1);

        assertDone(submitted(server(QUICK), 1));
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_500_that_stays_is_a_failure_with_its_text() {
        fake.texts500.set(100);
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await)
                .hasMessageContaining("does not take the job")
                .hasMessageContaining("Server got itself in trouble");
        assertThat(fake.accepted).isEmpty();
    }

    @Test
    void slow_answers_cost_time_and_no_job() {
        ComfyTimeouts times = new ComfyTimeouts(
                QUICK.connect(),
                Duration.ofMillis(400),
                QUICK.poll(),
                QUICK.silence(),
                QUICK.grace(),
                QUICK.away(),
                QUICK.stalled(),
                QUICK.closing());
        ComfyServer server = server(times);
        server.client().capabilities();
        fake.slowAnswers.set(3);
        ComfyJob job = submitted(server, 1);

        assertDone(job);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_proxy_whose_server_is_away_is_waited_for() {
        fake.status = 502;
        ComfyServer server = server(QUICK);
        FakeHttp.start("test-back", () -> {
            FakeComfy.until(() -> fake.requests.size() > 3);
            fake.status = 0;
        });

        assertDone(submitted(server, 1));
        assertThat(server.client().capabilities()).isEqualTo(new Capabilities(true, true));
    }

    @Test
    void a_403_says_how_to_be_let_in() {
        fake.status = 403;
        ComfyJob job = job(server(QUICK), 1);

        assertThatThrownBy(job::submit)
                .hasMessageContaining("status 403")
                .hasMessageContaining("ASSAY_COMFYUI_TOKEN or ASSAY_COMFYUI_BASIC");
    }

    @Test
    void messages_that_come_twice_change_nothing() {
        fake.twice = true;
        fake.renderMillis = 200;
        ComfyJob job = submitted(server(QUICK), 1);

        assertDone(job);
        assertThat(fake.sampled).hasSize(1);
        assertThat(job.secondsPerStep("7")).isPositive();
    }

    @Test
    void an_error_that_does_not_end_the_run_does_not_end_the_job() {
        fake.faults.add(BLOCKED);

        assertDone(submitted(server(QUICK), 1));
    }

    @Test
    void a_job_that_left_no_trace_is_sent_again_under_the_same_id() {
        fake.faults.add(FORGOTTEN);
        ComfyJob job = submitted(server(QUICK), 1);

        assertDone(job);
        assertThat(fake.accepted).containsExactly(job.id(), job.id());
    }

    @Test
    void a_server_that_forgets_every_job_is_given_up() {
        fake.forgetsAlways = true;
        fake.jobsApi = false;
        ComfyJob job = submitted(server(QUICK), 1);

        assertThatThrownBy(job::await)
                .hasMessageContaining("neither in its queue nor in its history")
                .hasMessageContaining("See its log");
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(fake.accepted).hasSize(4);
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_job_whose_acceptance_was_not_heard_is_asked_for_and_not_sent_again() {
        fake.lostReplies.set(1);
        ComfyJob job = submitted(server(QUICK), 1);

        assertDone(job);
        assertThat(fake.accepted).containsExactly(job.id());
        assertThat(fake.sampled).hasSize(1);
    }

    @Test
    void a_client_that_was_killed_finds_its_running_job_and_its_finished_one() {
        fake.renderMillis = 300;
        ComfyServer killed = server(QUICK);
        submitted(killed, 1);
        submitted(killed, 2);
        ComfyServer successor = server(QUICK);
        ComfyJob first = submitted(successor, 1);
        ComfyJob second = submitted(successor, 2);

        assertDone(first);
        assertThat(second.await().end()).isEqualTo(Outcome.End.SUCCESS);
        assertDone(submitted(server(QUICK), 1));
        assertThat(fake.accepted).hasSize(2);
        assertThat(fake.sampled).hasSize(2);
    }

    @Test
    void a_job_that_failed_in_an_earlier_run_is_tried_anew() {
        fake.faults.add(NODE_FAILS);
        assertThatThrownBy(submitted(server(QUICK), 1)::await).isInstanceOf(ComfyException.class);
        ComfyJob again = submitted(server(QUICK), 1);

        assertDone(again);
        assertThat(again.attempt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, false"})
    void closing_stops_our_jobs_and_nobody_elses(boolean jobs, boolean cancel) {
        fake.jobsApi = jobs;
        fake.cancelApi = cancel;
        fake.renderMillis = 3000;
        ComfyServer server = server(QUICK);
        ComfyJob running = submitted(server, 1);
        ComfyJob queued = submitted(server, 2);
        fake.addForeignJob("theirs");
        FakeComfy.until(() -> fake.isRunning(running.id()));

        server.close();
        server.close();

        assertThat(running.state()).isEqualTo(JobState.CANCELLED);
        assertThat(queued.state()).isEqualTo(JobState.CANCELLED);
        assertThat(fake.knows(queued.id())).isFalse();
        assertThat(fake.knows("theirs")).isTrue();
        FakeComfy.until(() -> fake.isRunning("theirs"));
        assertThat(fake.sampled).isEmpty();
    }

    @Test
    void a_job_of_somebody_else_that_runs_is_not_interrupted() {
        fake.jobsApi = false;
        fake.renderMillis = 1000;
        fake.addForeignJob("theirs");
        FakeComfy.until(() -> fake.isRunning("theirs"));
        ComfyServer server = server(QUICK);
        ComfyJob job = submitted(server, 1);
        server.close();

        assertThat(fake.isRunning("theirs")).isTrue();
        assertThat(fake.requests).contains("POST /api/queue").doesNotContain("POST /api/interrupt");
        assertThat(fake.knows(job.id())).isFalse();
    }

    @Test
    void one_of_two_servers_dies_and_the_other_goes_on() {
        fake.faults.add(DEATH);
        try (FakeComfy second = new FakeComfy();
                ComfyServer other = new ComfyServer(ComfyOptions.of(second.url()), Credentials.none(), QUICK)) {
            other.open();
            ComfyJob lost = submitted(server(times(Duration.ofMillis(300))), 1);
            ComfyJob done = other.job("key 1", TestGraphs.graph("a cat", 1), WORDS);
            done.submit();

            assertThatThrownBy(lost::await).isInstanceOf(RendererLostException.class);
            assertThat(done.await().end()).isEqualTo(Outcome.End.SUCCESS);
            assertThat(second.sampled).hasSize(1);
        }
    }

    @Test
    void no_request_carries_an_origin_and_all_carry_what_the_user_gave() {
        fake.prefix = "/gpu/one";
        fake.wantsAuthorization = "Bearer s3cret-token";
        ComfyOptions options = new ComfyOptions(
                fake.url() + "/",
                Map.of("X-Team", "blue"),
                Map.of("tenant", "seven&8"),
                null,
                null,
                null,
                List.of(),
                null,
                null,
                null,
                null);
        Credentials credentials = Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "s3cret-token"));
        try (ComfyServer server = new ComfyServer(options, credentials, QUICK)) {
            server.open();
            ComfyJob job = job(server, 1);
            job.submit();
            assertThat(job.await().end()).isEqualTo(Outcome.End.SUCCESS);
        }

        assertThat(fake.sockets).isNotEmpty();
        assertThat(fake.headers)
                .isNotEmpty()
                .allSatisfy(h -> assertThat(h)
                        .doesNotContainKey("origin")
                        .containsEntry("x-team", "blue")
                        .containsEntry("authorization", "Bearer s3cret-token"));
        assertThat(fake.queries).allSatisfy(q -> assertThat(q).containsEntry("tenant", "seven&8"));
    }

    @Test
    void a_server_that_echoes_our_secrets_does_not_get_them_into_a_message() {
        fake.status = 418;
        ComfyOptions options = new ComfyOptions(
                fake.url(),
                Map.of("X-Key", "header-secret"),
                Map.of("token", "query-secret"),
                null,
                null,
                null,
                List.of(),
                null,
                null,
                null,
                null);
        Credentials credentials = Credentials.from(Map.of("ASSAY_COMFYUI_BASIC", "me:pass-word"));
        try (ComfyServer server = new ComfyServer(options, credentials, QUICK)) {
            assertThatThrownBy(() -> server.client().systemStats())
                    .hasMessageContaining("status 418")
                    .hasMessageContaining("***")
                    .satisfies(e -> assertThat(stack(e))
                            .doesNotContain("header-secret", "query-secret", "pass-word", "bWU6cGFzcy13b3Jk"));
        }
    }

    /** The words of a failed node and the facts of a server reach the record and the stored pictures. */
    @Test
    void a_failed_job_and_the_facts_of_a_server_say_no_secret() {
        fake.faults.add(NODE_FAILS);
        fake.comfyuiVersion = "0.33.0 multiplied";
        Credentials credentials = Credentials.from(Map.of("ASSAY_COMFYUI_TOKEN", "multiplied"));
        try (ComfyServer server = new ComfyServer(ComfyOptions.of(fake.url()), credentials, QUICK)) {
            ComfyJob job = submitted(server, 1);
            assertThatThrownBy(job::await)
                    .hasMessageContaining("shapes cannot be *** (77x768")
                    .satisfies(e -> assertThat(stack(e)).doesNotContain("multiplied"));
            ServerFacts facts = ServerFacts.of(
                    server.client().systemStats(), server.client().http()::redact);
            assertThat(facts.version()).contains("ComfyUI 0.33.0 ***");
        }
    }

    private static String stack(Throwable trouble) {
        java.io.StringWriter text = new java.io.StringWriter();
        trouble.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
