package io.openhqm.core.transform;

import io.openhqm.core.Headers;
import io.openhqm.core.api.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A message as one JSON text, for expressions that look into it. */
public final class MessageJson {
  private MessageJson() {}

  /**
   * An object of names and values. A field that came on several lines is one, as RFC 9110 §5.3
   * admits, under the name of its first line.
   */
  static String headers(Headers headers) {
    var names = new LinkedHashMap<String, String>();
    Map<String, String> values = new LinkedHashMap<>();
    for (var field : headers.fields()) {
      String key = field.name().toLowerCase(Locale.ROOT);
      names.putIfAbsent(key, field.name());
      values.merge(key, field.value(), (first, next) -> first + ", " + next);
    }
    var object = new StringJoiner(",", "{", "}");
    values.forEach(
        (key, value) ->
            object.add(Json.quote(names.getOrDefault(key, key)) + ':' + Json.quote(value)));
    return object.toString();
  }
}
