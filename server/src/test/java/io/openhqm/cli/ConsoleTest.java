package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.openhqm.cli.Console.Look;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Console console(Look look) {
    return new Console(new PrintWriter(out), new PrintWriter(err), look);
  }

  @ParameterizedTest
  @CsvSource({
    "out err, '',  xterm, true,  true,  true",
    "out,     '',  xterm, true,  false, false",
    "err,     '',  xterm, false, true,  true",
    "'',      '',  xterm, false, false, false",
    "out err, 1,   xterm, false, false, true",
    "out err, '',  dumb,  false, false, false"
  })
  void eachStreamCountsForItself(
      String terminals, String noColor, String term, boolean outs, boolean errs, boolean progress) {
    assertThat(Look.of(terminals, Map.of("NO_COLOR", noColor, "TERM", term)))
        .isEqualTo(new Look(outs, errs, progress));
  }

  @Test
  void withoutAWordFromTheLauncherNothingIsATerminal() {
    assertThat(Look.of("", Map.of())).isEqualTo(Look.PLAIN);
  }

  @Test
  void aTerminalHasColoursAndALineThatMoves() {
    var console = console(new Look(true, true, true));
    console.print("@|bold OpenHQM|@ listens");
    console.error("no @|such thing|@");
    console.progress("1 s");
    console.progress("2 s");
    console.progressDone();

    assertThat(out.toString().strip()).matches("\u001b\\[1m.*OpenHQM\u001b\\[.* listens");
    assertThat(err.toString())
        .startsWith("\u001b[31mno @|such thing|@\u001b[0m")
        .endsWith("\r\u001b[K1 s\r\u001b[K2 s\r\u001b[K");
  }

  @Test
  void aFileHasNeither() {
    var console = console(Look.PLAIN);
    console.print("@|bold OpenHQM|@ listens");
    console.error("no such thing");
    console.note("listens");
    console.progress("1 s");
    console.progressDone();

    assertThat(out.toString().strip()).isEqualTo("OpenHQM listens");
    assertThat(err.toString().lines()).containsExactly("no such thing", "listens");
  }

  @Test
  void whatIsNoErrorIsNotRed() {
    console(new Look(true, true, true)).note("openhqm listens on 127.0.0.1:8000");

    assertThat(err.toString().strip()).isEqualTo("openhqm listens on 127.0.0.1:8000");
  }

  @Test
  void coloursAndProgressAreApart() {
    console(new Look(false, false, true)).error("plain");
    console(new Look(false, false, true)).progress("1 s");

    assertThat(err.toString()).startsWith("plain").endsWith("\r\u001b[K1 s");
  }
}
