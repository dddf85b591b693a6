package io.openhqm.server;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** A log record with named fields, {@code correlation_id} first among them. */
final class LogEvent extends LogRecord {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, Object> fields;

  LogEvent(Level level, String message, Map<String, Object> fields) {
    super(level, message);
    this.fields = fields;
  }

  /** In the order in which they are to be written. */
  Map<String, Object> fields() {
    return fields;
  }

  /** The names that the seed's logs use, for the levels of java.util.logging. */
  static String levelName(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    } else if (value >= Level.WARNING.intValue()) {
      return "WARNING";
    }
    return value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }

  /** The level of this name: Python's spellings are accepted. */
  static Level levelOf(String name) {
    return switch (name.toUpperCase(java.util.Locale.ROOT)) {
      case "CRITICAL", "FATAL", "ERROR" -> Level.SEVERE;
      case "WARN", "WARNING" -> Level.WARNING;
      case "DEBUG" -> Level.FINE;
      case "TRACE" -> Level.FINEST;
      default -> Level.INFO;
    };
  }
}
