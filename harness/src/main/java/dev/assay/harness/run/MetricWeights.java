package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.MODELS;
import static dev.assay.harness.run.SettingKeys.SUITE;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.hub.FoundWeights;
import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.hub.WeightsState;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What weights the metrics of a suite, or all metrics, need, have and lack; nothing is rendered. */
public final class MetricWeights {
    private final String suite;
    private final List<String> without;
    private final List<Need> needs;
    private final List<String> roles;
    private final WeightsResolver resolver;

    /**
     * A network.
     *
     * @param needs what file or folder it is, for people
     * @param metrics that use it
     * @param suggested whether the reference comes from the table of known weights, since nobody named one
     */
    public record Need(String role, String needs, List<String> metrics, boolean suggested, WeightsState state) {
        public Need {
            metrics = List.copyOf(metrics);
        }
    }

    private MetricWeights(
            String suite, List<String> without, List<Need> needs, List<String> roles, WeightsResolver resolver) {
        this.suite = suite;
        this.without = List.copyOf(without);
        this.needs = List.copyOf(needs);
        this.roles = List.copyOf(roles);
        this.resolver = resolver;
    }

    /**
     * Reads settings as a run does.
     *
     * @param wanted suite; null for that of the settings, and for every metric where they name none
     * @param properties {@code assay.*}
     * @throws SettingsException and others on settings or a suite that cannot be read
     */
    public static MetricWeights read(
            String wanted, Map<String, String> environment, Map<String, String> properties, Transfer transfer) {
        Workspace workspace = Workspace.of(properties);
        Path root = workspace.root();
        Settings settings = Settings.read(root, environment, properties);
        MetricCatalog catalog = MetricCatalogs.with(WeightsSettings.jars(settings, root), new FileHashes());
        ModelReference references = new ModelReference(
                root,
                Map.of("microcosm", workspace.microcosm()),
                Optional.ofNullable(settings.get(MODELS)).map(root::resolve),
                false);
        WeightsResolver resolver = WeightsSettings.resolver(
                settings, references, catalog.weights(), WeightsSettings.access(environment), false, transfer);
        String name = wanted == null ? settings.get(SUITE) : wanted;
        Map<String, String> named = new LinkedHashMap<>();
        List<String> metrics = new ArrayList<>();
        if (name == null) {
            catalog.infos().stream().map(MetricInfo::name).forEach(metrics::add);
            named.putAll(WeightsSettings.given(settings));
        } else {
            Suite suite = Session.suite(name, root, name).suite();
            SuiteCheck.require(name, suite, catalog);
            suite.criteria().stream().map(Criterion::metric).distinct().forEach(metrics::add);
            named.putAll(WeightsSettings.over(suite, settings).models());
        }
        return of(name, catalog, metrics, named, resolver);
    }

    private static MetricWeights of(
            String suite,
            MetricCatalog catalog,
            List<String> metrics,
            Map<String, String> named,
            WeightsResolver resolver) {
        Map<ModelRole<?>, List<String>> users = new LinkedHashMap<>();
        List<String> without = new ArrayList<>();
        for (String metric : metrics) {
            List<ModelRole<?>> roles = catalog.needs(metric);
            roles.forEach(
                    r -> users.computeIfAbsent(r, key -> new ArrayList<>()).add(metric));
            if (roles.isEmpty()) {
                without.add(metric);
            }
        }
        users.remove(ModelRoles.JUDGE); // a server, which has weights of its own
        List<Need> needs = new ArrayList<>();
        users.forEach((role, by) -> {
            String reference = named.get(role.name());
            Optional<KnownWeights> known = role.weights().suggestions().stream().findFirst();
            WeightsState state = reference != null
                    ? resolver.look(role.name(), reference)
                    : known.map(k -> resolver.look(role.name(), k.reference())).orElseGet(() -> unnamed(role));
            needs.add(new Need(role.name(), role.needs(), by, reference == null, state));
        });
        return new MetricWeights(
                suite,
                without,
                needs,
                catalog.roles().stream().map(ModelRole::name).toList(),
                resolver);
    }

    private static WeightsState unnamed(ModelRole<?> role) {
        return new WeightsState(
                role.name(),
                "",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                false,
                "nobody names any: add  " + role.name() + ": PATH  to the suite's models:, or set -Dassay.weights="
                        + role.name() + "=PATH");
    }

    /** The suite's name or file; null for every metric. */
    public String suite() {
        return suite;
    }

    /** Metrics that need no weights. */
    public List<String> without() {
        return without;
    }

    public List<Need> needs() {
        return needs;
    }

    /** Bytes that a download would bring; asks the hub. */
    public OptionalLong sizeOf(WeightsState state) {
        return resolver.sizeOf(state);
    }

    /** Weights that nobody needs yet. */
    public WeightsState look(String role, String reference) {
        return resolver.look(role, reference);
    }

    /** Downloads what is missing, or says why not by a {@code ModelFileException}. */
    public FoundWeights fetch(WeightsState state) {
        return resolver.fetch(state.role(), state.reference());
    }

    /** Names of all roles. */
    public List<String> roles() {
        return roles;
    }
}
