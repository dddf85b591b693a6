package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is in the zip of each function, to the last jar: each costs time at a cold start, and
 * somebody's care.
 */
class PackagesTest {
  private static final Path AWS = Path.of("..");
  private static final Pattern ARTIFACT = Pattern.compile("([^ :]+:[^ :]+):jar:");
  private static final String SHARED =
      """
      com.amazonaws:aws-lambda-java-core
      io.openhqm:openhqm-aws-dynamodb
      io.openhqm:openhqm-aws-lambda
      io.openhqm:openhqm-aws-s3
      io.openhqm:openhqm-core
      org.crac:crac
      org.jspecify:jspecify
      org.reactivestreams:reactive-streams
      org.slf4j:slf4j-api
      org.slf4j:slf4j-nop
      org.snakeyaml:snakeyaml-engine
      software.amazon.awssdk:annotations
      software.amazon.awssdk:arns
      software.amazon.awssdk:auth
      software.amazon.awssdk:aws-core
      software.amazon.awssdk:aws-json-protocol
      software.amazon.awssdk:aws-query-protocol
      software.amazon.awssdk:aws-xml-protocol
      software.amazon.awssdk:checksums
      software.amazon.awssdk:checksums-spi
      software.amazon.awssdk:crt-core
      software.amazon.awssdk:dynamodb
      software.amazon.awssdk:endpoints-spi
      software.amazon.awssdk:http-auth
      software.amazon.awssdk:http-auth-aws
      software.amazon.awssdk:http-auth-aws-eventstream
      software.amazon.awssdk:http-auth-spi
      software.amazon.awssdk:http-client-spi
      software.amazon.awssdk:identity-spi
      software.amazon.awssdk:json-utils
      software.amazon.awssdk:metrics-spi
      software.amazon.awssdk:profiles
      software.amazon.awssdk:protocol-core
      software.amazon.awssdk:regions
      software.amazon.awssdk:retries
      software.amazon.awssdk:retries-spi
      software.amazon.awssdk:s3
      software.amazon.awssdk:sdk-core
      software.amazon.awssdk:third-party-jackson-core
      software.amazon.awssdk:url-connection-client
      software.amazon.awssdk:utils
      software.amazon.awssdk:utils-lite
      software.amazon.eventstream:eventstream
      tools.jackson.core:jackson-core
      """;

  private static void assertOnly(String function, String... more) throws IOException {
    // Written by the build in each module.
    var list = AWS.resolve(function).resolve("target/runtime-class-path");
    assertThat(list).as("build the modules together: mvn -pl clouds/aws/worker -am").exists();
    var found = new ArrayList<String>();
    ARTIFACT.matcher(Files.readString(list)).results().forEach(it -> found.add(it.group(1)));
    var expected = Stream.concat(SHARED.lines(), Arrays.stream(more));
    assertThat(found.stream().sorted().collect(Collectors.joining("\n")))
        .as(
            "what the function %s needs has changed: if it must, say why in docs/dependencies.md and list it here",
            function)
        .isEqualTo(expected.sorted().collect(Collectors.joining("\n")));
  }

  @Test
  void submitHasQueueAndTable() throws IOException {
    assertOnly(
        "submit",
        "io.openhqm:openhqm-aws-sqs",
        "io.openhqm:openhqm-submit",
        "software.amazon.awssdk:sqs");
  }

  @Test
  void statusAnnouncesWhatItCancels() throws IOException {
    assertOnly(
        "status",
        "io.openhqm:openhqm-aws-sqs",
        "io.openhqm:openhqm-status",
        "software.amazon.awssdk:sqs");
  }

  @Test
  void theWorkerAloneReadsSecrets() throws IOException {
    assertOnly(
        "worker",
        "io.openhqm:openhqm-aws-sqs",
        "io.openhqm:openhqm-worker",
        "software.amazon.awssdk:secretsmanager",
        "software.amazon.awssdk:sqs");
  }

  @Test
  void everyLibraryIsAccountedFor() throws IOException {
    var page = Files.readString(Path.of("../../../docs/dependencies.md"));
    SHARED
        .lines()
        .map(artifact -> artifact.substring(0, artifact.indexOf(':')))
        .filter(group -> !group.equals("io.openhqm"))
        .forEach(group -> assertThat(page).contains(group));
  }
}
