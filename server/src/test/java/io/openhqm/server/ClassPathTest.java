package io.openhqm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is needed to run, to the last jar: each costs time at a cold start, and somebody's care. */
class ClassPathTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ARTIFACT = Pattern.compile("([^ :]+:[^ :]+):jar:");
  private static final String FUNCTION =
      """
      io.openhqm:openhqm-core
      org.jspecify:jspecify
      org.snakeyaml:snakeyaml-engine
      tools.jackson.core:jackson-core
      """;

  /** Besides what its engines on AWS need, which is listed with the functions there. */
  private static final String SERVER =
      """
      com.fasterxml.jackson.core:jackson-annotations
      com.fasterxml.jackson.core:jackson-core
      com.fasterxml.jackson.core:jackson-databind
      com.jayway.jsonpath:json-path
      info.picocli:picocli
      io.helidon.builder:helidon-builder-api
      io.helidon.common.concurrency:helidon-common-concurrency-limits
      io.helidon.common.features:helidon-common-features
      io.helidon.common.features:helidon-common-features-api
      io.helidon.common.features:helidon-common-features-metadata
      io.helidon.common:helidon-common
      io.helidon.common:helidon-common-buffers
      io.helidon.common:helidon-common-config
      io.helidon.common:helidon-common-configurable
      io.helidon.common:helidon-common-context
      io.helidon.common:helidon-common-key-util
      io.helidon.common:helidon-common-mapper
      io.helidon.common:helidon-common-media-type
      io.helidon.common:helidon-common-parameters
      io.helidon.common:helidon-common-resumable
      io.helidon.common:helidon-common-security
      io.helidon.common:helidon-common-socket
      io.helidon.common:helidon-common-task
      io.helidon.common:helidon-common-tls
      io.helidon.common:helidon-common-types
      io.helidon.common:helidon-common-uri
      io.helidon.config:helidon-config
      io.helidon.http.encoding:helidon-http-encoding
      io.helidon.http.media:helidon-http-media
      io.helidon.http:helidon-http
      io.helidon.http:helidon-http-http1
      io.helidon.http:helidon-http-http2
      io.helidon.logging:helidon-logging-common
      io.helidon.metadata:helidon-metadata
      io.helidon.metadata:helidon-metadata-hson
      io.helidon.metrics:helidon-metrics-api
      io.helidon.service:helidon-service-metadata
      io.helidon.service:helidon-service-registry
      io.helidon.webserver:helidon-webserver
      io.helidon.webserver:helidon-webserver-http2
      io.helidon:helidon
      io.micrometer:micrometer-commons
      io.micrometer:micrometer-core
      io.micrometer:micrometer-observation
      io.micrometer:micrometer-registry-prometheus
      io.openhqm:openhqm-aws-dynamodb
      io.openhqm:openhqm-aws-s3
      io.openhqm:openhqm-aws-sqs
      io.openhqm:openhqm-embedded
      io.openhqm:openhqm-memory
      io.openhqm:openhqm-status
      io.openhqm:openhqm-submit
      io.openhqm:openhqm-transforms
      io.openhqm:openhqm-worker
      io.prometheus:prometheus-metrics-config
      io.prometheus:prometheus-metrics-core
      io.prometheus:prometheus-metrics-exposition-textformats
      io.prometheus:prometheus-metrics-model
      io.prometheus:prometheus-metrics-tracer-common
      net.thisptr:jackson-jq
      org.apache.httpcomponents.client5:httpclient5
      org.apache.httpcomponents.core5:httpcore5
      org.apache.httpcomponents.core5:httpcore5-h2
      org.hdrhistogram:HdrHistogram
      org.jruby.jcodings:jcodings
      org.jruby.joni:joni
      org.slf4j:slf4j-jdk14
      org.xerial:sqlite-jdbc
      """;

  /** Written by the build in each module. */
  private static String artifactsOf(String module) throws IOException {
    var list = ROOT.resolve(module).resolve("target/runtime-class-path");
    assertThat(list).as("build the modules together: mvn -pl server -am").exists();
    return ARTIFACT
        .matcher(Files.readString(list))
        .results()
        .map((MatchResult found) -> found.group(1))
        .sorted()
        .reduce("", (all, one) -> all + one + "\n");
  }

  private static void assertOnly(String module, String expected) throws IOException {
    assertThat(artifactsOf(module))
        .as(
            "what %s needs to run has changed: if it must, say why in docs/dependencies.md and list it here",
            module)
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions/submit", "functions/status", "functions/worker"})
  void aFunctionNeedsNothingButTheCore(String module) throws IOException {
    assertOnly(module, FUNCTION);
  }

  @Test
  void theServerNeedsWhatIsListedAndWhatItsEnginesOnAwsNeed() throws IOException {
    var expected = new TreeSet<>(SERVER.lines().toList());
    for (String engine : List.of("sqs", "dynamodb", "s3")) {
      expected.addAll(artifactsOf("clouds/aws/" + engine).lines().toList());
    }
    assertOnly("server", String.join("\n", expected) + "\n");
  }

  @Test
  void everyLibraryIsAccountedFor() throws IOException {
    var page = Files.readString(ROOT.resolve("docs/dependencies.md"));
    for (String artifact : SERVER.lines().toList()) {
      String group = artifact.substring(0, artifact.indexOf(':'));
      if (!group.equals("io.openhqm")) {
        // Helidon's many groups are one library.
        assertThat(page).contains(group.startsWith("io.helidon") ? "io.helidon" : group);
      }
    }
  }
}
