package io.openhqm.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes: results to standard output, progress and errors to standard error.
 *
 * @param out for results
 * @param err for people
 * @param look how
 */
record Console(PrintWriter out, PrintWriter err, Look look) {
  /**
   * What a person sees. Each stream counts for itself, as one may be a terminal and the other a
   * file.
   *
   * @param outColours whether results have colours
   * @param errColours whether errors have colours
   * @param progress whether there is a line of progress on standard error
   */
  record Look(boolean outColours, boolean errColours, boolean progress) {
    /** The system property by which the launcher tells which streams are terminals. */
    static final String TERMINALS = "openhqm.terminals";

    static final Look PLAIN = new Look(false, false, false);

    /**
     * Java cannot tell of each stream whether it is a terminal: where the launcher did not, none is
     * taken for one.
     *
     * @param terminals {@code out}, {@code err}, both or neither
     * @param environment {@code NO_COLOR} that is not empty means none, {@code TERM=dumb} that the
     *     terminal knows no escape codes at all
     */
    static Look of(String terminals, Map<String, String> environment) {
      if ("dumb".equals(environment.get("TERM"))) {
        return PLAIN;
      }
      var streams = List.of(terminals.split(" "));
      boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty();
      boolean err = streams.contains("err");
      return new Look(colours && streams.contains("out"), colours && err, err);
    }
  }

  /** Text of ours, which may have picocli's markup. */
  void print(String line) {
    out.println(look.outColours ? Ansi.ON.string(line) : Ansi.OFF.string(line));
    out.flush();
  }

  /** Text of others, as it is. */
  void raw(String text) {
    out.print(text);
    if (!text.endsWith("\n")) {
      out.println();
    }
    out.flush();
  }

  void error(String line) {
    note(look.errColours ? "\u001b[31m" + line + "\u001b[0m" : line);
  }

  /** For people, and no error. */
  void note(String line) {
    err.println(line);
    err.flush();
  }

  /** Replaces the progress line; nothing where nobody looks. */
  void progress(String line) {
    if (look.progress) {
      err.print("\r\u001b[K" + line);
      err.flush();
    }
  }

  void progressDone() {
    progress("");
  }
}
