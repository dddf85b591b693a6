package io.openhqm.core.config;

import io.openhqm.core.config.ConfigNode.Entry;
import io.openhqm.core.config.ConfigNode.Mapping;
import io.openhqm.core.config.ConfigNode.Place;
import io.openhqm.core.config.ConfigNode.Scalar;
import io.openhqm.core.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML, and JSON, which is YAML, into nodes with their places. */
final class YamlReader {
  private static final int CHARACTERS_MAX = 4 * 1024 * 1024;
  private static final int DEPTH_MAX = 50;
  private static final int NODES_MAX = 200_000;

  private final String source;
  private final UnaryOperator<Scalar> expand;
  private final List<ConfigProblem> problems;
  private int nodes;

  /**
   * @param expand what is done to each scalar that is a value
   * @param problems where faults go
   */
  YamlReader(String source, UnaryOperator<Scalar> expand, List<ConfigProblem> problems) {
    this.source = source;
    this.expand = expand;
    this.problems = problems;
  }

  /** The document; empty if it holds nothing, or cannot be read and a problem says why. */
  Optional<ConfigNode> read(String text) {
    var settings =
        LoadSettings.builder()
            .setLabel(source)
            .setUseMarks(true)
            .setMaxAliasesForCollections(50)
            .setCodePointLimit(CHARACTERS_MAX)
            .build();
    try {
      return new Compose(settings).composeString(text).map(node -> convert(node, 0));
    } catch (MarkedYamlEngineException fault) {
      var place = fault.getProblemMark().map(this::place).orElse(new Place(source, 1, 1));
      problem(place, "not valid YAML: " + fault.getProblem());
    } catch (YamlEngineException fault) {
      problem(new Place(source, 1, 1), "not valid YAML: " + firstLine(fault));
    } catch (TooBigException tooBig) {
      problem(tooBig.place, tooBig.getMessage());
    }
    return Optional.empty();
  }

  private ConfigNode convert(Node node, int depth) {
    var place = node.getStartMark().map(this::place).orElse(new Place(source, 1, 1));
    if (depth > DEPTH_MAX || ++nodes > NODES_MAX) {
      throw new TooBigException(
          place,
          "nested deeper than " + DEPTH_MAX + " levels or larger than " + NODES_MAX + " values");
    }
    return switch (node) {
      case ScalarNode scalar ->
          expand.apply(
              new Scalar(scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN, place));
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
    for (var tuple : mapping.getValue()) {
      var keyPlace = tuple.getKeyNode().getStartMark().map(this::place).orElse(place);
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(keyPlace, "a key must be a text");
        continue;
      }
      var value = convert(tuple.getValueNode(), depth + 1);
      var earlier = entries.putIfAbsent(key.getValue(), new Entry(keyPlace, value));
      if (earlier != null) {
        problem(
            keyPlace,
            "the key '" + key.getValue() + "' was given before, at " + earlier.keyPlace());
      }
    }
    return new Mapping(entries, place);
  }

  private Place place(Mark mark) {
    return new Place(source, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private void problem(Place place, String detail) {
    problems.add(new ConfigProblem(place.toString(), "", detail));
  }

  private static String firstLine(Exception fault) {
    return String.valueOf(fault.getMessage()).lines().findFirst().orElse("unreadable");
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
