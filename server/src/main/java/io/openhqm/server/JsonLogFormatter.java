package io.openhqm.server;

import io.openhqm.core.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import tools.jackson.core.JsonGenerator;

/**
 * One JSON object a line: {@code timestamp}, {@code level}, {@code message}, and what else the
 * event has.
 */
final class JsonLogFormatter extends Formatter {
  @Override
  public String format(LogRecord record) {
    var out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = Json.generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("timestamp", record.getInstant().toString());
      json.writeStringProperty("level", LogEvent.levelName(record.getLevel()));
      if (record instanceof LogEvent event) {
        event.fields().forEach((name, value) -> field(json, name, value));
      } else {
        json.writeStringProperty("logger", String.valueOf(record.getLoggerName()));
      }
      json.writeStringProperty("message", formatMessage(record));
      if (record.getThrown() != null) {
        json.writeStringProperty("exception", stackTrace(record.getThrown()));
      }
      json.writeEndObject();
    }
    return out.toString(StandardCharsets.UTF_8) + "\n";
  }

  private static void field(JsonGenerator json, String name, Object value) {
    if (value instanceof Number number) {
      json.writeNumberProperty(name, number.longValue());
    } else {
      json.writeStringProperty(name, value.toString());
    }
  }

  static String stackTrace(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
