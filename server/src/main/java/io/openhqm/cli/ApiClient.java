package io.openhqm.cli;

import io.openhqm.core.api.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Calls a running server. */
final class ApiClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_MARGIN = Duration.ofSeconds(15);

  private final URI server;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();

  ApiClient(URI server) {
    this.server = server;
  }

  /**
   * An answer, with what a command needs of it.
   *
   * @param isBackends whether it is a backend's own, passed on, and not the server's
   */
  record Answer(int status, byte[] body, boolean isBackends, Optional<Duration> retryAfter) {
    /**
     * The value of a field at the top of a JSON object, as text; objects and arrays as their JSON.
     * Empty if it is not there.
     */
    Optional<String> field(String name) {
      try (JsonParser json = Json.parser(body)) {
        if (json.nextToken() != JsonToken.START_OBJECT) {
          return Optional.empty();
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
          boolean wanted = name.equals(json.currentName());
          var token = json.nextToken();
          int start = (int) json.currentTokenLocation().getByteOffset();
          if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            json.skipChildren();
            int end = (int) json.currentTokenLocation().getByteOffset() + 1;
            if (wanted) {
              return Optional.of(new String(body, start, end - start, StandardCharsets.UTF_8));
            }
          } else if (wanted) {
            return token == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(json.getString());
          }
        }
        return Optional.empty();
      } catch (JacksonException notJson) {
        return Optional.empty();
      }
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  /**
   * Sends a request.
   *
   * @param waiting how long the server may hold the answer back
   * @throws UnreachableException if there was no answer
   */
  Answer send(
      String method, String path, Map<String, String> headers, byte[] body, Duration waiting)
      throws UnreachableException, InterruptedException {
    // The server may be under a path of a gateway, as server.public_url says too.
    var url = URI.create(server.toString().replaceFirst("/+$", "") + path);
    var request = HttpRequest.newBuilder(url).timeout(waiting.plus(ANSWER_MARGIN));
    headers.forEach(request::header);
    request.method(
        method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    try {
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("X-OpenHQM-Status").isPresent(),
          response.headers().firstValue("Retry-After").flatMap(ApiClient::seconds));
    } catch (IOException noAnswer) {
      throw new UnreachableException(
          "No answer from "
              + server
              + " ("
              + reason(noAnswer)
              + "). Is the server running? Start it with: openhqm serve");
    }
  }

  Answer get(String path, Duration waiting) throws UnreachableException, InterruptedException {
    var headers =
        waiting.isZero()
            ? Map.<String, String>of()
            : Map.of("Prefer", "wait=" + waiting.toSeconds());
    return send("GET", path, headers, new byte[0], waiting);
  }

  /** Another form, a date, is not used by the server. */
  private static Optional<Duration> seconds(String text) {
    return text.matches("[0-9]{1,6}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
        : Optional.empty();
  }

  private static String reason(IOException failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  @Override
  public void close() {
    client.close();
  }

  /** There was no answer; the message says from where and what to do. */
  static final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
