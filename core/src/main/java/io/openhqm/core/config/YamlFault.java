package io.openhqm.core.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Says in words of our own what the YAML library found: its messages quote the text, and the text
 * may be a password.
 */
final class YamlFault {
  private static final Map<String, String> WORDS = words();

  private YamlFault() {}

  static String of(String problem) {
    return WORDS.entrySet().stream()
        .filter(known -> problem.contains(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("it cannot be read from here on");
  }

  private static Map<String, String> words() {
    var words = new LinkedHashMap<String, String>();
    words.put(
        "mapping values are not allowed",
        "a colon where none may be; put a text that holds ': ' in quotes, or mend the indentation");
    words.put("could not find expected ':'", "a key without a colon");
    words.put(
        "cannot start any token",
        "a value cannot begin with this character; put the text in quotes, indent with spaces");
    words.put(
        "undefined alias",
        "an alias (*) whose anchor (&) does not stand above it; put a text in quotes");
    words.put("unexpected end of stream", "the text ends inside quotes");
    words.put("document", "more than one document, or text after the end of the first");
    words.put("expected <block end>", "the indentation does not fit the lines above");
    words.put("expected ',' or", "a comma or a closing bracket is missing");
    words.put("special characters are not allowed", "a character that YAML does not allow");
    words.put("escape", "an escape that YAML does not know; use single quotes for backslashes");
    words.put(
        "exceeds the limit", "it is longer than " + YamlReader.CHARACTERS_MAX + " characters");
    return words;
  }
}
