package io.openhqm.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.core.EngineProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class DynamoDbEngineProviderTest {
  @Test
  void engineIsFoundByItsNameInConfiguration() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .extracting(EngineProvider::name)
        .containsExactly("dynamodb");
  }

  @Test
  void noOtherHttpClientThanTheJdksIsOnAFunctionsPath() throws IOException {
    var jars = Files.readString(Path.of("target/runtime-class-path"));

    assertThat(jars)
        .contains("url-connection-client")
        .doesNotContain("netty", "httpclient", "apache-client", "apache5-client", "crt");
  }
}
