package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Scalar;
import io.openhqm.core.config.ConfigNode.Sequence;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final KeyPath path;
  private final Mapping mapping;
  private final List<Setting> settings;
  private final ConfigReport report;
  private final boolean shown;

  SectionReader(KeyPath path, Mapping mapping, List<Setting> settings, ConfigReport report) {
    this(path, mapping, settings, report, true);
  }

  private SectionReader(
      KeyPath path, Mapping mapping, List<Setting> settings, ConfigReport report, boolean shown) {
    this.path = path;
    this.mapping = mapping;
    this.settings = settings;
    this.report = report;
    this.shown = shown;
    var names = settings.stream().map(Setting::name).toList();
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!names.contains(key)) {
                report.unknown(path, key, entry, "setting", names);
              }
            });
  }

  /** For what is shown as a whole, or stands in a file of its own. */
  static SectionReader unshown(
      KeyPath path, Mapping mapping, List<Setting> settings, ConfigReport report) {
    return new SectionReader(path, mapping, settings, report, false);
  }

  /** A text; empty where neither a value nor a default is. */
  Optional<String> text(String name) {
    var setting = setting(name);
    Optional<Scalar> found = scalar(setting);
    var value = found.map(Scalar::text).or(() -> nonEmpty(setting.defaultText()));
    boolean secret = setting.kind() instanceof Setting.Kind.SecretText;
    value.ifPresent(
        text -> {
          boolean hidden = secret && !text.isEmpty() && !text.equals(setting.defaultText());
          String shownText = found.map(Disclosure::shown).orElse(text);
          noteValue(name, Yaml.scalar(hidden ? Secret.MASK : shownText));
        });
    return value.filter(text -> !text.isEmpty());
  }

  /** A text that is read elsewhere too: without its default, and not noted. */
  Optional<String> entered(String name) {
    return entry(name)
        .filter(entry -> !entry.value().saysNothing())
        .flatMap(
            entry -> entry.value() instanceof Scalar s ? Optional.of(s.text()) : Optional.empty())
        .filter(text -> !text.isBlank());
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
      var value = Numbers.whole(scalar.text(), kind.min(), kind.max());
      if (value.isPresent()) {
        noteValue(name, Long.toString(value.get()));
        return OptionalLong.of(value.get());
      }
      refuse(setting, scalar);
    }
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
      var value =
          Numbers.read(scalar.text())
              .map(BigDecimal::doubleValue)
              .filter(number -> number >= kind.min() && number <= kind.max());
      if (value.isPresent()) {
        noteValue(name, Yaml.scalar(scalar.text().strip()));
        return Optional.of(Duration.ofNanos(Math.round(value.get() * 1e9)));
      }
      refuse(setting, scalar);
    }
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
        noteValue(name, value.get().toString());
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
        noteValue(name, Yaml.scalar(word.get()));
        return word;
      }
      if (!scalar.text().isBlank()) {
        report.problem(
            scalar.place(),
            path.then(name),
            quoted(name, scalar.text())
                + " is none of "
                + setting.expected()
                + Nearest.hint(scalar.text(), words));
      }
    }
    return Optional.empty();
  }

  /** A list; a single text, or one with commas, is one too. */
  Optional<List<String>> list(String name) {
    var setting = setting(name);
    var value = entry(name).map(Entry::value).filter(node -> !node.saysNothing());
    Optional<List<Scalar>> items =
        value.isPresent()
            ? items(setting, value.get())
            : nonEmpty(setting.defaultText())
                .map(text -> split(defaultItems(text), Scalar.written("", true, mapping.place())));
    items.ifPresent(
        scalars -> noteValue(name, Yaml.flow(scalars.stream().map(Disclosure::shown).toList())));
    return items.map(scalars -> scalars.stream().map(Scalar::text).toList());
  }

  private Optional<List<Scalar>> items(Setting setting, ConfigNode node) {
    return switch (node) {
      case Scalar scalar -> Optional.of(split(splitAtCommas(scalar.text()), scalar));
      case Sequence sequence -> {
        var scalars = new ArrayList<Scalar>();
        for (var item : sequence.items()) {
          if (item instanceof Scalar scalar) {
            scalars.add(scalar);
          } else {
            report.problem(item.place(), path.then(setting.name()), "each item must be a text");
          }
        }
        yield Optional.of(List.copyOf(scalars));
      }
      case Mapping wrong -> {
        report.problem(wrong.place(), path.then(setting.name()), "expected a list of texts");
        yield Optional.empty();
      }
    };
  }

  /** The parts of a text; each is a variable's as a whole where a piece of the text is one's. */
  private static List<Scalar> split(List<String> parts, Scalar of) {
    return parts.stream()
        .map(
            part ->
                of.fromEnvironment()
                    ? Scalar.ofVariable(part, true, of.place())
                    : Scalar.written(part, true, of.place()))
        .toList();
  }

  /** A mapping below this section; empty where there is none. */
  Optional<Mapping> tree(String name) {
    return entry(name)
        .map(Entry::value)
        .filter(node -> !node.saysNothing())
        .flatMap(
            node -> {
              if (node instanceof Mapping found) {
                return Optional.of(found);
              }
              report.problem(node.place(), path.then(name), "expected a mapping");
              return Optional.empty();
            });
  }

  /**
   * A mapping that is shown as it was written.
   *
   * @param mayHoldSecrets whether values that may be secret are hidden
   */
  Optional<Mapping> shownTree(String name, boolean mayHoldSecrets) {
    var tree = tree(name);
    tree.ifPresent(found -> noteValue(name, Yaml.flow(found, mayHoldSecrets)));
    return tree;
  }

  /** A mapping of texts below this section. */
  Map<String, String> texts(String name) {
    var texts = new LinkedHashMap<String, String>();
    shownTree(name, true)
        .ifPresent(found -> found.entries().forEach((key, entry) -> text(name, key, entry, texts)));
    return texts;
  }

  private void text(String name, String key, Entry entry, Map<String, String> texts) {
    if (entry.value() instanceof Scalar scalar && !scalar.isNull()) {
      texts.put(key, scalar.text());
    } else {
      String detail = "each key needs a text; write \"\" for an empty one";
      report.problem(entry.keyPlace(), path.then(name), detail);
    }
  }

  Optional<Entry> entry(String name) {
    return Optional.ofNullable(mapping.entries().get(name));
  }

  /** A fault of a setting that was read well but does not fit the others. */
  void problem(String name, String detail) {
    var place = entry(name).map(entry -> entry.value().place()).orElse(mapping.place());
    report.problem(place, path.then(name), detail);
  }

  /** Whether somebody set it. */
  boolean isGiven(String name) {
    return entry(name).filter(entry -> !entry.value().saysNothing()).isPresent();
  }

  /** Notes that a setting does nothing, if somebody set it. */
  void noteUseless(String name, String why) {
    if (isGiven(name)) {
      note(name, "has no effect" + why);
    }
  }

  /** Something of a setting that is no fault but hardly meant. */
  void note(String name, String detail) {
    var place = entry(name).map(entry -> entry.value().place()).orElse(mapping.place());
    report.note(place, path.then(name), detail);
  }

  /** Whether a fault of this very value was told before, such as a variable that is not set. */
  boolean isFaulty(String name) {
    return entry(name).map(entry -> report.hasProblemAt(entry.value().place())).orElse(false);
  }

  /** {@code text}, which was read from a setting, for a message. */
  String quoted(String name, String text) {
    boolean secret = setting(name).kind() instanceof Setting.Kind.SecretText;
    boolean variable = entry(name).map(entry -> entry.value().fromEnvironment()).orElse(false);
    return !secret && !variable && Disclosure.mayQuote(name, text)
        ? "'" + text + "'"
        : "a value that is not shown";
  }

  /** {@code words} about a value; only that it is not valid where they may repeat a variable's. */
  String told(String name, String words) {
    boolean variable = entry(name).map(entry -> entry.value().fromEnvironment()).orElse(false);
    return variable ? "not valid; it holds the value of a variable, so no more is told" : words;
  }

  private void noteValue(String name, String yaml) {
    if (shown) {
      var given = entry(name).filter(found -> !found.value().saysNothing());
      report.value(path.then(name), yaml, given);
    }
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
        .ifPresent(text -> candidates.add(Scalar.written(text, false, mapping.place())));
    return candidates;
  }

  private Optional<Scalar> scalar(Setting setting) {
    var value = entry(setting.name()).map(Entry::value).filter(node -> !node.saysNothing());
    if (value.isPresent() && !(value.get() instanceof Scalar)) {
      report.problem(
          value.get().place(), path.then(setting.name()), "expected " + setting.expected());
    }
    return value.filter(Scalar.class::isInstance).map(Scalar.class::cast);
  }

  private void refuse(Setting setting, Scalar scalar) {
    report.problem(
        scalar.place(),
        path.then(setting.name()),
        "expected " + setting.expected() + " but found " + quoted(setting.name(), scalar.text()));
  }

  private static Optional<String> nonEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static List<String> defaultItems(String text) {
    String inner = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
    return splitAtCommas(inner.replace("\"", ""));
  }

  private static List<String> splitAtCommas(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
