package io.openhqm.core.config;

import io.openhqm.core.Nearest;
import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigResult.ShownValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Collects faults and the values in force while a configuration is read, by one thread. */
final class ConfigReport {
  /** More help nobody, and a file may have a fault on each of its lines. */
  private static final int PROBLEMS_MAX = 100;

  private final String source;
  private final List<Located> problems = new ArrayList<>();
  private final List<ShownValue> values = new ArrayList<>();
  private final List<Located> notes = new ArrayList<>();
  private int unlisted;

  /**
   * @param source what the whole is called
   */
  ConfigReport(String source) {
    this.source = source;
  }

  /** In the order of the file; what variables did wrong comes last. */
  List<ConfigProblem> problems() {
    var all =
        problems.stream()
            .sorted()
            .map(Located::problem)
            .collect(Collectors.toCollection(ArrayList::new));
    if (unlisted > 0) {
      String detail = unlisted + " more faults are not listed";
      all.add(new ConfigProblem(source, "", detail));
    }
    return all;
  }

  /** In the order of the reference. */
  List<ShownValue> values() {
    return values.stream()
        .sorted(
            (one, other) ->
                Integer.compare(Settings.position(one.path()), Settings.position(other.path())))
        .toList();
  }

  /** In the order of the file. */
  List<ConfigProblem> notes() {
    return notes.stream().sorted().map(Located::problem).toList();
  }

  /** Something that is no fault but hardly meant, such as a setting without effect. */
  void note(Place place, KeyPath key, String detail) {
    if (notes.size() < PROBLEMS_MAX) {
      notes.add(new Located(place, new ConfigProblem(place.toString(), key.toString(), detail)));
    }
  }

  boolean hasProblemAt(Place place) {
    return problems.stream().anyMatch(located -> located.place.equals(place));
  }

  /** A fault that is in no setting. */
  void problem(Place place, String detail) {
    problem(place, KeyPath.of(), detail);
  }

  void problem(Place place, KeyPath key, String detail) {
    if (problems.size() < PROBLEMS_MAX) {
      var problem = new ConfigProblem(place.toString(), key.toString(), detail);
      problems.add(new Located(place, problem));
    } else {
      unlisted++;
    }
  }

  /**
   * A key that is none. It is named only where it surely is a key: beside a missing colon may stand
   * a password.
   */
  void unknown(KeyPath parent, String key, Entry entry, String what, Collection<String> known) {
    if (problems.size() >= PROBLEMS_MAX) {
      unlisted++;
      return;
    }
    String hint = Nearest.hint(key, known);
    boolean named = !hint.isEmpty() || isSurelyKey(entry);
    problem(
        entry.keyPlace(),
        named ? parent.then(key) : parent,
        named && KeyPath.isName(key)
            ? "there is no such " + what + hint
            : "what stands here is no " + what + hint);
  }

  private static boolean isSurelyKey(Entry entry) {
    boolean variablesName = entry.keyPlace().line() == 0;
    return variablesName || !entry.value().saysNothing() && !entry.value().fromEnvironment();
  }

  /**
   * Notes what is in force.
   *
   * @param yaml as YAML on one line, masked where it is secret
   * @param entry where it came from; empty: it is the default
   */
  void value(KeyPath key, String yaml, Optional<Entry> entry) {
    var place = entry.map(found -> found.value().place().toString()).orElse("default");
    values.add(new ShownValue(key.steps(), yaml, place));
  }

  /** In the order of the file; what has no line comes last. */
  private record Located(Place place, ConfigProblem problem) implements Comparable<Located> {
    @Override
    public int compareTo(Located other) {
      int order = Boolean.compare(place.line() == 0, other.place.line() == 0);
      order = order == 0 ? place.source().compareTo(other.place.source()) : order;
      order = order == 0 ? Integer.compare(place.line(), other.place.line()) : order;
      return order == 0 ? Integer.compare(place.column(), other.place.column()) : order;
    }
  }
}
