package io.openhqm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds docs/command-line.md against the commands. */
class CommandLineReferenceTest {
  private static final Path DOCUMENT = Path.of("../docs/command-line.md");

  /** A word of a shell: quoted, or up to the next space. */
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  private static final Pattern CALL = Pattern.compile("(?:^|[ (])openhqm ([^)|>]*)");

  /** With the property {@code openhqm.docs.write} it writes them instead. */
  @Test
  void theReferenceHasEveryCommandAndExitCodeAsTheyAre() throws IOException {
    String expected = Files.readString(DOCUMENT);
    expected = withBlock(expected, "exit codes", exitCodes());
    expected = withBlock(expected, "commands", commands());
    if (Boolean.getBoolean("openhqm.docs.write")) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(Files.readString(DOCUMENT))
        .as("run this test with -Dopenhqm.docs.write=true to write them anew")
        .isEqualTo(expected);
  }

  @Test
  void everyExampleIsACommandThatThereIs() throws IOException {
    var lines = new ArrayList<>(Files.readAllLines(DOCUMENT));
    lines.removeIf(line -> line.matches("(#|Usage:|.*`openhqm).*"));
    var calls = new ArrayList<String>();
    for (String line : lines) {
      var call = CALL.matcher(line);
      while (call.find()) {
        calls.add(call.group(1));
      }
    }
    assertThat(calls).hasSizeGreaterThan(30);
    for (String call : calls) {
      String[] words = words(call);
      assertThatCode(() -> Main.commandLine(words).parseArgs(words))
          .as(call)
          .doesNotThrowAnyException();
    }
  }

  private static String[] words(String call) {
    return WORD.matcher(call)
        .results()
        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
        .map(
            word ->
                word.equals("ID") || word.equals("$id")
                    ? new java.util.UUID(1, 2).toString()
                    : word)
        .toArray(String[]::new);
  }

  private static String withBlock(String document, String name, String content) {
    var block = Pattern.compile("<!-- " + name + " -->\n.*?<!-- end -->", Pattern.DOTALL);
    var found = block.matcher(document);
    assertThat(found.find()).as("a place for the " + name).isTrue();
    return document.substring(0, found.start())
        + "<!-- "
        + name
        + " -->\n"
        + content
        + "<!-- end -->"
        + document.substring(found.end());
  }

  private static String exitCodes() {
    var table = new StringBuilder("| code | meaning |\n|---|---|\n");
    for (var code : ExitCode.values()) {
      table.append("| ").append(code.code()).append(" | ").append(code.meaning()).append(" |\n");
    }
    return table.toString();
  }

  private static String commands() {
    var text = new StringBuilder();
    append(text, "###", List.of(), Main.commandLine());
    return text.toString();
  }

  private static void append(
      StringBuilder text, String level, List<String> path, CommandLine command) {
    for (var sub : command.getSubcommands().entrySet()) {
      var name = new ArrayList<>(path);
      name.add(sub.getKey());
      text.append(level).append(" openhqm ").append(String.join(" ", name)).append("\n```text\n");
      text.append(sub.getValue().getUsageMessage().replaceAll("[ \t]+\n", "\n").strip());
      text.append("\n```\n\n");
      append(text, level + "#", name, sub.getValue());
    }
  }
}
