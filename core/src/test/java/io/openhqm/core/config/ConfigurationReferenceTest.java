package io.openhqm.core.config;

import static io.openhqm.core.config.Configs.faults;
import static io.openhqm.core.config.Configs.good;
import static io.openhqm.core.config.Configs.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds docs/configuration.md and config.example.yaml against the code. */
class ConfigurationReferenceTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve("docs/configuration.md");
  private static final Path EXAMPLE = ROOT.resolve("config.example.yaml");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "ORDERS_TOKEN", "t",
          "ORDERS_PASSWORD", "p",
          "MQTT_PASSWORD", "p",
          "EVENT_HUBS", "e",
          "CHECKPOINTS", "c");

  /** With the property {@code openhqm.docs.write} it writes the tables instead. */
  @Test
  void theReferenceHasEveryKeyAsTheCodeHasIt() throws IOException {
    String document = Files.readString(DOCUMENT);
    String expected = document;
    for (String name : ReferenceTables.all().keySet()) {
      var block = Pattern.compile("<!-- keys: " + name + " -->\n.*?<!-- end -->", Pattern.DOTALL);
      var found = block.matcher(expected);
      assertThat(found.find()).as("a place for the keys of " + name).isTrue();
      expected =
          expected.substring(0, found.start())
              + "<!-- keys: "
              + name
              + " -->\n"
              + ReferenceTables.table(name)
              + "<!-- end -->"
              + expected.substring(found.end());
    }
    if (Boolean.getBoolean("openhqm.docs.write")) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(Files.readString(DOCUMENT))
        .as("run this test with -Dopenhqm.docs.write=true to write the tables anew")
        .isEqualTo(expected);
  }

  /** A block of YAML after {@code <!-- config -->} is a configuration. */
  @Test
  void theExamplesOfTheReferenceLoad() throws IOException {
    var blocks = blocks("config", "yaml");
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(3);
    blocks.forEach(yaml -> good(yaml, VARIABLES));
  }

  /** What follows {@code <!-- faulty -->} gives the very lines that follow it. */
  @Test
  void theFaultsInTheReferenceAreTheRealOnes() throws IOException {
    String faulty = blocks("faulty", "yaml").getFirst();
    var lines =
        blocks("faults", "").getFirst().lines().filter(line -> line.startsWith("config.yaml"));
    assertThat(faults(faulty, Map.of())).containsExactlyElementsOf(lines.toList());
  }

  private static List<String> blocks(String mark, String language) throws IOException {
    var block =
        Pattern.compile("<!-- " + mark + " -->\n```" + language + "\n(.*?)```", Pattern.DOTALL);
    return block.matcher(Files.readString(DOCUMENT)).results().map(r -> r.group(1)).toList();
  }

  static Stream<Arguments> settings() {
    return ReferenceTables.all().entrySet().stream()
        .flatMap(
            section ->
                section.getValue().stream()
                    .map(setting -> Arguments.of(section.getKey(), setting)));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everySettingHasAMeaningAndAnExampleThatLoads(String section, Setting setting) {
    assertThat(setting.description()).endsWith(".").doesNotContain("|");
    String example = setting.example().isEmpty() ? setting.defaultText() : setting.example();
    assertThat(example).isNotEmpty();
    String given = setting.name() + ": " + example;
    String text =
        switch (section) {
          case "endpoint" -> "proxy:\n  endpoints:\n    a:\n      " + given;
          case "routing file" -> "routing:\n  enabled: true\n  config_dict:\n    " + given;
          case "route" ->
              "routing:\n  enabled: true\n  config_dict:\n    routes:\n      - " + given;
          default -> section + ":\n  " + given;
        };
    var result = read(text, VARIABLES);
    if (result instanceof ConfigResult.Invalid invalid) {
      // Alone it may lack its companions, but nothing may be wrong with it itself.
      assertThat(invalid.problems())
          .extracting(ConfigProblem::detail)
          .noneMatch(detail -> detail.contains("expected") || detail.contains("is none of"))
          .noneMatch(detail -> detail.contains("no such setting"));
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyVariableOfTheReferenceReachesItsSetting(String section, Setting setting) {
    boolean scalar =
        !(setting.kind() instanceof Setting.Kind.Tree)
            && !List.of("routing file", "route").contains(section);
    if (!scalar) {
      return;
    }
    String nonsense = "[[";
    boolean anyText =
        setting.kind() instanceof Setting.Kind.Text
            || setting.kind() instanceof Setting.Kind.SecretText
            || setting.kind() instanceof Setting.Kind.TextList;
    var result =
        read(
            "proxy: {endpoints: {name: {url: 'http://a'}}}",
            Map.of(ReferenceTables.variable(section, setting), nonsense));
    String path =
        section.equals("endpoint")
            ? "proxy.endpoints.name." + setting.name()
            : section + "." + setting.name();
    switch (result) {
      case ConfigResult.Loaded loaded -> {
        assertThat(anyText).isTrue();
        assertThat(loaded.values())
            .filteredOn(value -> String.join(".", value.path()).equals(path))
            .singleElement()
            .satisfies(
                value ->
                    assertThat(value.place())
                        .isEqualTo(ReferenceTables.variable(section, setting)));
      }
      case ConfigResult.Invalid invalid ->
          assertThat(invalid.problems())
              .anySatisfy(
                  problem -> {
                    assertThat(problem.place())
                        .isEqualTo(ReferenceTables.variable(section, setting));
                    assertThat(problem.detail()).doesNotContain("no such setting");
                  });
    }
  }

  @Test
  void theExampleFileLoadsAndHoldsTheDefaultsWhereItSaysSo() throws IOException {
    var loaded = ConfigLoader.load(Optional.of(EXAMPLE), VARIABLES);
    assertThat(loaded).isInstanceOf(ConfigResult.Loaded.class);
    String text = Files.readString(EXAMPLE);
    // Each line that is commented out as "# key: value" is a default, in the section above it.
    String uncommented = text.replaceAll("(?m)^( +)# ([a-z_]+: .*)$", "$1$2");
    assertThat(uncommented).isNotEqualTo(text);
    assertThat(read(uncommented, VARIABLES)).isInstanceOf(ConfigResult.Loaded.class);
    var shownDefaults = shown(read(uncommented, VARIABLES));
    var shownAsIs = shown(read(text, VARIABLES));
    assertThat(shownDefaults).containsAllEntriesOf(shownAsIs);
    assertThat(shownAsIs.keySet()).containsAll(shownDefaults.keySet());
  }

  private static Map<String, String> shown(ConfigResult result) {
    var shown = new TreeMap<String, String>();
    for (var value : ((ConfigResult.Loaded) result).values()) {
      shown.put(String.join(".", value.path()), value.yaml());
    }
    return shown;
  }
}
