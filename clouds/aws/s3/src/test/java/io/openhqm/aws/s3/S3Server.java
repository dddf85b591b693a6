package io.openhqm.aws.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * The S3 that tests run against: the one at the system property {@value #ENDPOINT_PROPERTY}, else
 * Adobe's S3Mock in a process of its own, started once and ended with this one.
 */
final class S3Server {
  static final String ENDPOINT_PROPERTY = "openhqm.test.s3.endpoint";
  static final String REGION = "us-east-1";

  private static final Pattern STARTED = Pattern.compile("Tomcat started .* (\\d+) \\(http\\)");

  private S3Server() {}

  /** Started at its first use. */
  private static final class Local {
    static final URI ENDPOINT = start();

    private static URI start() {
      try {
        var folder = Path.of("target", "s3-server");
        var log = folder.resolve("server.log");
        var process =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx512m",
                    "-jar",
                    folder.resolve("s3-server.jar").toString(),
                    "--server.port=0",
                    "--http.port=0",
                    "--server.address=127.0.0.1")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return Awaitility.await("the start of S3Mock; its log: " + log.toAbsolutePath())
            // This class is being initialized, for which another thread would wait.
            .pollInSameThread()
            .atMost(Duration.ofMinutes(2))
            .until(() -> endpoint(log, process), Optional::isPresent)
            .orElseThrow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Says where it listens only when it does. */
    private static Optional<URI> endpoint(Path log, Process process) throws IOException {
      if (!process.isAlive()) {
        throw new IllegalStateException("S3Mock ended: " + Files.readString(log));
      }
      var started = STARTED.matcher(Files.readString(log));
      return started.find()
          ? Optional.of(URI.create("http://127.0.0.1:" + started.group(1)))
          : Optional.empty();
    }
  }

  static URI endpoint() {
    String other = System.getProperty(ENDPOINT_PROPERTY, "");
    return other.isEmpty() ? Local.ENDPOINT : URI.create(other);
  }

  /** With the time-outs and retries of the product. */
  static S3ClientBuilder client(URI endpoint) {
    return Clients.builder(REGION)
        .endpointOverride(endpoint)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
  }

  /** The same, and patient: the machine that runs the tests may be busy. */
  static S3Client patientClient() {
    return client(endpoint())
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(30)))
        .build();
  }

  /** A new, empty bucket. */
  static String newBucket() {
    String name = "bodies-" + UUID.randomUUID();
    try (var client = patientClient()) {
      client.createBucket(asked -> asked.bucket(name));
    }
    return name;
  }
}
