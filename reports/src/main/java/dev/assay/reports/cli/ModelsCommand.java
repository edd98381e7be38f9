package dev.assay.reports.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.hub.FoundWeights;
import dev.assay.harness.model.hub.HubAccess;
import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.model.hub.WeightsState;
import dev.assay.harness.run.Home;
import dev.assay.harness.run.MetricWeights;
import dev.assay.harness.run.MetricWeights.Need;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay models}: the weights that metrics need, have and lack; fetches them where asked. */
@Command(
        name = "models",
        exitCodeOnInvalidInput = AssayMain.USAGE,
        mixinStandardHelpOptions = true,
        description = {
            "Says which networks the metrics of a suite need, which of their files are here, and what would be"
                    + " downloaded.",
            "",
            "Settings count as in a run: assay.yaml, ASSAY_WEIGHTS, -Dassay.weights=ROLE=REFERENCE before -jar."
                    + " Nothing is downloaded without --download."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every network has its files",
            "1:files are missing, or could not be downloaded",
            "64:the command line is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay models --suite everyday",
            "  assay models --suite my-suite.yaml --download",
            "  assay models --download clip=hf:openai/clip-vit-large-patch14",
        })
public final class ModelsCommand implements Callable<Integer> {
    static final int READY = 0;
    static final int LACKING = 1;

    private static final int WIDTH = 100; // columns of a line of text

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--suite",
            paramLabel = "NAME|FILE",
            description = "The suite; if absent that of the settings, else every metric with the weights we know.")
    private String suite;

    @Option(
            names = "--download",
            arity = "0..*",
            fallbackValue = "",
            paramLabel = "ROLE[=REFERENCE]",
            description =
                    "Fetches what is missing of these roles, or of all that the suite names, from the Hugging Face"
                            + " hub.")
    private List<String> download;

    @Option(names = "--json", description = "Prints an object instead of text.")
    private boolean json;

    private Map<String, String> environment = System.getenv();
    private Map<String, String> properties = assayProperties();

    /** With settings of its own, for tests. */
    static ModelsCommand with(Map<String, String> environment, Map<String, String> properties) {
        ModelsCommand command = new ModelsCommand();
        command.environment = environment;
        command.properties = properties;
        return command;
    }

    private static Map<String, String> assayProperties() {
        Map<String, String> given = new TreeMap<>();
        for (String key : System.getProperties().stringPropertyNames()) {
            if (key.startsWith("assay.")) {
                given.put(key, System.getProperty(key));
            }
        }
        Home.find(given, ModelsCommand.class)
                .ifPresent(home ->
                        given.putIfAbsent("assay.microcosm", home.microcosm().toString()));
        return given;
    }

    @Override
    public Integer call() {
        boolean terminal = CommandLine.Help.Ansi.AUTO.enabled();
        HashProgress progress =
                new HashProgress("downloading", spec.commandLine().getErr(), terminal);
        MetricWeights weights;
        try {
            weights = read(progress);
        } catch (RuntimeException | Error e) {
            spec.commandLine().getErr().println(Words.block(Trouble.words(e)));
            return AssayMain.USAGE;
        }
        if (download != null) {
            boolean all = true;
            List<WeightsState> wanted = wanted(weights);
            announce(wanted);
            for (WeightsState state : wanted) {
                all &= fetch(weights, state);
            }
            if (!all) {
                return LACKING;
            }
            weights = read(progress);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(weights));
        } else {
            lines(weights, new Paint(terminal), cache()).forEach(out::println);
        }
        boolean named = download != null && download.stream().anyMatch(d -> d.contains("="));
        return named || weights.needs().stream().allMatch(n -> n.state().isReady()) ? READY : LACKING;
    }

    /** Where downloads go. */
    private Path cache() {
        return HubAccess.of(environment, Path.of(System.getProperty("user.home")))
                .cache();
    }

    private MetricWeights read(HashProgress progress) {
        return MetricWeights.read(
                suite, environment, properties, (file, done, of) -> progress.read(Path.of(file), done, of));
    }

    /** What {@code --download} names; without a name all that is missing and named by the suite or the settings. */
    private List<WeightsState> wanted(MetricWeights weights) {
        List<String> named = download.stream().filter(d -> !d.isEmpty()).toList();
        if (named.isEmpty()) {
            List<WeightsState> states = weights.needs().stream()
                    .filter(n -> !n.suggested())
                    .map(Need::state)
                    .toList();
            if (states.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Which ones? Name a suite that has models:, or roles:  --download ROLE[=REFERENCE]");
            }
            return states;
        }
        List<WeightsState> states = new ArrayList<>();
        for (String item : named) {
            int equals = item.indexOf('=');
            String role = equals < 0 ? item : item.substring(0, equals);
            if (!weights.roles().contains(role)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--download: no role " + Words.line(role, 60) + "; there are "
                                + String.join(", ", weights.roles())
                                + DidYouMean.hint(role, weights.roles()));
            }
            states.add(
                    equals >= 0
                            ? weights.look(role, item.substring(equals + 1))
                            : weights.needs().stream()
                                    .filter(n -> n.role().equals(role))
                                    .map(Need::state)
                                    .findFirst()
                                    .orElseThrow(() -> new ParameterException(
                                            spec.commandLine(),
                                            "--download: which weights for " + role + "? none of these metrics uses it;"
                                                    + " give --download " + role + "=REFERENCE")));
        }
        return states;
    }

    /** Before the first byte, where there are several: how much in all, and under which licences. */
    private void announce(List<WeightsState> wanted) {
        List<WeightsState> missing = wanted.stream()
                .filter(s -> s.fetchable() && !s.isReady() && !s.refused())
                .toList();
        if (missing.size() > 1) {
            spec.commandLine().getErr().println("to download: " + amount(missing));
        }
    }

    /** {@code 8 networks, about 1.8 GB and 1 of unknown size, licences Apache-2.0, MIT}; files that two of them share are counted once. */
    private static String amount(List<WeightsState> states) {
        long bytes = states.stream()
                .flatMap(s -> s.known().stream().flatMap(k -> k.files().stream()))
                .distinct()
                .mapToLong(KnownWeights.File::bytes)
                .sum();
        long unknown = states.stream().filter(s -> size(s) == 0).count();
        return Numbers.counted(states.size(), "network", "networks")
                + (bytes == 0 ? "" : ", about " + Numbers.bytes(bytes))
                + (unknown == 0 ? "" : (bytes == 0 ? ", " : " and ") + unknown + " of unknown size") + ", licences "
                + states.stream().map(WeightsState::licence).distinct().collect(Collectors.joining(", "));
    }

    private boolean fetch(MetricWeights weights, WeightsState state) {
        PrintWriter err = spec.commandLine().getErr();
        String what = state.role() + " " + Words.line(state.reference(), 120);
        try {
            OptionalLong size = state.refused() ? OptionalLong.empty() : weights.sizeOf(state);
            size.ifPresent(bytes ->
                    err.println("downloading " + what + ": " + Numbers.bytes(bytes) + ", licence " + state.licence()));
            FoundWeights found = weights.fetch(state);
            if (size.isPresent()) {
                err.println("  to " + Words.line(found.path().toString(), 300));
            }
            return true;
        } catch (RuntimeException | Error trouble) {
            err.println(Words.block(Trouble.words(trouble)));
            return false;
        }
    }

    private static List<String> lines(MetricWeights weights, Paint paint, Path cache) {
        List<String> lines = new ArrayList<>();
        lines.add(
                weights.suite() == null
                        ? "every metric, with weights that we know of for it"
                        : "suite " + Words.line(weights.suite(), 80));
        if (!weights.without().isEmpty()) {
            wrap("no weights needed: " + String.join(", ", weights.without()), 0)
                    .forEach(lines::add);
        }
        for (Need need : weights.needs()) {
            WeightsState state = need.state();
            lines.add("");
            String verdict = state.isReady()
                    ? paint.green("ready")
                    : state.refused() ? paint.yellow("opt-in") : paint.red("missing");
            lines.add(paint.bold(need.role()) + "  " + verdict + "  for " + String.join(", ", need.metrics()));
            row(lines, "needs", need.needs());
            if (!state.reference().isEmpty()) {
                row(lines, need.suggested() ? "try" : "named", state.reference());
            }
            state.found().ifPresent(f -> row(lines, "has", f.path() + " (" + Numbers.bytes(bytes(f)) + ")"));
            if (!state.missing().isEmpty()) {
                row(lines, "lacks", String.join(", ", state.missing()));
            }
            row(lines, "licence", state.licence() + (isOptIn(state) ? ", only where assay.licences names it" : ""));
            if (state.fetchable() && !state.isReady() && !state.refused()) {
                row(
                        lines,
                        "download",
                        known(state) + ":  assay models"
                                + (weights.suite() == null ? "" : " --suite " + weights.suite()) + " --download "
                                + need.role());
            } else if (!state.isReady()) {
                row(lines, "problem", state.problem());
            }
        }
        long lacking =
                weights.needs().stream().filter(n -> !n.state().isReady()).count();
        lines.add("");
        lines.add(
                weights.needs().isEmpty()
                        ? "nothing to fetch"
                        : lacking == 0
                                ? "all " + weights.needs().size() + " networks have their files"
                                : lacking + " of " + weights.needs().size()
                                        + " networks lack files; criteria that need them are UNAVAILABLE");
        fetchAll(lines, weights, cache);
        return lines;
    }

    /** All that a download can bring: how much, where to, and the one command for it. */
    private static void fetchAll(List<String> lines, MetricWeights weights, Path cache) {
        List<Need> fetchable = weights.needs().stream()
                .filter(n -> n.state().fetchable()
                        && !n.state().isReady()
                        && !n.state().refused())
                .toList();
        if (fetchable.isEmpty()) {
            return;
        }
        lines.add("to fetch: " + amount(fetchable.stream().map(Need::state).toList()) + ", into "
                + Words.line(cache.toString(), 300));
        boolean named = fetchable.stream().noneMatch(Need::suggested);
        lines.add("  assay models" + (weights.suite() == null ? "" : " --suite " + weights.suite()) + " --download"
                + (named ? "" : fetchable.stream().map(n -> " " + n.role()).collect(Collectors.joining())));
    }

    private static boolean isOptIn(WeightsState state) {
        return state.known().map(KnownWeights::optIn).orElse(false);
    }

    private static String known(WeightsState state) {
        long bytes = size(state);
        return bytes == 0 ? "size not known before the hub is asked" : "about " + Numbers.bytes(bytes);
    }

    /** 0 where nobody knows before the hub is asked. */
    private static long size(WeightsState state) {
        return state.known().stream()
                .flatMap(k -> k.files().stream())
                .mapToLong(KnownWeights.File::bytes)
                .sum();
    }

    private static long bytes(FoundWeights found) {
        return found.files().stream().mapToLong(f -> f.toFile().length()).sum();
    }

    private static void row(List<String> lines, String name, String value) {
        List<String> wrapped = wrap(Words.line(value, 2_000), 12);
        lines.add(String.format("  %-9s ", name) + wrapped.get(0));
        wrapped.subList(1, wrapped.size()).forEach(l -> lines.add(" ".repeat(12) + l));
    }

    /** At blanks, where there are any. */
    private static List<String> wrap(String text, int indent) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > WIDTH - indent) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String json(MetricWeights weights) {
        ObjectNode top = Json.LENIENT.createObjectNode();
        top.put("suite", weights.suite());
        ArrayNode without = top.putArray("withoutWeights");
        weights.without().forEach(without::add);
        ArrayNode roles = top.putArray("roles");
        for (Need need : weights.needs()) {
            WeightsState state = need.state();
            ObjectNode role = roles.addObject();
            role.put("role", need.role());
            ArrayNode metrics = role.putArray("metrics");
            need.metrics().forEach(metrics::add);
            role.put("needs", need.needs());
            role.put("reference", state.reference());
            role.put("suggested", need.suggested());
            role.put("ready", state.isReady());
            role.put("licence", state.licence());
            role.put("optIn", isOptIn(state));
            state.found().ifPresent(f -> {
                role.put("path", f.path().toString());
                role.put("bytes", bytes(f));
            });
            ArrayNode missing = role.putArray("missing");
            state.missing().forEach(missing::add);
            role.put("downloadable", state.fetchable() && !state.refused());
            if (!state.isReady()) {
                role.put("problem", state.problem());
            }
        }
        try {
            return Json.LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(top);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
