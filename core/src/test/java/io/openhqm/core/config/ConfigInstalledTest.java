package io.openhqm.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of what is loaded are checked by whoever can know them. */
class ConfigInstalledTest {
  private static final Installed INSTALLED =
      new Installed() {
        @Override
        public Set<String> engines() {
          return Set.of("embedded", "memory");
        }

        @Override
        public Set<String> engineClasses() {
          return Set.of("com.example.MyEngineProvider");
        }

        @Override
        public Set<String> processors(List<Path> jars) {
          if (jars.stream().anyMatch(jar -> jar.endsWith("broken.jar"))) {
            throw new IllegalArgumentException("a processor cannot be loaded: it is broken");
          }
          return jars.isEmpty() ? Set.of("invoices") : Set.of("invoices", "thumbnails");
        }
      };

  @TempDir private Path folder;

  private ConfigResult read(String yaml, Map<String, String> environment) {
    return ConfigLoader.loadText(yaml, "config.yaml", folder, environment, INSTALLED);
  }

  private List<String> faults(String yaml) {
    return faults(yaml, Map.of());
  }

  private List<String> faults(String yaml, Map<String, String> environment) {
    return switch (read(yaml, environment)) {
      case ConfigResult.Loaded loaded -> List.of();
      case ConfigResult.Invalid invalid ->
          invalid.problems().stream().map(ConfigProblem::toLine).toList();
    };
  }

  @Test
  void enginesThatAreThereAreTaken() {
    assertThat(faults("")).isEmpty();
    assertThat(faults("queue: {type: memory}\ncache: {type: Memory}\nblobs: {type: embedded}"))
        .isEmpty();
    assertThat(faults("queue: {type: custom, custom_class: com.example.MyEngineProvider}"))
        .isEmpty();
    assertThat(faults("queue: {type: custom, custom_module: memory}")).isEmpty();
  }

  @Test
  void anEngineThatIsNotThereIsToldWithTheNearestOne() {
    assertThat(
            faults(
                """
                queue: {type: embeded}
                cache:
                  type: redis
                blobs: {type: s3}
                """))
        .containsExactly(
            "config.yaml:1:15: queue.type: there is no engine 'embeded' on the class path; did you"
                + " mean 'embedded'?; there are: embedded, memory",
            "config.yaml:3:9: cache.type: there is no engine 'redis' on the class path; there are:"
                + " embedded, memory",
            "config.yaml:4:15: blobs.type: there is no engine 's3' on the class path; there are:"
                + " embedded, memory");
    assertThat(faults("queue: {type: custom, custom_module: memroy}"))
        .containsExactly(
            "config.yaml:1:15: queue.type: there is no engine 'memroy' on the class path; did you"
                + " mean 'memory'?; there are: embedded, memory");
    assertThat(faults("", Map.of("OPENHQM_QUEUE_TYPE", "s3cr")))
        .containsExactly(
            "OPENHQM_QUEUE_TYPE: queue.type: there is no engine a value that is not shown on the"
                + " class path; there are: embedded, memory");
  }

  @Test
  void aProcessorThatIsNotThereIsToldWithTheNearestOne() throws IOException {
    Files.createFile(folder.resolve("mine.jar"));
    Files.createFile(folder.resolve("broken.jar"));
    assertThat(faults("processor: {name: echo}")).isEmpty();
    assertThat(faults("processor: {name: invoices, config: {a: b}}")).isEmpty();
    assertThat(faults("processor: {name: thumbnails, jar: mine.jar}")).isEmpty();
    assertThat(faults("processor: {name: thumbnial, jar: mine.jar}"))
        .containsExactly(
            "config.yaml:1:19: processor.name: there is no processor 'thumbnial'; did you mean"
                + " 'thumbnails'?; there are: echo, invoices, thumbnails");
    assertThat(faults("processor: {name: thumbnails, jar: [mine.jar, broken.jar]}"))
        .containsExactly(
            "config.yaml:1:36: processor.jar: a processor cannot be loaded: it is broken");
    assertThat(faults("processor: {name: thumbnails, jar: gone.jar}"))
        .containsExactly("config.yaml:1:36: processor.jar: there is no such file: 'gone.jar'");
  }

  @Test
  void whatWouldBeIgnoredInSilenceIsAFault() throws IOException {
    Files.createFile(folder.resolve("mine.jar"));
    assertThat(faults("processor: {jar: mine.jar}"))
        .containsExactly(
            "config.yaml:1:18: processor.jar: has no effect without processor.name; there are: echo,"
                + " invoices, thumbnails");
    assertThat(faults("processor: {config: {a: b}}"))
        .containsExactly(
            "config.yaml:1:21: processor.config: has no effect without processor.name; there are:"
                + " echo, invoices");
    String proxy = "proxy: {enabled: true, default_endpoint: 'http://a'}\n";
    assertThat(faults(proxy + "processor: {name: invoices}"))
        .containsExactly(
            "config.yaml:2:19: processor.name: has no effect while proxy.enabled is true: the proxy"
                + " does the work; take one of them out");
    assertThat(faults(proxy + "processor: {jar: mine.jar}"))
        .singleElement()
        .asString()
        .contains("config.yaml:2:18: processor.jar: has no effect while proxy.enabled is true");
    assertThat(faults(proxy + "processor: {name: '', jar: [], config: {}}")).isEmpty();
  }

  @Test
  void aTransformationThatIsNotThereIsToldWithTheNearestOne() {
    String yaml =
        """
        proxy: {enabled: true, endpoints: {a: {url: http://a}}}
        routing:
          enabled: true
          config_dict:
            routes: [{endpoint: a, transform_type: tmplate, transform: '{}'}]
        """;
    assertThat(faults(yaml))
        .containsExactly(
            "config.yaml:5:44: routing.config.routes[0].transform_type: there is no transformation"
                + " 'tmplate' on the class path; did you mean 'template'?; there are: passthrough,"
                + " template");
    assertThat(ConfigLoader.loadText(yaml, "c", folder, Map.of()))
        .as("a process that uses a part only may lack what it does not use")
        .isInstanceOf(ConfigResult.Loaded.class);
  }

  @ParameterizedTest
  @CsvSource({"TRACE", "CONNECT", "'PU T'", "'ü'", "trace"})
  void methodsThatCannotBeForwardedAreFaults(String method) {
    String yaml =
        """
        proxy: {enabled: true, endpoints: {a: {url: http://a, method: "METHOD"}}}
        routing:
          enabled: true
          config_dict: {routes: [{endpoint: a, method: "METHOD"}]}
        """;
    assertThat(faults(yaml.replace("METHOD", method)))
        .containsExactly(
            "config.yaml:1:63: proxy.endpoints.a.method: expected an HTTP method such as POST, and"
                + " neither CONNECT nor TRACE",
            "config.yaml:4:48: routing.config.routes[0].method: expected an HTTP method such as POST,"
                + " and neither CONNECT nor TRACE");
    assertThat(faults(yaml.replace("METHOD", "purge"))).isEmpty();
  }

  @Test
  void partitioningPathsThatLeadNowhereAreFaults() {
    assertThat(
            faults(
                "partitioning: {session_key_field: metdata.session, partition_key_field: customer}"))
        .containsExactly(
            "config.yaml:1:35: partitioning.session_key_field: expected a path such as"
                + " correlation_id, payload.a.b, headers.name or metadata.type but found"
                + " 'metdata.session'; did you mean 'metadata'?",
            "config.yaml:1:73: partitioning.partition_key_field: expected a path such as"
                + " correlation_id, payload.a.b, headers.name or metadata.type but found"
                + " 'customer'");
  }
}
