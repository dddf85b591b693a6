package io.openhqm.bench.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.openhqm.aws.dynamodb.JobTable;
import io.openhqm.core.api.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.dynamodb.services.local.main.ServerRunner;

/** What functions call: ElasticMQ for SQS, DynamoDB Local, and a backend, in this process. */
final class Peers {
  static final String REGION = "eu-central-1";
  private static final String TABLE = "jobs";

  private final URI sqsEndpoint;
  private final URI dynamoDbEndpoint;
  private final URI backend;
  private final SqsClient sqs;
  private final String queue;
  private final String deadLetters;

  private Peers(URI sqsEndpoint, URI dynamoDbEndpoint, URI backend) {
    this.sqsEndpoint = sqsEndpoint;
    this.dynamoDbEndpoint = dynamoDbEndpoint;
    this.backend = backend;
    this.sqs =
        SqsClient.builder()
            .endpointOverride(sqsEndpoint)
            .region(Region.of(REGION))
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
    this.queue = sqs.createQueue(of -> of.queueName("requests")).queueUrl();
    this.deadLetters = sqs.createQueue(of -> of.queueName("dead")).queueUrl();
  }

  /** Prints what a function finds them by, a variable a line, and stays until its input ends. */
  public static void main(String[] args) throws Exception {
    start().environment().forEach((name, value) -> System.out.println(name + "=" + value));
    System.out.println("# ready");
    System.in.transferTo(java.io.OutputStream.nullOutputStream());
    System.exit(0);
  }

  static Peers start() throws Exception {
    var elasticMq = SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start();
    int sqsPort = elasticMq.waitUntilStarted().localAddress().getPort();
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    startDynamoDb(port);
    var peers =
        new Peers(
            URI.create("http://127.0.0.1:" + sqsPort),
            URI.create("http://127.0.0.1:" + port),
            startBackend());
    peers.createTable();
    return peers;
  }

  private static void startDynamoDb(int port) throws Exception {
    var out = System.out;
    // It introduces itself, which is nobody's output.
    System.setOut(System.err);
    try {
      ServerRunner.createServerFromCommandLineArgs(
              new String[] {"-inMemory", "-port", Integer.toString(port)})
          .start();
    } finally {
      System.setOut(out);
    }
  }

  private void createTable() {
    try (var dynamoDb =
        DynamoDbClient.builder()
            .endpointOverride(dynamoDbEndpoint)
            .region(Region.of(REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build()) {
      dynamoDb.createTable(JobTable.creation(TABLE));
      dynamoDb.waiter().waitUntilTableExists(asked -> asked.tableName(TABLE));
    }
  }

  private static URI startBackend() throws IOException {
    byte[] answer = "{\"ok\":true}".getBytes(UTF_8);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** Where a function in another process finds them: ours by the template's variables. */
  Map<String, String> environment() {
    return Map.ofEntries(
        Map.entry("AWS_ENDPOINT_URL_SQS", sqsEndpoint.toString()),
        Map.entry("AWS_ENDPOINT_URL_DYNAMODB", dynamoDbEndpoint.toString()),
        Map.entry("OPENHQM_QUEUE__TYPE", "sqs"),
        Map.entry("OPENHQM_QUEUE__SQS_QUEUE_URL", queue),
        Map.entry("OPENHQM_QUEUE__SQS_DLQ_URL", deadLetters),
        Map.entry("OPENHQM_QUEUE__SQS_MAX_MESSAGE_BYTES", "262144"),
        Map.entry("OPENHQM_CACHE__TYPE", "dynamodb"),
        Map.entry("OPENHQM_CACHE__DYNAMODB_TABLE", TABLE),
        Map.entry("OPENHQM_CACHE__DYNAMODB_INDEX_LEASES", "false"),
        Map.entry("OPENHQM_CACHE__TTL_SECONDS", "3600"),
        Map.entry("OPENHQM_BLOBS__TYPE", "s3"),
        Map.entry("OPENHQM_BLOBS__S3_BUCKET", "bodies"),
        Map.entry("OPENHQM_PROXY__ENABLED", "true"),
        Map.entry("OPENHQM_PROXY__DEFAULT_ENDPOINT", backend.toString()),
        Map.entry("OPENHQM_MONITORING__LOG_LEVEL", "INFO"),
        Map.entry("BENCH_TABLE", TABLE),
        Map.entry("BENCH_QUEUE_URL", queue),
        Map.entry("BENCH_BACKEND", backend.toString()));
  }

  /** Takes {@code count} messages from the queue, each as the event by which Lambda hands it on. */
  List<byte[]> takeEvents(int count) throws IOException {
    var events = new ArrayList<byte[]>();
    while (events.size() < count) {
      var messages =
          sqs.receiveMessage(
                  of ->
                      of.queueUrl(queue)
                          .maxNumberOfMessages(10)
                          .visibilityTimeout(3600)
                          .messageAttributeNames("All")
                          .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
              .messages();
      if (messages.isEmpty()) {
        throw new IOException("only " + events.size() + " messages were on the queue");
      }
      messages.forEach(message -> events.add(event(message)));
    }
    return events;
  }

  private byte[] event(Message message) {
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
    return """
    {"Records":[{"messageId":%s,"receiptHandle":%s,"body":%s,"attributes":%s,"messageAttributes":%s,
    "eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:%s:000000000000:requests","awsRegion":"%s"}]}
    """
        .formatted(
            Json.quote(message.messageId()),
            Json.quote(message.receiptHandle()),
            Json.quote(message.body()),
            system,
            attributes,
            REGION,
            REGION)
        .getBytes(UTF_8);
  }
}
