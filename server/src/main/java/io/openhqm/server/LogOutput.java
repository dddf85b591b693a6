package io.openhqm.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Writes log lines from one thread, many at a time, so that a line costs its caller no system call.
 * When the reader of the log is slower than we are, callers wait: no line is dropped.
 */
public final class LogOutput extends Handler implements AutoCloseable {
  private static final int WAITING_LINES_MAX = 4096;

  /** How much later than its event a line may be written. */
  private static final Duration GATHERED = Duration.ofMillis(5);

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(WAITING_LINES_MAX);
  private final OutputStream out;

  /** The log manager keeps loggers by weak references: without this one the level is lost. */
  private final Logger ours = Logger.getLogger("io.openhqm");

  private final Thread writer;
  private volatile boolean closed;

  private LogOutput(OutputStream out, Formatter formatter) {
    this.out = out;
    setFormatter(formatter);
    this.writer = Thread.ofPlatform().name("log-writer").daemon().unstarted(this::write);
  }

  /** Sends all logging of this process to {@code out}, in JSON or text. */
  public static LogOutput install(
      OutputStream out, io.openhqm.core.config.OpenHqmConfig.LogFormat format, String level) {
    var handler =
        new LogOutput(
            out,
            format == io.openhqm.core.config.OpenHqmConfig.LogFormat.TEXT
                ? new TextLogFormatter()
                : new JsonLogFormatter());
    handler.setLevel(Level.ALL);
    var root = Logger.getLogger("");
    for (var other : root.getHandlers()) {
      root.removeHandler(other);
    }
    root.addHandler(handler);
    root.setLevel(Level.WARNING); // libraries speak up when something is wrong
    handler.ours.setLevel(LogEvent.levelOf(level));
    handler.writer.start();
    return handler;
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    String line = getFormatter().format(record);
    if (closed) {
      return;
    }
    try {
      lines.put(line);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    var batch = new ArrayList<String>(256);
    try {
      while (!closed || !lines.isEmpty()) {
        batch.add(lines.take());
        // Who logs meanwhile has nobody to wake.
        Thread.sleep(GATHERED);
        lines.drainTo(batch);
        writeOut(batch);
        batch.clear();
      }
    } catch (InterruptedException stop) {
      lines.drainTo(batch);
      writeOut(batch);
    }
  }

  private void writeOut(ArrayList<String> batch) {
    try {
      out.write(String.join("", batch).getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException gone) {
      // Nobody reads the log any more (a closed pipe): the work goes on without it.
      reportError("log output", gone, java.util.logging.ErrorManager.WRITE_FAILURE);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    closed = true;
    writer.interrupt();
    try {
      writer.join(2_000);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }
}
