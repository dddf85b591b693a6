package io.openhqm.bench.rivals;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/**
 * The calls that our functions make, as anyone would write them who knows how to keep a cold start
 * short: the region and the credentials are named, the client of the JDK is used. {@code
 * BENCH_HTTP=crt} takes the other client.
 */
final class Calls {
  private final Map<String, String> environment;

  Calls(Map<String, String> environment) {
    this.environment = environment;
  }

  private String of(String name) {
    var value = environment.get(name);
    if (value == null) {
      throw new IllegalStateException("the environment has no " + name);
    }
    return value;
  }

  private SdkHttpClient http() {
    return "crt".equals(environment.get("BENCH_HTTP"))
        ? AwsCrtHttpClient.create()
        : UrlConnectionHttpClient.create();
  }

  private Region region() {
    return Region.of(of("AWS_REGION"));
  }

  private DynamoDbClient dynamoDb() {
    return DynamoDbClient.builder()
        .region(region())
        .credentialsProvider(EnvironmentVariableCredentialsProvider.create())
        .httpClient(http())
        .build();
  }

  private static AttributeValue text(String text) {
    return AttributeValue.fromS(text);
  }

  /** One item, one message. */
  Submit submit() {
    var dynamoDb = dynamoDb();
    var sqs =
        SqsClient.builder()
            .region(region())
            .credentialsProvider(EnvironmentVariableCredentialsProvider.create())
            .httpClient(http())
            .build();
    String table = of("BENCH_TABLE");
    String queue = of("BENCH_QUEUE_URL");
    return body -> {
      String id = UUID.randomUUID().toString();
      dynamoDb.putItem(
          put ->
              put.tableName(table)
                  .item(Map.of("id", text(id), "status", text("PENDING")))
                  .conditionExpression("attribute_not_exists(id)"));
      sqs.sendMessage(
          send ->
              send.queueUrl(queue)
                  .messageBody(body)
                  .messageAttributes(
                      Map.of(
                          "id",
                          MessageAttributeValue.builder()
                              .dataType("String")
                              .stringValue(id)
                              .build())));
      return id;
    };
  }

  /** One item read. */
  Status status() {
    var dynamoDb = dynamoDb();
    String table = of("BENCH_TABLE");
    return id ->
        dynamoDb
            .getItem(get -> get.tableName(table).key(Map.of("id", text(id))).consistentRead(true))
            .item()
            .toString();
  }

  /** A job taken, a backend called, the job ended. */
  Work work() {
    var dynamoDb = dynamoDb();
    var http = HttpClient.newHttpClient();
    String table = of("BENCH_TABLE");
    var backend = URI.create(of("BENCH_BACKEND"));
    return (id, body) -> {
      update(dynamoDb, table, id, "PROCESSING");
      var request =
          HttpRequest.newBuilder(backend)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(UTF_8)))
              .build();
      String answer;
      try {
        answer = http.send(request, BodyHandlers.ofString()).body();
      } catch (IOException e) {
        throw new IllegalStateException("the backend does not answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped", e);
      }
      update(dynamoDb, table, id, answer);
    };
  }

  private static void update(DynamoDbClient dynamoDb, String table, String id, String what) {
    dynamoDb.updateItem(
        update ->
            update
                .tableName(table)
                .key(Map.of("id", text(id)))
                .updateExpression("SET #s = :s")
                .expressionAttributeNames(Map.of("#s", "status"))
                .expressionAttributeValues(Map.of(":s", text(what))));
  }

  interface Submit {
    /** The id under which the body was taken in. */
    String accept(String body);
  }

  interface Status {
    /** What is known of the job. */
    String of(String id);
  }

  interface Work {
    /** Works on one message. */
    void on(String id, String body);
  }
}
