package io.openhqm.server;

import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** One line for people: time, level, message, then {@code name=value} pairs. */
final class TextLogFormatter extends Formatter {
  @Override
  public String format(LogRecord record) {
    var line = new StringBuilder(160);
    line.append(record.getInstant()).append(' ');
    line.append(String.format("%-7s", LogEvent.levelName(record.getLevel()))).append(' ');
    line.append(oneLine(formatMessage(record)));
    if (record instanceof LogEvent event) {
      event
          .fields()
          .forEach(
              (name, value) ->
                  line.append(' ').append(name).append('=').append(oneLine(value.toString())));
    }
    line.append('\n');
    if (record.getThrown() != null) {
      line.append(JsonLogFormatter.stackTrace(record.getThrown()));
    }
    return line.toString();
  }

  /** A client's text must not be able to forge a line. */
  private static String oneLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : text.replace("\r", "\\r").replace("\n", "\\n");
  }
}
