package io.openhqm.aws.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Stands between functions and an AWS and counts what they ask for. DynamoDB is asked what each
 * call consumed; DynamoDB Local takes a transaction for single writes and a query that finds
 * nothing for nothing, where DynamoDB counts the one twice and the other as half a read.
 */
final class MeteredAws implements AutoCloseable {
  private static final Pattern UNITS = Pattern.compile("\"CapacityUnits\":([0-9.]+)");
  private static final List<String> READS = List.of("GetItem", "BatchGetItem", "Query");
  private static final List<String> NOT_OURS =
      List.of("host", "connection", "content-length", "expect", "upgrade", "transfer-encoding");

  /**
   * What was asked for.
   *
   * @param sqs requests to SQS
   * @param dynamoDb calls of DynamoDB
   * @param writes units of 1 KB
   * @param reads units of 4 KB, consistent
   */
  record Bill(int sqs, int dynamoDb, double writes, double reads) {
    static final Bill NOTHING = new Bill(0, 0, 0, 0);

    Bill and(Bill more) {
      return new Bill(
          sqs + more.sqs, dynamoDb + more.dynamoDb, writes + more.writes, reads + more.reads);
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpServer sqs;
  private final HttpServer dynamoDb;
  private Bill bill = Bill.NOTHING;

  MeteredAws(URI sqsEndpoint, URI dynamoDbEndpoint) throws IOException {
    sqs = open(exchange -> forward(exchange, sqsEndpoint, false));
    dynamoDb = open(exchange -> forward(exchange, dynamoDbEndpoint, true));
  }

  private static HttpServer open(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", handler);
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Where a function in another process finds it. */
  Map<String, String> endpoints() {
    return Map.of("AWS_ENDPOINT_URL_SQS", url(sqs), "AWS_ENDPOINT_URL_DYNAMODB", url(dynamoDb));
  }

  /** Where one in this process does. */
  Map<String, String> properties() {
    return Map.of("aws.endpointUrlSqs", url(sqs), "aws.endpointUrlDynamoDb", url(dynamoDb));
  }

  /** What was asked for since the last time that this was called. */
  synchronized Bill bill() {
    var sum = bill;
    bill = Bill.NOTHING;
    return sum;
  }

  private synchronized void add(Bill more) {
    bill = bill.and(more);
  }

  private void forward(HttpExchange exchange, URI to, boolean metered) throws IOException {
    var body = new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1);
    if (metered) {
      body = "{\"ReturnConsumedCapacity\":\"TOTAL\"," + body.substring(1);
    }
    var request =
        HttpRequest.newBuilder(to.resolve(exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                HttpRequest.BodyPublishers.ofByteArray(body.getBytes(ISO_8859_1)));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_OURS.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      var answer = http.send(request.build(), BodyHandlers.ofByteArray());
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      String operation = target.substring(target.indexOf('.') + 1);
      add(
          metered
              ? consumed(operation, new String(answer.body(), ISO_8859_1))
              : new Bill(1, 0, 0, 0));
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!NOT_OURS.contains(name) && !name.startsWith(":")) {
                  values.forEach(value -> exchange.getResponseHeaders().add(name, value));
                }
              });
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private static Bill consumed(String operation, String answer) {
    double units =
        UNITS
            .matcher(answer)
            .results()
            .mapToDouble(found -> Double.parseDouble(found.group(1)))
            .sum();
    return READS.contains(operation)
        ? new Bill(0, 1, 0, operation.equals("Query") ? Math.max(0.5, units) : units)
        : new Bill(0, 1, operation.equals("TransactWriteItems") ? 2 * units : units, 0);
  }

  @Override
  public void close() {
    sqs.stop(0);
    dynamoDb.stop(0);
    http.shutdownNow();
  }
}
