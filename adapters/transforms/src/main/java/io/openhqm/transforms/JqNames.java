package io.openhqm.transforms;

import io.openhqm.core.Nearest;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The names that a jq expression uses and makes. The library looks a function up when it is called,
 * so that a slip would be found by the first message that reaches it; and it shows nobody what it
 * parsed. So its tree is read by reflection. Where that tells nothing, nothing is found wrong here,
 * and the slip ends the jobs that meet it.
 */
final class JqNames {
  private static final String TREE = "net.thisptr.jackson.jq.internal.";

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /** As {@code name/2}. */
  private final Set<String> called = new TreeSet<>();

  private final Set<String> defined = new TreeSet<>();
  private final Set<String> read = new TreeSet<>();
  private final Set<String> bound = new TreeSet<>();

  private JqNames() {}

  static JqNames of(Expression expression) {
    var names = new JqNames();
    names.visit(expression);
    return names;
  }

  /** What is called or read and is nowhere, in words; where it is defined is not looked at. */
  Optional<String> firstUnknown(Scope builtin) {
    for (String name : called) {
      int slash = name.lastIndexOf('/');
      int count = Integer.parseInt(name.substring(slash + 1));
      String bare = name.substring(0, slash);
      if (!defined.contains(name) && builtin.getFunction(bare, count) == null) {
        var known =
            builtin.getLocalFunctions().keySet().stream()
                .map(function -> function.replaceFirst("/\\d+$", ""))
                .filter(candidate -> !candidate.startsWith("_") && !candidate.equals(bare))
                .collect(Collectors.toCollection(TreeSet::new));
        return Optional.of(
            "there is no function "
                + bare
                + " of "
                + count
                + " arguments"
                + (bare.length() < 3 ? "" : Nearest.hint(bare, known)));
      }
    }
    return read.stream()
        .filter(name -> !bound.contains(name))
        .findFirst()
        .map(name -> "there is no variable $" + name);
  }

  private void visit(Object node) {
    switch (node) {
      case Iterable<?> items -> items.forEach(this::visitIfThere);
      case Map<?, ?> map -> map.values().forEach(this::visitIfThere);
      case Object other when other.getClass().getName().startsWith(TREE) -> {
        if (seen.add(other)) {
          note(other);
          fieldsOf(other).values().forEach(this::visitIfThere);
        }
      }
      default -> {}
    }
  }

  private void visitIfThere(@Nullable Object node) {
    if (node != null) {
      visit(node);
    }
  }

  private void note(Object node) {
    var fields = fieldsOf(node);
    switch (node.getClass().getSimpleName()) {
      case "FunctionCall" -> {
        if (fields.get("name") instanceof String name
            && fields.get("args") instanceof Iterable<?> arguments) {
          called.add(name + "/" + count(arguments));
        }
      }
      case "FormattingFilter" -> {
        if (fields.get("name") instanceof String name) {
          called.add('@' + name + "/0");
        }
      }
      case "FunctionDefinition" -> {
        if (fields.get("fname") instanceof String name
            && fields.get("args") instanceof Iterable<?> arguments) {
          defined.add(name + "/" + count(arguments));
          arguments.forEach(
              argument -> {
                String text = String.valueOf(argument);
                if (text.startsWith("$")) {
                  bound.add(text.substring(1));
                  defined.add(text.substring(1) + "/0");
                } else {
                  defined.add(text + "/0");
                }
              });
        }
      }
      case "VariableAccess", "VariableKeyFieldConstruction" -> {
        if (fields.get("name") instanceof String name) {
          read.add(name.startsWith("$") ? name.substring(1) : name);
        }
      }
      default -> {
        if (node.getClass().getName().startsWith(TREE + "tree.matcher.")) {
          fields.values().stream()
              .filter(String.class::isInstance)
              .map(String.class::cast)
              .forEach(name -> bound.add(name.startsWith("$") ? name.substring(1) : name));
        }
      }
    }
  }

  private static int count(Iterable<?> items) {
    int count = 0;
    for (Object item : items) {
      count++;
    }
    return count;
  }

  private static Map<String, Object> fieldsOf(Object node) {
    var values = new HashMap<String, Object>();
    for (Class<?> type = node.getClass(); type != null && type != Object.class; ) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          value(field, node).ifPresent(value -> values.putIfAbsent(field.getName(), value));
        }
      }
      type = type.getSuperclass();
    }
    return values;
  }

  private static Optional<Object> value(Field field, Object node) {
    try {
      field.setAccessible(true);
      return Optional.ofNullable(field.get(node));
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return Optional.empty();
    }
  }
}
