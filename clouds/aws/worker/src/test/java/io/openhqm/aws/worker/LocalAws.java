package io.openhqm.aws.worker;

import io.openhqm.aws.dynamodb.JobTable;
import io.openhqm.core.api.Json;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/**
 * An AWS in this process: ElasticMQ for SQS and Amazon's DynamoDB Local, started once; or what the
 * system properties {@code openhqm.test.sqs.endpoint} and {@code openhqm.test.dynamodb.endpoint}
 * name. It does for a function what Lambda's event source does: takes messages and hands them over
 * as an event.
 */
public final class LocalAws {
  /** Where it is. */
  public static final String REGION = "eu-central-1";

  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

  private final URI sqsEndpoint;
  private final URI dynamoDbEndpoint;

  /** A client of its SQS. */
  public final SqsClient sqs;

  /** A client of its DynamoDB. */
  public final DynamoDbClient dynamoDb;

  private LocalAws() {
    sqsEndpoint = given("sqs").orElseGet(LocalAws::startElasticMq);
    dynamoDbEndpoint = given("dynamodb").orElseGet(LocalAws::startDynamoDb);
    // Where functions in this process find them, as those in others do by variables.
    System.setProperty("aws.endpointUrlSqs", sqsEndpoint.toString());
    System.setProperty("aws.endpointUrlDynamoDb", dynamoDbEndpoint.toString());
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    sqs =
        SqsClient.builder()
            .endpointOverride(sqsEndpoint)
            .region(Region.of(REGION))
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    dynamoDb =
        DynamoDbClient.builder()
            .endpointOverride(dynamoDbEndpoint)
            .region(Region.of(REGION))
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
  }

  private static final class Started {
    static final LocalAws AWS = new LocalAws();
  }

  /** The one of this process. */
  public static LocalAws get() {
    return Started.AWS;
  }

  private static Optional<URI> given(String service) {
    return Optional.ofNullable(System.getProperty("openhqm.test." + service + ".endpoint"))
        .map(URI::create);
  }

  private static URI startElasticMq() {
    SQSRestServer elasticMq =
        SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start();
    return URI.create("http://127.0.0.1:" + elasticMq.waitUntilStarted().localAddress().getPort());
  }

  private static URI startDynamoDb() {
    try {
      int port;
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      ServerRunner.createServerFromCommandLineArgs(
              new String[] {"-inMemory", "-port", Integer.toString(port)})
          .start();
      return URI.create("http://127.0.0.1:" + port);
    } catch (Exception e) {
      throw new IllegalStateException("DynamoDB Local does not start", e);
    }
  }

  /**
   * A system of its own: queues and a table.
   *
   * @param requests where requests wait
   * @param givenUp where SQS moves what was received too often
   * @param deadLetters where messages go that were given up
   */
  public record Stack(String requests, String givenUp, String deadLetters, String table) {
    /** What a template tells every function of it. */
    public Map<String, String> environment(String... more) {
      var environment = new HashMap<String, String>();
      environment.put("AWS_REGION", REGION);
      environment.put("OPENHQM_QUEUE__TYPE", "sqs");
      environment.put("OPENHQM_QUEUE__SQS_QUEUE_URL", requests);
      environment.put("OPENHQM_QUEUE__SQS_DLQ_URL", deadLetters);
      environment.put("OPENHQM_CACHE__TYPE", "dynamodb");
      environment.put("OPENHQM_CACHE__DYNAMODB_TABLE", table);
      environment.put("OPENHQM_CACHE__DYNAMODB_INDEX_LEASES", "false");
      environment.put("OPENHQM_GIVEN_UP_QUEUE_URL", givenUp);
      for (int i = 0; i < more.length; i += 2) {
        environment.put(more[i], more[i + 1]);
      }
      return environment;
    }
  }

  /** Makes one, with nothing in it. */
  public Stack newStack(boolean fifo) {
    String name = UUID.randomUUID().toString();
    String table = "jobs-" + name;
    dynamoDb.createTable(JobTable.creation(table));
    dynamoDb.waiter().waitUntilTableExists(asked -> asked.tableName(table));
    return new Stack(
        newQueue("requests-" + name, fifo),
        newQueue("given-up-" + name, fifo),
        newQueue("dead-" + name, false),
        table);
  }

  String newQueue(String name, boolean fifo) {
    Map<QueueAttributeName, String> attributes =
        fifo
            ? Map.of(
                QueueAttributeName.FIFO_QUEUE, "true", QueueAttributeName.VISIBILITY_TIMEOUT, "60")
            : Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "60");
    return sqs.createQueue(of -> of.queueName(fifo ? name + ".fifo" : name).attributes(attributes))
        .queueUrl();
  }

  /** What a function in another process needs besides. */
  public Map<String, String> endpoints() {
    return Map.of(
        "AWS_ENDPOINT_URL_SQS", sqsEndpoint.toString(),
        "AWS_ENDPOINT_URL_DYNAMODB", dynamoDbEndpoint.toString());
  }

  /** The same, with somebody who counts in between. */
  MeteredAws metered() throws java.io.IOException {
    return new MeteredAws(sqsEndpoint, dynamoDbEndpoint);
  }

  /** Takes what waits on a queue, 10 at most. */
  public List<Message> take(String queue) {
    return sqs.receiveMessage(
            of ->
                of.queueUrl(queue)
                    .maxNumberOfMessages(10)
                    .messageAttributeNames("All")
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  /**
   * Does what Lambda does after a batch: removes what was not reported as failed. What the function
   * removed itself is refused, which does not matter.
   */
  public void removeAllBut(String queue, List<Message> messages, List<String> failures) {
    var entries =
        messages.stream()
            .filter(message -> !failures.contains(message.messageId()))
            .map(
                message ->
                    DeleteMessageBatchRequestEntry.builder()
                        .id(message.messageId())
                        .receiptHandle(message.receiptHandle())
                        .build())
            .toList();
    if (!entries.isEmpty()) {
      sqs.deleteMessageBatch(of -> of.queueUrl(queue).entries(entries));
    }
  }

  /** How many messages lie on a queue, seen or not. */
  public int count(String queue) {
    return sqs
        .getQueueAttributes(
            of ->
                of.queueUrl(queue)
                    .attributeNames(
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
        .attributes()
        .values()
        .stream()
        .mapToInt(Integer::parseInt)
        .sum();
  }

  /** The event by which Lambda hands messages over. */
  public static byte[] event(String queue, List<Message> messages) {
    String arn =
        "arn:aws:sqs:" + REGION + ":000000000000:" + queue.substring(queue.lastIndexOf('/') + 1);
    return messages.stream()
        .map(message -> record(arn, message))
        .collect(Collectors.joining(",", "{\"Records\":[", "]}"))
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String record(String arn, Message message) {
    String system =
        message.attributesAsStrings().entrySet().stream()
            .map(each -> Json.quote(each.getKey()) + ":" + Json.quote(each.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    String attributes =
        message.messageAttributes().entrySet().stream()
            .map(
                each ->
                    Json.quote(each.getKey())
                        + ":{\"stringValue\":"
                        + Json.quote(each.getValue().stringValue())
                        + ",\"dataType\":\"String\"}")
            .collect(Collectors.joining(",", "{", "}"));
    return "{\"messageId\":%s,\"receiptHandle\":%s,\"body\":%s,\"attributes\":%s,\"messageAttributes\":%s,\"eventSource\":\"aws:sqs\",\"eventSourceARN\":\"%s\"}"
        .formatted(
            Json.quote(message.messageId()),
            Json.quote(message.receiptHandle()),
            Json.quote(message.body()),
            system,
            attributes,
            arn);
  }
}
