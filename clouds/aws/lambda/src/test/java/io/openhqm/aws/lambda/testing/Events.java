package io.openhqm.aws.lambda.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Events in full, field by field as AWS documents them. */
public final class Events {
  /** All of them that are of an HTTP trigger. */
  public static final List<String> HTTP =
      List.of(
          "http-api",
          "http-api-stage",
          "http-api-custom-domain",
          "http-api-binary",
          "http-api-format-1",
          "function-url",
          "rest-api",
          "rest-api-base-path",
          "rest-api-proxy",
          "load-balancer",
          "load-balancer-multi-value");

  private Events() {}

  /** An event of this name. */
  public static byte[] read(String name) {
    try (var in =
        Events.class.getResourceAsStream("/io/openhqm/aws/lambda/events/" + name + ".json")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An event of an HTTP API.
   *
   * @param headers names and values in turn
   */
  public static byte[] http(String method, String path, String body, String... headers) {
    var fields = new StringBuilder("\"host\":\"localhost\"");
    for (int i = 0; i < headers.length; i += 2) {
      fields
          .append(',')
          .append(Json.quote(headers[i].toLowerCase(java.util.Locale.ROOT)))
          .append(':')
          .append(Json.quote(headers[i + 1]));
    }
    return """
        {"version":"2.0","routeKey":"$default","rawPath":%s,"rawQueryString":"","headers":{%s},
        "requestContext":{"accountId":"123456789012","apiId":"api","domainName":"localhost",
        "http":{"method":"%s","path":%s,"protocol":"HTTP/1.1","sourceIp":"127.0.0.1"},
        "requestId":"id","stage":"$default"},"body":%s,"isBase64Encoded":false}
        """
        .formatted(Json.quote(path), fields, method, Json.quote(path), Json.quote(body))
        .getBytes(UTF_8);
  }
}
