package io.openhqm.transforms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.openhqm.core.Bytes;
import io.openhqm.core.Message;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Transformation;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.Output;
import net.thisptr.jackson.jq.PathOutput;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
import net.thisptr.jackson.jq.internal.javacc.ExpressionParser;

/**
 * jq 1.7 by jackson-jq. The payload is the first value that the expression gives; {@code {}} where
 * it gives none. Nothing of the process can be reached: there is no {@code env}, no {@code $ENV},
 * no {@code input} and no module.
 *
 * <p>Every call of a function and every value that one gives is a step of the {@link Budget}; loops
 * of jq are made of such calls. Between two steps nothing can stop the library: products of {@code
 * .[]} over large arrays, and regular expressions that backtrack, take the time they take.
 */
public final class Jq implements Transformation {
  private static final Version VERSION = Versions.JQ_1_7;
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column (\\d+)");

  /** The library's words hold pieces of the payload; of these nothing but types is left. */
  private static final Pattern TYPES =
      Pattern.compile(
          "^(Cannot (?:iterate over|index) (?:null|boolean|number|string|array|object))\\b.*",
          Pattern.DOTALL);

  /** What jq has and the library has not. */
  private static final String MORE =
      """
      def todate: todateiso8601;
      def fromdate: fromdateiso8601;
      def date: todate;
      def repeat(f): def again: ., (f | again); again;
      def isempty(g): label $out | (g | false, break $out), true;
      def isvalid(f): try (f | true) catch false;
      def IN(s): any(s == .; .);
      def IN(source; s): any(source == s; .);
      def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
      def INDEX(f): INDEX(.[]; f);
      def toarray: if type == "array" then . else [.] end;
      def abs: if type == "number" and . < 0 then 0 - . else . end;
      def fabs: abs;
      def ascii: [.] | implode;
      def ltrim: sub("^\\\\s+"; "");
      def rtrim: sub("\\\\s+$"; "");
      def trim: ltrim | rtrim;
      .
      """;

  /** Of the evaluation that the thread is at. */
  private final ThreadLocal<Budget> budget = new ThreadLocal<>();

  private final Scope functions = Scope.newEmptyScope();

  /** With all of jq's functions. */
  public Jq() {
    BuiltinFunctionLoader.getInstance()
        .listFunctions(VERSION, functions)
        .forEach((name, function) -> functions.addFunction(name, counted(function)));
    var more = Scope.newChildScope(functions);
    try {
      ExpressionParser.compile(MORE, VERSION)
          .apply(more, JsonNodeFactory.instance.nullNode(), nothing -> {});
    } catch (JsonQueryException impossible) {
      throw new IllegalStateException("the functions of our own are valid", impossible);
    }
    more.getLocalFunctions()
        .forEach((name, function) -> functions.addFunction(name, counted(function)));
  }

  @Override
  public String name() {
    return "jq";
  }

  /** Functions written in jq call the others by this scope, and so are counted too. */
  private Function counted(Function function) {
    return (scope, arguments, in, path, output, version) -> {
      budget.get().spend();
      PathOutput counting =
          (value, at) -> {
            budget.get().spend();
            output.emit(value, at);
          };
      function.apply(scope, arguments, in, path, counting, version);
    };
  }

  @Override
  public Compiled compile(String text) {
    Expression expression;
    try {
      expression = ExpressionParser.compile(text, VERSION);
    } catch (JsonQueryException | RuntimeException | Error invalid) {
      // The parser's lexer throws errors; what it says repeats the text.
      throw new IllegalArgumentException("not a jq expression" + place(invalid), invalid);
    }
    JqNames.of(expression)
        .firstUnknown(functions)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("not a jq expression: " + fault);
            });
    return message -> apply(expression, message);
  }

  private static String place(Throwable invalid) {
    return Stream.iterate(invalid, Objects::nonNull, Throwable::getCause)
        .map(fault -> PLACE.matcher(String.valueOf(fault.getMessage())))
        .filter(Matcher::find)
        .findFirst()
        .map(found -> ": see line " + found.group(1) + ", column " + found.group(2) + " of it")
        .orElse("");
  }

  private Bytes apply(Expression expression, Message message)
      throws PermanentException, InterruptedException {
    var in = Trees.read(message);
    budget.set(new Budget(MessageSize.of(message)));
    try {
      return Trees.write(first(expression, in));
    } catch (JsonQueryUserException own) {
      throw new PermanentException("the expression says: " + own.getMessage());
    } catch (JsonQueryException failed) {
      throw new PermanentException(words(failed));
    } catch (Budget.SpentException spent) {
      if (spent.isInterrupted()) {
        throw new InterruptedException();
      }
      throw new PermanentException("the expression goes on for too long with it");
    } catch (StackOverflowError endless) {
      throw new PermanentException("the expression calls itself too often with it");
    } finally {
      budget.remove();
    }
  }

  private JsonNode first(Expression expression, JsonNode in) throws JsonQueryException {
    try {
      Output output =
          value -> {
            throw new FirstException(value);
          };
      expression.apply(Scope.newChildScope(functions), in, output);
      return JsonNodeFactory.instance.objectNode();
    } catch (FirstException first) {
      return first.value;
    }
  }

  private static String words(JsonQueryException failed) {
    var types = TYPES.matcher(String.valueOf(failed.getMessage()));
    return types.matches()
        ? "jq says: " + types.group(1)
        : "a value is missing, or of another type than the expression needs";
  }

  /** Ends the evaluation: what would follow is of no interest. */
  private static final class FirstException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient JsonNode value;

    FirstException(JsonNode value) {
      super("the first value", null, false, false);
      this.value = value;
    }
  }
}
