package io.openhqm.aws.lambda;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.api.ApiResponse;
import io.openhqm.core.api.JobIds;
import io.openhqm.core.api.Json;
import io.openhqm.core.api.MediaType;
import io.openhqm.core.api.Problem;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Writes answers as the trigger of an event wants them. Text goes as text, anything else as base64,
 * and either comes out byte for byte. An answer that is larger than the trigger carries would be
 * lost without a word: the client is told instead.
 */
final class HttpAnswers {
  private HttpAnswers() {}

  /** The answer in the form that {@code trigger} wants. */
  static byte[] write(Trigger trigger, ApiResponse response) {
    boolean bodiless = response.status() == 204 || response.status() == 304;
    var answer = bodiless ? response.withoutBody() : response;
    if (answer.body().length() <= trigger.answerBytesMax()) {
      byte[] json = json(trigger, answer);
      if (json.length <= trigger.answerBytesMax()) {
        return json;
      }
    }
    return json(trigger, tooLarge(trigger, answer));
  }

  /** Only the answer of a job can be so large, so there is one, and it is done. */
  private static ApiResponse tooLarge(Trigger trigger, ApiResponse answer) {
    String detail =
        "The job is done, but its answer of "
            + answer.body().length()
            + " bytes is more than can be handed out here: "
            + trigger.answerBytesMax()
            + " bytes, with JSON and base64 around it. Ask for /api/v1/response/{id}/body, which has"
            + " less around it, or have the backend answer with less, or with a link.";
    var problem = Problem.of(Problem.Kind.BODY_TOO_LARGE, detail);
    return JobIds.parse(answer.headers().first("X-Correlation-ID").orElse(""))
        .map(problem::about)
        .orElse(problem)
        .toResponse();
  }

  private static byte[] json(Trigger trigger, ApiResponse answer) {
    boolean text = isText(answer);
    int length = answer.body().length();
    var out = new ByteArrayOutputStream(512 + (text ? length + length / 8 : length / 3 * 4 + 4));
    try (var json = Json.generator(out)) {
      json.writeStartObject();
      json.writeNumberProperty("statusCode", answer.status());
      if (trigger == Trigger.LOAD_BALANCER || trigger == Trigger.LOAD_BALANCER_MULTI) {
        json.writeStringProperty("statusDescription", answer.status() + " " + reason(answer));
      }
      if (trigger.hasMultiValueHeaders()) {
        writeMultiValueHeaders(json, answer.headers());
      } else {
        writeHeaders(json, trigger, answer.headers());
      }
      json.writeBooleanProperty("isBase64Encoded", !text);
      json.writeName("body");
      writeBody(json, answer.body(), text);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void writeBody(JsonGenerator json, Bytes body, boolean text) {
    byte[] bytes = body.toReadOnlyArray();
    if (text) {
      json.writeUTF8String(bytes, 0, bytes.length);
    } else {
      json.writeBinary(bytes);
    }
  }

  /** An empty body is text: base64 would be a lie that some gateways trip over. */
  private static boolean isText(ApiResponse answer) {
    return answer.body().isEmpty()
        || answer.headers().first("Content-Type").filter(HttpAnswers::isTextType).isPresent()
            && Json.isUtf8(answer.body());
  }

  private static boolean isTextType(String contentType) {
    var type = MediaType.of(contentType);
    return type.isJson() || type.isText();
  }

  private static void writeMultiValueHeaders(JsonGenerator json, Headers headers) {
    json.writeObjectPropertyStart("multiValueHeaders");
    for (var same : byName(headers)) {
      json.writeArrayPropertyStart(same.getFirst().name());
      for (var field : same) {
        json.writeString(field.value());
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  /**
   * Repeated fields as one list (RFC 9110 §5.3); cookies, which are no list, in their own place.
   */
  private static void writeHeaders(JsonGenerator json, Trigger trigger, Headers headers) {
    boolean cookiesApart = trigger != Trigger.LOAD_BALANCER;
    json.writeObjectPropertyStart("headers");
    for (var same : byName(headers)) {
      boolean cookies = same.getFirst().name().equalsIgnoreCase("Set-Cookie");
      if (cookies && cookiesApart) {
        continue;
      }
      // One name, one value is all that is there: the last cookie.
      var shown = cookies ? List.of(same.getLast()) : same;
      json.writeStringProperty(
          same.getFirst().name(),
          String.join(", ", shown.stream().map(Headers.Field::value).toList()));
    }
    json.writeEndObject();
    var cookies = headers.all("Set-Cookie");
    if (cookiesApart && !cookies.isEmpty()) {
      json.writeArrayPropertyStart("cookies");
      cookies.forEach(json::writeString);
      json.writeEndArray();
    }
  }

  private static Iterable<List<Headers.Field>> byName(Headers headers) {
    Map<String, List<Headers.Field>> names = new LinkedHashMap<>();
    for (var field : headers.fields()) {
      names
          .computeIfAbsent(field.name().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
          .add(field);
    }
    return names.values();
  }

  /** A load balancer wants words; which ones is for people. */
  private static String reason(ApiResponse answer) {
    return switch (answer.status()) {
      case 200 -> "OK";
      case 202 -> "Accepted";
      case 204 -> "No Content";
      case 303 -> "See Other";
      case 304 -> "Not Modified";
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 413 -> "Content Too Large";
      case 422 -> "Unprocessable Content";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> answer.status() < 400 ? "Done" : "Refused";
    };
  }
}
