package io.openhqm.aws.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.openhqm.aws.lambda.ConfigurationException;
import io.openhqm.aws.lambda.testing.FunctionUnderTest;
import io.openhqm.aws.status.StatusHandler;
import io.openhqm.aws.submit.SubmitHandler;
import io.openhqm.aws.worker.LocalAws.Stack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** What needs more of AWS than queue and table: bodies in S3, and secrets. */
final class LocalStackTest {
  private static final LocalAws AWS = LocalAws.get();
  private static final Region REGION = Region.EU_CENTRAL_1;
  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

  /** Over what a message of SQS carries and what an item of DynamoDB holds, in bytes. */
  private static final int BIG = 2_000_000;

  private final Stack stack = AWS.newStack(false);
  private final String bucket = "bodies-" + UUID.randomUUID();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private HttpServer backend;
  private S3Client s3;
  private SecretsManagerClient secrets;

  @BeforeEach
  void open() throws IOException {
    backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    backend.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    backend.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          authorizations.add(
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    backend.start();
    System.setProperty("aws.region", REGION.id());
    s3 =
        S3Client.builder()
            .endpointOverride(endpoint("aws.endpointUrlS3"))
            .region(REGION)
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    secrets =
        SecretsManagerClient.builder()
            .endpointOverride(endpoint("aws.endpointUrlSecretsManager"))
            .region(REGION)
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    s3.createBucket(
        of ->
            of.bucket(bucket).createBucketConfiguration(in -> in.locationConstraint(REGION.id())));
  }

  private static URI endpoint(String property) {
    return URI.create(System.getProperty(property));
  }

  @AfterEach
  void close() {
    backend.stop(0);
    s3.close();
    secrets.close();
  }

  private Map<String, String> environment(String auth, String... more) {
    var environment =
        stack.environment(
            "OPENHQM_CONFIG_YAML",
            """
            proxy:
              enabled: true
              default_endpoint: orders
              endpoints:
                orders: {url: 'http://127.0.0.1:%d/', timeout: 20, method: POST%s}
            """
                .formatted(backend.getAddress().getPort(), auth),
            "OPENHQM_BLOBS__TYPE",
            "s3",
            "OPENHQM_BLOBS__S3_BUCKET",
            bucket,
            "OPENHQM_QUEUE__SQS_MAX_MESSAGE_BYTES",
            "1048576");
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  private String submit(Map<String, String> environment, String payload) {
    var answer =
        new FunctionUnderTest(SubmitHandler::new, environment)
            .http(
                "POST",
                "/api/v1/submit",
                "{\"payload\": \"" + payload + "\"}",
                "Content-Type",
                "application/json");
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().get("correlation_id").asString();
  }

  /** Does once what Lambda's event source does. */
  private void work(Map<String, String> environment) {
    var worker = new FunctionUnderTest(WorkerHandler::new, environment);
    var messages = AWS.take(stack.requests());
    assertThat(messages).hasSize(1);
    var failures = new ArrayList<String>();
    worker
        .call(LocalAws.event(stack.requests(), messages), Duration.ofSeconds(30))
        .get("batchItemFailures")
        .forEach(failure -> failures.add(failure.get("itemIdentifier").asString()));
    assertThat(failures).isEmpty();
    AWS.removeAllBut(stack.requests(), messages, failures);
  }

  private List<String> kept() {
    return s3.listObjectsV2(of -> of.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  @Test
  void bigBodiesGoThroughS3AndComeBackByteForByte() {
    var environment = environment("");
    String payload = "x".repeat(BIG);

    String id = submit(environment, payload);
    assertThat(kept()).as("the payload").hasSize(1);
    work(environment);

    var answer =
        new FunctionUnderTest(StatusHandler::new, environment)
            .http("GET", "/api/v1/response/" + id, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("result").asString()).isEqualTo(payload);
    assertThat(kept()).as("the result; nobody needs the payload").hasSize(1);
  }

  @Test
  void workerReadsItsSecretsAndNobodyElseHoldsThem() {
    String arn =
        secrets
            .createSecret(
                of ->
                    of.name("openhqm-" + UUID.randomUUID())
                        .secretString("{\"ORDERS_TOKEN\": \"s3cret\"}"))
            .arn();
    String auth = ", auth_type: bearer, auth_token: '${ORDERS_TOKEN}'";
    var others = environment(auth, "OPENHQM_SECRET_NAMES", "ORDERS_TOKEN");

    String id = submit(others, "hello");
    work(environment(auth, "OPENHQM_SECRETS_ARN", arn));

    assertThat(authorizations).containsExactly("Bearer s3cret");
    assertThat(
            new FunctionUnderTest(StatusHandler::new, others)
                .http("GET", "/api/v1/status/" + id, "")
                .json()
                .get("status")
                .asString())
        .isEqualTo("COMPLETED");
  }

  @Test
  void workerThatCannotReadItsSecretsDoesNotStartAndSaysWhichAndNotWhatIsInIt() {
    String name = "openhqm-" + UUID.randomUUID();
    secrets.createSecret(of -> of.name(name).secretString("{\"ORDERS_TOKEN\": 17}"));

    assertThatThrownBy(() -> started("no-such-secret"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no-such-secret")
        .hasMessageContaining("ResourceNotFoundException");
    assertThatThrownBy(() -> started(name))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("something else than texts")
        .hasMessageNotContaining("17");
  }

  private FunctionUnderTest started(String secret) {
    return new FunctionUnderTest(
        WorkerHandler::new, environment("", "OPENHQM_SECRETS_ARN", secret));
  }
}
