package io.openhqm.aws.dynamodb;

import io.openhqm.core.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * The DynamoDB that tests run against: the one at the system property {@value #ENDPOINT_PROPERTY},
 * else Amazon's own DynamoDB Local in this JVM, started once.
 */
final class DynamoDb {
  static final String ENDPOINT_PROPERTY = "openhqm.test.dynamodb.endpoint";
  static final String REGION = "eu-central-1";

  private DynamoDb() {}

  /** Started at its first use. */
  private static final class Local {
    static final URI ENDPOINT = start();

    private static URI start() {
      try {
        int port = freePort();
        DynamoDBProxyServer server =
            ServerRunner.createServerFromCommandLineArgs(
                new String[] {"-inMemory", "-port", Integer.toString(port)});
        server.start();
        return URI.create("http://127.0.0.1:" + port);
      } catch (Exception e) {
        throw new IllegalStateException("DynamoDB Local does not start", e);
      }
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static URI endpoint() {
    String other = System.getProperty(ENDPOINT_PROPERTY, "");
    return other.isEmpty() ? Local.ENDPOINT : URI.create(other);
  }

  /** With the time-outs and retries of the product. */
  static DynamoDbClientBuilder client(URI endpoint) {
    return Clients.builder(REGION)
        .endpointOverride(endpoint)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
  }

  /** The same, and patient: the machine that runs the tests may be busy. */
  static DynamoDbClient patientClient(URI endpoint) {
    return client(endpoint)
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(30)))
        .overrideConfiguration(calls -> calls.apiCallTimeout(Duration.ofMinutes(2)))
        .build();
  }

  static DynamoDbClient client() {
    return patientClient(endpoint());
  }

  /** A new, empty table; time to live is off, as the tests' clocks are not DynamoDB's. */
  static String newTable() {
    String name = "jobs-" + UUID.randomUUID();
    try (var client = client()) {
      client.createTable(JobTable.creation(name));
      client.waiter().waitUntilTableExists(asked -> asked.tableName(name));
    }
    return name;
  }

  static Engine open(DynamoDbSettings settings, InstantSource clock) {
    return DynamoDbEngines.open(settings, client(), clock);
  }
}
