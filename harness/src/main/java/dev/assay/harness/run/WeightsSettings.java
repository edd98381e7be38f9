package dev.assay.harness.run;

import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.Nearest;
import dev.assay.harness.model.hub.HubAccess;
import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.score.Role;
import dev.assay.harness.score.Roles;
import dev.assay.harness.suite.Suite;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What settings say of the weights of metrics. */
final class WeightsSettings {
    static final SettingKey KEY = new SettingKey("assay.weights", null, WeightsSettings::wrong);

    /** A comma before the next role; references may have others. */
    private static final Pattern BETWEEN = Pattern.compile("\\s*,\\s*(?=[a-z][a-z0-9-]*=)");

    private WeightsSettings() {}

    private static Optional<String> wrong(String written) {
        List<String> roles = Roles.ALL.stream().map(Role::name).toList();
        Set<String> seen = new HashSet<>();
        for (String part : BETWEEN.split(written, -1)) {
            int equals = part.indexOf('=');
            if (equals < 1 || part.substring(equals + 1).isBlank()) {
                return Optional.of("expected ROLE=REFERENCE[,ROLE=REFERENCE...], found " + part);
            }
            String role = part.substring(0, equals);
            if (!roles.contains(role)) {
                return Optional.of("expected one of the roles " + String.join(", ", roles) + ", found " + role
                        + Nearest.hint(role, roles));
            }
            if (!seen.add(role)) {
                return Optional.of(role + " is given twice");
            }
        }
        return Optional.empty();
    }

    /** Role to reference; empty where nothing was given. */
    static Map<String, String> given(Settings settings) {
        Map<String, String> given = new LinkedHashMap<>();
        String written = settings.get(KEY.name());
        if (written != null) {
            for (String part : BETWEEN.split(written, -1)) {
                given.put(
                        part.substring(0, part.indexOf('=')),
                        part.substring(part.indexOf('=') + 1).strip());
            }
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

    static WeightsResolver resolver(
            Settings settings, ModelReference references, HubAccess access, boolean download, Transfer transfer) {
        String licences = settings.get("assay.licences");
        return new WeightsResolver(
                references,
                access,
                download && Set.of("on", "true").contains(settings.get("assay.download")),
                licences == null
                        ? Set.of()
                        : Stream.of(licences.split(","))
                                .map(String::strip)
                                .filter(l -> !l.isEmpty())
                                .collect(Collectors.toSet()),
                transfer);
    }
}
