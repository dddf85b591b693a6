package io.openhqm.transforms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.EvaluationListener;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import io.openhqm.core.Bytes;
import io.openhqm.core.Message;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Transformation;
import java.util.regex.Pattern;

/**
 * JSONPath by Jayway's json-path. The payload is what is found, if that is one object; else {@code
 * {"result": …}} with the one value, or with the list of those that were found, as the Python
 * OpenHQM has it.
 */
public final class JsonPathTransformation implements Transformation {
  private static final Pattern PLACE = Pattern.compile("(?:position|index) (\\d+)");

  /** Given whole, so that the library looks for no other: the one it would take is left out. */
  private static final Configuration CONFIGURATION =
      Configuration.builder()
          .jsonProvider(new JacksonJsonNodeJsonProvider(Trees.MAPPER))
          .mappingProvider(new JacksonMappingProvider(Trees.MAPPER))
          .options(Option.ALWAYS_RETURN_LIST, Option.SUPPRESS_EXCEPTIONS)
          .build();

  @Override
  public String name() {
    return "jsonpath";
  }

  @Override
  public Compiled compile(String text) {
    if (!isBalanced(text)) {
      // The library takes what is open at the end for nothing.
      throw new IllegalArgumentException(
          "not a JSONPath: a bracket or a quote in it is never closed");
    }
    try {
      var path = JsonPath.compile(text);
      return message -> apply(path, message);
    } catch (JsonPathException | IllegalArgumentException | LinkageError invalid) {
      // The library's words repeat the text. The linkage: JSON texts inside of filters, which need
      // what is left out.
      var place = PLACE.matcher(String.valueOf(invalid.getMessage()));
      throw new IllegalArgumentException(
          "not a JSONPath" + (place.find() ? ": see character " + place.group(1) + " of it" : ""),
          invalid);
    }
  }

  private static Bytes apply(JsonPath path, Message message)
      throws PermanentException, InterruptedException {
    var budget = new Budget(MessageSize.of(message));
    var bounded =
        CONFIGURATION.setEvaluationListeners(
            found -> {
              budget.spend();
              return EvaluationListener.EvaluationContinuation.CONTINUE;
            });
    try {
      return Trees.write(payload(find(path, Trees.read(message), bounded)));
    } catch (Budget.SpentException spent) {
      if (spent.isInterrupted()) {
        throw new InterruptedException();
      }
      throw new PermanentException("the path finds too much in it");
    } catch (JsonPathException failed) {
      throw new PermanentException("a value is of another type than the path needs");
    }
  }

  private static boolean isBalanced(String path) {
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[' || c == '(') {
        depth++;
      } else if (c == ']' || c == ')') {
        depth--;
      }
    }
    return depth == 0 && quote == 0;
  }

  /** The list of what is found, or what a function at the end of the path gives. */
  private static JsonNode find(JsonPath path, JsonNode in, Configuration bounded) {
    Object found = path.read(in, bounded);
    if (found == null) {
      // A function gives one value, and nothing when it is asked for a list.
      found = path.read(in, bounded.setOptions(Option.SUPPRESS_EXCEPTIONS));
    }
    return found == null ? JsonNodeFactory.instance.nullNode() : Trees.MAPPER.valueToTree(found);
  }

  private static JsonNode payload(JsonNode found) {
    var only = found.isArray() && found.size() == 1 ? found.get(0) : found;
    return only.isObject() ? only : JsonNodeFactory.instance.objectNode().set("result", only);
  }
}
