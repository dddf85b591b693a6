package io.openhqm.aws.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openhqm.core.Auth;
import io.openhqm.core.config.OpenHqmConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionConfigTest {
  private static final String YAML =
      """
      proxy:
        enabled: true
        endpoints:
          orders:
            url: https://orders.example.com/
            auth_type: bearer
            auth_token: ${ORDERS_TOKEN}
      """;

  private static OpenHqmConfig load(Map<String, String> environment) {
    return FunctionConfig.load(environment, FunctionConfig.NO_SECRETS);
  }

  @Test
  void variablesAloneAreEnough() {
    var config = load(Map.of("OPENHQM_QUEUE__TYPE", "sqs", "OPENHQM_CACHE__TYPE", "dynamodb"));
    assertThat(config.queue().type()).isEqualTo("sqs");
    assertThat(config.cache().type()).isEqualTo("dynamodb");
  }

  @Test
  void theTextOfAFileMayBeInAVariableAndOthersGoOverIt() {
    var config =
        load(
            Map.of(
                "OPENHQM_CONFIG_YAML", YAML,
                "ORDERS_TOKEN", "s3cret",
                "OPENHQM_CACHE__TTL_SECONDS", "60"));
    assertThat(config.proxy().endpoints()).containsKey("orders");
    assertThat(config.cache().ttl()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aFileOfThePackageMayBeNamed(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("config.yaml"), "cache: {ttl_seconds: 7}");
    assertThat(load(Map.of("OPENHQM_CONFIG", file.toString())).cache().ttl())
        .isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void anEmptyTextIsNone() {
    assertThat(load(Map.of("OPENHQM_CONFIG_YAML", "")).queue().type()).isEqualTo("embedded");
  }

  @Test
  void whoHoldsNoSecretsIsToldTheirNames() {
    var config =
        load(Map.of("OPENHQM_CONFIG_YAML", YAML, "OPENHQM_SECRET_NAMES", "OTHER, ORDERS_TOKEN"));
    assertThat(config.proxy().endpoints()).containsKey("orders");
  }

  @Test
  void aSecretFillsInWhatNoVariableHolds() {
    var config =
        FunctionConfig.load(
            Map.of("OPENHQM_CONFIG_YAML", YAML, "OPENHQM_SECRETS_ARN", "arn:of:secret"),
            arn -> {
              assertThat(arn).isEqualTo("arn:of:secret");
              return Map.of("ORDERS_TOKEN", "s3cret");
            });
    var auth = (Auth.Bearer) config.proxy().endpoints().get("orders").auth();
    assertThat(auth.token().reveal()).isEqualTo("s3cret");
  }

  @Test
  void aSecretIsStrongerThanThePlaceholderOfItsName() {
    var environment = new HashMap<String, String>();
    environment.put("OPENHQM_CONFIG_YAML", YAML);
    environment.put("OPENHQM_SECRETS_ARN", "arn");
    environment.put("OPENHQM_SECRET_NAMES", "ORDERS_TOKEN");
    var config = FunctionConfig.load(environment, arn -> Map.of("ORDERS_TOKEN", "s3cret"));
    var auth = (Auth.Bearer) config.proxy().endpoints().get("orders").auth();
    assertThat(auth.token().reveal()).isEqualTo("s3cret");
  }

  @Test
  void regionsAreTheFunctionsOwnUnlessTheyAreGiven() {
    var config =
        load(Map.of("AWS_REGION", "eu-central-1", "OPENHQM_BLOBS__S3_REGION", "eu-west-1"));
    assertThat(config.queue().connection().get("sqs_region").reveal()).isEqualTo("eu-central-1");
    assertThat(config.cache().dynamodbRegion()).isEqualTo("eu-central-1");
    assertThat(config.blobs().s3Region()).isEqualTo("eu-west-1");
  }

  @Test
  void waitingIsShortUnlessItIsSet() {
    assertThat(load(Map.of()).server().maxWait()).isEqualTo(Duration.ofSeconds(5));
    assertThat(load(Map.of("OPENHQM_SERVER__MAX_WAIT_SECONDS", "20")).server().maxWait())
        .isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void whatIsMeantForFunctionsIsNoUnknownSetting() {
    var config = load(Map.of("OPENHQM_GIVEN_UP_QUEUE_URL", "https://sqs/1/given-up"));
    assertThat(config.queue().type()).isEqualTo("embedded");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    assertThatThrownBy(
            () ->
                load(
                    Map.of(
                        "OPENHQM_CONFIG_YAML", "quue: {}\ncache: {ttl_seconds: soon}",
                        "OPENHQM_WORKER__COUNT", "none")))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            faults ->
                assertThat(faults.problems())
                    .hasSize(3)
                    .anySatisfy(line -> assertThat(line).contains("OPENHQM_CONFIG_YAML:1"))
                    .anySatisfy(line -> assertThat(line).contains("OPENHQM_CONFIG_YAML:2"))
                    .anySatisfy(line -> assertThat(line).contains("OPENHQM_WORKER__COUNT")));
  }
}
