package io.openhqm.aws.dynamodb;

import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A conditional change of one item, in DynamoDB's words. Our attribute names are none of its
 * reserved ones, so that they stand in expressions as they are.
 */
final class Change {
  private final StringJoiner condition = new StringJoiner(" AND ");
  private final StringJoiner sets = new StringJoiner(", ", "SET ", "").setEmptyValue("");
  private final StringJoiner removes = new StringJoiner(", ", " REMOVE ", "").setEmptyValue("");
  private final Map<String, AttributeValue> values = new HashMap<>();

  private Change() {}

  /** Without a condition every change would make an item of an unknown job. */
  static Change when(String condition) {
    return new Change().and(condition);
  }

  Change and(String more) {
    condition.add(more);
    return this;
  }

  /** Gives {@code :name} in the condition its value. */
  Change given(String name, AttributeValue value) {
    values.put(":" + name, value);
    return this;
  }

  Change set(String name, AttributeValue value) {
    sets.add(name + " = :" + name);
    return given(name, value);
  }

  Change setAll(Map<String, AttributeValue> attributes) {
    attributes.forEach(this::set);
    return this;
  }

  Change count(String name, int by) {
    sets.add(name + " = " + name + " + :" + name + "_by");
    return given(name + "_by", Item.value(by));
  }

  Change remove(String... names) {
    for (String name : names) {
      removes.add(name);
    }
    return this;
  }

  String condition() {
    return condition.toString();
  }

  String update() {
    return (sets + removes.toString()).strip();
  }

  Map<String, AttributeValue> values() {
    return values;
  }
}
