package io.openhqm.aws.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * What a function calls while it is trained: SQS, DynamoDB and a backend. A job is as each call
 * would have it; one that another program's message names (its id is of no version 7) is not there
 * before it was put. Not AWS: just enough of it for a function to go on.
 */
final class Services {
  /** The path of the backend. */
  static final String BACKEND = "/backend";

  private static final String TEXT = "\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final Pattern ID = Pattern.compile("\"id\":\\{\"S\":" + TEXT);
  private static final Pattern BODY = Pattern.compile("\"MessageBody\":" + TEXT);
  private static final Pattern ENVELOPE =
      Pattern.compile("\"openhqm\":\\{(?:\"DataType\":\"String\",)?\"StringValue\":" + TEXT);

  private static final String RUNNING =
      """
      "id":{"S":"%s"},"st":{"S":"R"},"sb":{"N":"%2$d"},"up":{"N":"%2$d"},"tr":{"N":"1"},"fe":{"N":"1"},\
      "sa":{"N":"%2$d"},"sweep_at":{"N":"%3$d"}""";
  private static final String ENDED =
      """
      "id":{"S":"%s"},"st":{"S":"C"},"sb":{"N":"%2$d"},"up":{"N":"%2$d"},"tr":{"N":"1"},"fe":{"N":"1"},\
      "sa":{"N":"%2$d"},"ea":{"N":"%2$d"},"ex":{"N":"%3$d"},"expires_at_epoch":{"N":"%4$d"},\
      "sc":{"N":"200"},"rh":{"S":"Content-Type:application/json\\n"},"rb":{"B":"e30="}""";

  private static final String NOT_THERE =
      "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\",\"message\":\"\"}";

  private final Set<String> put = ConcurrentHashMap.newKeySet();

  void answer(HttpExchange exchange) throws IOException {
    String call = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    var action = Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
    boolean backend = exchange.getRequestURI().getPath().startsWith(BACKEND);
    String type = backend ? "application/json" : "application/x-amz-json-1.0";
    String answered = answer(action.orElse(""), call);
    byte[] answer = answered.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(answered.equals(NOT_THERE) ? 400 : 200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  /** A job runs where it is written to, and has ended where it is read. */
  private String answer(String action, String call) throws IOException {
    String id = found(ID, call);
    long now = System.currentTimeMillis();
    long later = now + Duration.ofHours(1).toMillis();
    return switch (action) {
      case "DynamoDB_20120810.PutItem" -> {
        put.add(id);
        yield "{}";
      }
      case "DynamoDB_20120810.UpdateItem" ->
          UUID.fromString(id).version() == 7 || put.contains(id)
              ? "{\"Attributes\":{" + RUNNING.formatted(id, now, later) + "}}"
              : NOT_THERE;
      case "DynamoDB_20120810.GetItem" ->
          "{\"Item\":{" + ENDED.formatted(id, now, later, later / 1_000) + "}}";
      case "AmazonSQS.SendMessage" ->
          "{\"MessageId\":\"training\",\"MD5OfMessageBody\":\"%s\",\"MD5OfMessageAttributes\":\"%s\"}"
              .formatted(
                  md5(found(BODY, call).getBytes(UTF_8)), md5(attribute(found(ENVELOPE, call))));
      default -> "{}";
    };
  }

  private static String found(Pattern pattern, String call) {
    var matcher = pattern.matcher(call);
    return matcher.find() ? matcher.group(1).replaceAll("\\\\(.)", "$1") : "";
  }

  /** As SQS digests the one attribute of a message. */
  private static byte[] attribute(String value) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    for (var part : new String[] {"openhqm", "String"}) {
      out.writeInt(part.length());
      out.write(part.getBytes(UTF_8));
    }
    out.write(1);
    out.writeInt(value.getBytes(UTF_8).length);
    out.write(value.getBytes(UTF_8));
    return bytes.toByteArray();
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException(never);
    }
  }
}
