package io.openhqm.core.config;

import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigNode.Scalar;
import io.openhqm.core.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads YAML, and JSON, which is YAML, into nodes with their places. Of YAML 1.1 it knows merge
 * keys ({@code <<}), since files for Python use them. No message quotes the text.
 */
final class YamlReader {
  static final int CHARACTERS_MAX = 4 * 1024 * 1024;
  static final int DEPTH_MAX = 50;
  private static final int NODES_MAX = 200_000;

  private final String source;
  private final boolean environment;
  private final UnaryOperator<Scalar> expand;
  private final ConfigReport report;
  private int nodes;

  private YamlReader(
      String source, boolean environment, UnaryOperator<Scalar> expand, ConfigReport report) {
    this.source = source;
    this.environment = environment;
    this.expand = expand;
    this.report = report;
  }

  /**
   * @param expand what is done to each scalar that is a value
   */
  static YamlReader ofFile(String source, UnaryOperator<Scalar> expand, ConfigReport report) {
    return new YamlReader(source, false, expand, report);
  }

  /** For the value of an environment variable: nothing in it is a reference to another. */
  static YamlReader ofVariable(String name, ConfigReport report) {
    return new YamlReader(name, true, UnaryOperator.identity(), report);
  }

  /** The document; empty if it holds nothing, or cannot be read and a problem says why. */
  Optional<ConfigNode> read(String text) {
    var start = new Place(source, 1, 1);
    var settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setMaxAliasesForCollections(50)
            .setCodePointLimit(CHARACTERS_MAX)
            .build();
    try {
      return compose(text, settings).map(node -> convert(node, 0));
    } catch (MarkedYamlEngineException fault) {
      var place = fault.getProblemMark().map(this::place).orElse(start);
      report.problem(place, "not valid YAML: " + YamlFault.of(fault.getProblem()));
    } catch (YamlEngineException fault) {
      report.problem(start, "not valid YAML: " + YamlFault.of(String.valueOf(fault.getMessage())));
    } catch (TooBigException tooBig) {
      report.problem(tooBig.place, tooBig.getMessage());
    }
    return Optional.empty();
  }

  private Optional<Node> compose(String text, LoadSettings settings) {
    try {
      checkDepth(text, settings);
      return new Compose(settings).composeString(text);
    } catch (IllegalArgumentException | IndexOutOfBoundsException fault) {
      // So the library answers escapes beyond Unicode, and some broken percent-encoding in tags.
      throw new YamlEngineException("special characters are not allowed", fault);
    }
  }

  /** Before the nodes are made, since making them is recursive. */
  private void checkDepth(String text, LoadSettings settings) {
    int depth = 0;
    for (var event : new Parse(settings).parseString(text)) {
      depth += event instanceof CollectionStartEvent ? 1 : 0;
      depth -= event instanceof CollectionEndEvent ? 1 : 0;
      if (depth > DEPTH_MAX) {
        throw tooDeep(event.getStartMark().map(this::place).orElse(new Place(source, 1, 1)));
      }
    }
  }

  private static TooBigException tooDeep(Place place) {
    return new TooBigException(place, "nested deeper than " + DEPTH_MAX + " levels");
  }

  private ConfigNode convert(Node node, int depth) {
    var place = node.getStartMark().map(this::place).orElse(new Place(source, 1, 1));
    if (depth > DEPTH_MAX) {
      throw tooDeep(place);
    }
    if (++nodes > NODES_MAX) {
      throw new TooBigException(place, "more than " + NODES_MAX + " values, aliases unfolded");
    }
    return switch (node) {
      case ScalarNode scalar -> {
        boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
        yield environment
            ? Scalar.ofVariable(scalar.getValue(), quoted, place)
            : expand.apply(Scalar.written(scalar.getValue(), quoted, place));
      }
      case SequenceNode sequence -> {
        var items = new ArrayList<ConfigNode>();
        for (var item : sequence.getValue()) {
          items.add(convert(item, depth + 1));
        }
        yield new Sequence(items, place);
      }
      case MappingNode mapping -> convertMapping(mapping, place, depth);
      default -> throw new TooBigException(place, "a value that YAML configuration cannot hold");
    };
  }

  private Mapping convertMapping(MappingNode mapping, Place place, int depth) {
    var entries = new LinkedHashMap<String, Entry>();
    var merged = new LinkedHashMap<String, Entry>();
    for (var tuple : mapping.getValue()) {
      var keyPlace = tuple.getKeyNode().getStartMark().map(this::place).orElse(place);
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        report.problem(keyPlace, "a key must be a text");
        continue;
      }
      var value = convert(tuple.getValueNode(), depth + 1);
      if (isMergeKey(key)) {
        merge(value, keyPlace, merged);
        continue;
      }
      var earlier = entries.putIfAbsent(key.getValue(), new Entry(keyPlace, value));
      if (earlier != null) {
        boolean named =
            !environment && KeyPath.isName(key.getValue()) && !earlier.value().saysNothing();
        report.problem(
            keyPlace,
            (named ? "the key '" + key.getValue() + "'" : "this key")
                + " was given before, at "
                + earlier.keyPlace());
      }
    }
    merged.forEach(entries::putIfAbsent);
    return new Mapping(entries, place);
  }

  private static boolean isMergeKey(ScalarNode key) {
    return key.getScalarStyle() == ScalarStyle.PLAIN && key.getValue().equals("<<");
  }

  private void merge(ConfigNode value, Place place, Map<String, Entry> to) {
    switch (value) {
      case Mapping mapping -> mapping.entries().forEach(to::putIfAbsent);
      case Sequence list -> list.items().forEach(item -> merge(item, item.place(), to));
      case Scalar wrong ->
          report.problem(place, "a merge key (<<) takes a mapping or a list of mappings");
    }
  }

  private Place place(Mark mark) {
    return new Place(source, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static final class TooBigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    TooBigException(Place place, String message) {
      super(message);
      this.place = place;
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
