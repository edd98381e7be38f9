package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.DOWNLOAD;
import static dev.assay.harness.run.SettingKeys.LICENCES;

import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.hub.HubAccess;
import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.hub.WeightsTable;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.SettingsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What settings say of the weights of metrics. */
final class WeightsSettings {
    private WeightsSettings() {}

    /**
     * What jars of others may have is known when they are opened: then {@link SuiteCheck} asks.
     *
     * @throws SettingsException on a role that no metric has
     */
    static void requireRoles(Settings settings) {
        Set<String> given =
                settings.get(SettingKeys.METRICS) == null ? given(settings).keySet() : Set.of();
        List<String> roles = given.isEmpty() ? List.of() : MetricCatalogs.roles();
        for (String role : given) {
            if (!roles.contains(role)) {
                throw new SettingsException(SettingKeys.WEIGHTS.name() + " ("
                        + settings.sources().get(SettingKeys.WEIGHTS.name()) + "): expected one of the roles "
                        + String.join(", ", roles) + ", found " + role + DidYouMean.hint(role, roles));
            }
        }
    }

    /** Jars with metrics of others. */
    static List<Path> jars(Settings settings, Path root) {
        String written = settings.get(SettingKeys.METRICS);
        return written == null
                ? List.of()
                : SettingKey.items(written).stream().map(root::resolve).toList();
    }

    /** Role to reference; empty where nothing was given. */
    static Map<String, String> given(Settings settings) {
        return given(settings.get(SettingKeys.WEIGHTS));
    }

    private static Map<String, String> given(String written) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String part : written == null ? new String[0] : SettingKeys.BETWEEN.split(written, -1)) {
            given.put(
                    part.substring(0, part.indexOf('=')),
                    part.substring(part.indexOf('=') + 1).strip());
        }
        return given;
    }

    /** The suite with the user's weights in place of its own. */
    static Suite over(Suite suite, Settings settings) {
        Map<String, String> models = new LinkedHashMap<>(suite.models());
        models.putAll(given(settings));
        return suite.withModels(models);
    }

    static HubAccess access(Map<String, String> environment) {
        return HubAccess.of(environment, Path.of(System.getProperty("user.home", "")));
    }

    /** Whether a run fetches what is missing. */
    static boolean downloads(Settings settings) {
        return Set.of("on", "true").contains(settings.get(DOWNLOAD));
    }

    static WeightsResolver resolver(
            Settings settings,
            ModelReference references,
            WeightsTable table,
            HubAccess access,
            boolean download,
            Transfer transfer) {
        String licences = settings.get(LICENCES);
        return new WeightsResolver(
                references,
                table,
                access,
                download && downloads(settings),
                licences == null ? Set.of() : Set.copyOf(SettingKey.items(licences)),
                transfer);
    }
}
