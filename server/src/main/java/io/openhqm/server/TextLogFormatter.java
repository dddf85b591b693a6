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

  /** A client's text must neither forge a line nor steer a terminal. */
  private static String oneLine(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    var line = new StringBuilder(text.length() + 16);
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                  if (Character.isISOControl(c)) {
                    line.append(String.format("\\u%04x", c));
                  } else {
                    line.append((char) c);
                  }
                }
              }
            });
    return line.toString();
  }
}
