package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Scalar;
import io.openhqm.core.config.ConfigNode.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads one section by its declared settings. What is wrong becomes a problem, and reading goes on
 * with the default, so that all faults are found at once. Every value that is read is also noted
 * for {@code config show}.
 */
final class SectionReader {
  private final String path;
  private final Mapping mapping;
  private final List<Setting> settings;
  private final ConfigReport report;

  SectionReader(String path, Mapping mapping, List<Setting> settings, ConfigReport report) {
    this.path = path;
    this.mapping = mapping;
    this.settings = settings;
    this.report = report;
    mapping.entries().forEach(this::checkKnown);
  }

  private void checkKnown(String key, Entry entry) {
    var names = settings.stream().map(Setting::name).toList();
    if (!names.contains(key)) {
      report.problem(
          entry.keyPlace(),
          path + "." + key,
          "there is no such setting" + Nearest.hint(key, names));
    }
  }

  /** A text; empty where neither a value nor a default is. */
  Optional<String> text(String name) {
    var setting = setting(name);
    Optional<Scalar> found = scalar(setting);
    var value = found.map(Scalar::text).or(() -> nonEmpty(setting.defaultText()));
    boolean secret = setting.kind() instanceof Setting.Kind.SecretText;
    report.value(path + "." + name, secret ? value.map(text -> Secret.MASK) : value, entry(name));
    return value.filter(text -> !text.isEmpty());
  }

  String textOrEmpty(String name) {
    return text(name).orElse("");
  }

  Secret secret(String name) {
    return Secret.of(textOrEmpty(name));
  }

  OptionalLong whole(String name) {
    var setting = setting(name);
    var kind = (Setting.Kind.Whole) setting.kind();
    for (var scalar : candidates(setting)) {
      try {
        long value =
            new java.math.BigDecimal(scalar.text().strip().replace("_", "")).longValueExact();
        if (value >= kind.min() && value <= kind.max()) {
          report.value(path + "." + name, Optional.of(Long.toString(value)), entry(name));
          return OptionalLong.of(value);
        }
        refuse(setting, scalar);
      } catch (ArithmeticException | NumberFormatException notWhole) {
        refuse(setting, scalar);
      }
    }
    report.value(path + "." + name, Optional.empty(), Optional.empty());
    return OptionalLong.empty();
  }

  OptionalInt integer(String name) {
    var value = whole(name);
    return value.isPresent()
        ? OptionalInt.of(Math.toIntExact(value.getAsLong()))
        : OptionalInt.empty();
  }

  Optional<Duration> seconds(String name) {
    var setting = setting(name);
    var kind = (Setting.Kind.Seconds) setting.kind();
    for (var scalar : candidates(setting)) {
      try {
        double value = Double.parseDouble(scalar.text().strip());
        if (value >= kind.min() && value <= kind.max()) {
          report.value(path + "." + name, Optional.of(scalar.text().strip()), entry(name));
          return Optional.of(Duration.ofNanos(Math.round(value * 1e9)));
        }
      } catch (NumberFormatException notANumber) {
        // refused below, like a number out of bounds
      }
      refuse(setting, scalar);
    }
    report.value(path + "." + name, Optional.empty(), Optional.empty());
    return Optional.empty();
  }

  boolean flag(String name) {
    var setting = setting(name);
    for (var scalar : candidates(setting)) {
      var value =
          switch (scalar.text().strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1", "y", "t" -> Optional.of(true);
            case "false", "no", "off", "0", "n", "f" -> Optional.of(false);
            default -> Optional.<Boolean>empty();
          };
      if (value.isPresent()) {
        report.value(path + "." + name, Optional.of(value.get().toString()), entry(name));
        return value.get();
      }
      refuse(setting, scalar);
    }
    return false;
  }

  /** One of the setting's words, as declared; empty where there is no default. */
  Optional<String> choice(String name) {
    var setting = setting(name);
    var words = ((Setting.Kind.Choice) setting.kind()).words();
    for (var scalar : candidates(setting)) {
      var word = words.stream().filter(scalar.text().strip()::equalsIgnoreCase).findFirst();
      if (word.isPresent()) {
        report.value(path + "." + name, word, entry(name));
        return word;
      }
      report.problem(
          scalar.place(),
          path + "." + name,
          found(setting, scalar)
              + " is none of "
              + setting.expected()
              + Nearest.hint(scalar.text(), words));
    }
    report.value(path + "." + name, Optional.empty(), Optional.empty());
    return Optional.empty();
  }

  /** A list; a single text, or one with commas, is one too. */
  Optional<List<String>> list(String name) {
    var setting = setting(name);
    var value = entry(name).map(Entry::value).filter(node -> !node.saysNothing());
    Optional<List<String>> items =
        value.isPresent()
            ? items(setting, value.get())
            : nonEmpty(setting.defaultText()).map(SectionReader::defaultItems);
    report.value(path + "." + name, items.map(Yaml::flow), entry(name));
    return items;
  }

  private Optional<List<String>> items(Setting setting, ConfigNode node) {
    return switch (node) {
      case Scalar scalar -> Optional.of(splitAtCommas(scalar.text()));
      case Sequence sequence -> {
        var texts = new ArrayList<String>();
        for (var item : sequence.items()) {
          if (item instanceof Scalar scalar) {
            texts.add(scalar.text());
          } else {
            report.problem(item.place(), path + "." + setting.name(), "each item must be a text");
          }
        }
        yield Optional.of(List.copyOf(texts));
      }
      case Mapping wrong -> {
        report.problem(wrong.place(), path + "." + setting.name(), "expected a list of texts");
        yield Optional.empty();
      }
    };
  }

  /** A mapping below this section; empty where there is none. */
  Optional<Mapping> tree(String name) {
    return entry(name)
        .map(Entry::value)
        .filter(node -> !node.saysNothing())
        .flatMap(
            node -> {
              if (node instanceof Mapping mapping) {
                return Optional.of(mapping);
              }
              report.problem(node.place(), path + "." + name, "expected a mapping");
              return Optional.empty();
            });
  }

  /** A mapping of texts below this section. */
  Map<String, String> texts(String name) {
    var texts = new LinkedHashMap<String, String>();
    tree(name)
        .ifPresent(
            mapping ->
                mapping
                    .entries()
                    .forEach(
                        (key, entry) -> {
                          if (entry.value() instanceof Scalar scalar) {
                            texts.put(key, scalar.text());
                          } else {
                            report.problem(
                                entry.keyPlace(), path + "." + name + "." + key, "expected a text");
                          }
                        }));
    return texts;
  }

  /** The keys that lead here. */
  String path() {
    return path;
  }

  Optional<Entry> entry(String name) {
    return Optional.ofNullable(mapping.entries().get(name));
  }

  /** A fault of a setting that was read well but does not fit the others. */
  void problem(String name, String detail) {
    var place = entry(name).map(entry -> entry.value().place()).orElse(mapping.place());
    report.problem(place, path + "." + name, detail);
  }

  private Setting setting(String name) {
    return settings.stream()
        .filter(setting -> setting.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("undeclared setting " + path + "." + name));
  }

  /** What was written, then the default: the second is used when the first is refused. */
  private List<Scalar> candidates(Setting setting) {
    var candidates = new ArrayList<Scalar>(2);
    scalar(setting).ifPresent(candidates::add);
    nonEmpty(setting.defaultText())
        .ifPresent(text -> candidates.add(new Scalar(text, false, mapping.place())));
    return candidates;
  }

  private Optional<Scalar> scalar(Setting setting) {
    var value = entry(setting.name()).map(Entry::value).filter(node -> !node.saysNothing());
    if (value.isPresent() && !(value.get() instanceof Scalar)) {
      report.problem(
          value.get().place(), path + "." + setting.name(), "expected " + setting.expected());
    }
    return value.filter(Scalar.class::isInstance).map(Scalar.class::cast);
  }

  private void refuse(Setting setting, Scalar scalar) {
    report.problem(
        scalar.place(),
        path + "." + setting.name(),
        "expected " + setting.expected() + " but found " + found(setting, scalar));
  }

  private static String found(Setting setting, Scalar scalar) {
    boolean secret = setting.kind() instanceof Setting.Kind.SecretText;
    String text =
        scalar.text().length() > 60 ? scalar.text().substring(0, 60) + "…" : scalar.text();
    return secret ? "a value that is not shown" : "'" + text + "'";
  }

  private static Optional<String> nonEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static List<String> defaultItems(String text) {
    String inner = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
    return splitAtCommas(inner.replace("\"", ""));
  }

  private static List<String> splitAtCommas(String text) {
    return java.util.Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
