package dev.assay.reports.allure;

import dev.assay.reports.pages.ReportLink;
import dev.assay.reports.words.Words;
import java.util.Map;

/**
 * What ran the build.
 *
 * @param type for which Allure has a sign: {@code github}, {@code gitlab}, {@code jenkins}; another word has none
 * @param url of the job; null for none
 */
public record ReportExecutor(String name, String type, String url) {
    public static final ReportExecutor LOCAL = new ReportExecutor("Assay", "assay", null);

    /** From the variables that the services set. */
    public static ReportExecutor of(Map<String, String> environment) {
        if ("true".equals(environment.get("GITHUB_ACTIONS"))) {
            String url = environment.getOrDefault("GITHUB_SERVER_URL", "") + "/"
                    + environment.getOrDefault("GITHUB_REPOSITORY", "") + "/actions/runs/"
                    + environment.getOrDefault("GITHUB_RUN_ID", "");
            return new ReportExecutor("GitHub Actions", "github", web(url));
        }
        if ("true".equals(environment.get("GITLAB_CI"))) {
            return new ReportExecutor("GitLab CI", "gitlab", web(environment.get("CI_JOB_URL")));
        }
        if (environment.containsKey("JENKINS_URL")) {
            return new ReportExecutor("Jenkins", "jenkins", web(environment.get("BUILD_URL")));
        }
        return LOCAL;
    }

    private static String web(String url) {
        if (url == null) {
            return null;
        }
        try {
            String plain = Words.line(url, 500);
            return plain.startsWith("http") ? ReportLink.web("job", plain).url() : null;
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }
}
