package io.openhqm.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes: results to standard output, progress and errors to standard error.
 *
 * @param out for results
 * @param err for people
 * @param terminal whether a person is looking: colour and progress only then
 */
record Console(PrintWriter out, PrintWriter err, boolean terminal) {
  void print(String line) {
    out.println(styled(line));
    out.flush();
  }

  void raw(String text) {
    out.print(text);
    if (!text.endsWith("\n")) {
      out.println();
    }
    out.flush();
  }

  void error(String line) {
    err.println(terminal ? Ansi.ON.string("@|red " + line.replace("|@", "| @") + "|@") : line);
    err.flush();
  }

  /** Replaces the progress line; nothing where nobody looks. */
  void progress(String line) {
    if (terminal) {
      err.print("\r\u001b[K" + line);
      err.flush();
    }
  }

  void progressDone() {
    progress("");
  }

  private String styled(String line) {
    return terminal ? Ansi.ON.string(line) : Ansi.OFF.string(line);
  }
}
