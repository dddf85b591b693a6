package io.openhqm.core.config;

import java.util.List;

/**
 * One setting, declared once: read, checked, shown and documented from here.
 *
 * @param name the key within its section
 * @param kind what it takes
 * @param defaultText the default as one would write it; empty: none
 * @param description one line
 * @param unit what is counted; empty where that is plain
 * @param example as one would write it; empty: the default is one
 */
record Setting(
    String name, Kind kind, String defaultText, String description, String unit, String example) {
  /** What a setting takes. */
  sealed interface Kind {
    record Text() implements Kind {}

    /** Any text, never shown. */
    record SecretText() implements Kind {}

    record Choice(List<String> words) implements Kind {}

    record Whole(long min, long max) implements Kind {}

    /** Seconds, a fraction allowed. */
    record Seconds(double min, double max) implements Kind {}

    record Flag() implements Kind {}

    record TextList() implements Kind {}

    /** A mapping that is read elsewhere. */
    record Tree() implements Kind {}
  }

  static Setting text(String name, String defaultText, String description) {
    return new Setting(name, new Kind.Text(), defaultText, description, "", "");
  }

  static Setting secret(String name, String defaultText, String description) {
    return new Setting(name, new Kind.SecretText(), defaultText, description, "", "");
  }

  static Setting choice(String name, String defaultText, String description, String... words) {
    return new Setting(name, new Kind.Choice(List.of(words)), defaultText, description, "", "");
  }

  static Setting whole(String name, String defaultText, long min, long max, String description) {
    return new Setting(name, new Kind.Whole(min, max), defaultText, description, "", "");
  }

  static Setting seconds(
      String name, String defaultText, double min, double max, String description) {
    return new Setting(name, new Kind.Seconds(min, max), defaultText, description, "seconds", "");
  }

  static Setting flag(String name, String defaultText, String description) {
    return new Setting(name, new Kind.Flag(), defaultText, description, "", "");
  }

  static Setting list(String name, String defaultText, String description) {
    return new Setting(name, new Kind.TextList(), defaultText, description, "", "");
  }

  static Setting tree(String name, String description) {
    return new Setting(name, new Kind.Tree(), "", description, "", "");
  }

  Setting unit(String counted) {
    return new Setting(name, kind, defaultText, description, counted, example);
  }

  Setting example(String text) {
    return new Setting(name, kind, defaultText, description, unit, text);
  }

  /** What it takes, in words for an error message and for the reference. */
  String expected() {
    return switch (kind) {
      case Kind.Text text -> "a text";
      case Kind.SecretText secret -> "a text";
      case Kind.Choice choice -> String.join(", ", choice.words());
      case Kind.Whole whole -> "a whole number from " + whole.min() + " to " + whole.max();
      case Kind.Seconds seconds ->
          "a number of seconds from " + plain(seconds.min()) + " to " + plain(seconds.max());
      case Kind.Flag flag -> "true or false";
      case Kind.TextList list -> "a list of texts";
      case Kind.Tree tree -> "a mapping";
    };
  }

  private static String plain(double number) {
    return number == Math.rint(number)
        ? Long.toString(Math.round(number))
        : Double.toString(number);
  }
}
