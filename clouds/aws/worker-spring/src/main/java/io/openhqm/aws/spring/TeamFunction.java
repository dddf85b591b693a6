package io.openhqm.aws.spring;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.cloud.function.context.FunctionRegistration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;

/**
 * A team's bean that works on payloads, and what it takes.
 *
 * @param code calls it; a consumer returns null
 * @param payload what it takes, or where it takes messages, what is in them
 * @param takesMessage whether it takes a {@link Message}
 */
record TeamFunction(
    Function<Object, @Nullable Object> code, ResolvableType payload, boolean takesMessage) {

  /**
   * The bean of this name, made if there is none yet.
   *
   * @throws IllegalArgumentException if nobody knows what it takes, or it is no function that can
   *     work on one payload
   */
  static TeamFunction of(String name, GenericApplicationContext context) {
    var bean = context.getBean(name);
    return bean instanceof FunctionRegistration<?> registered
        ? of(name, registered.getTarget(), ResolvableType.forType(registered.getType()))
        : of(name, bean, declaredType(name, bean, context));
  }

  private static ResolvableType declaredType(
      String name, Object bean, GenericApplicationContext context) {
    var beans = context.getDefaultListableBeanFactory();
    if (beans.containsBeanDefinition(name)
        && beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition) {
      var declared = definition.getResolvableType();
      if (taken(declared).resolve() != null) {
        return declared;
      }
    }
    return ResolvableType.forInstance(bean);
  }

  private static TeamFunction of(String name, Object target, ResolvableType type) {
    var input = taken(type);
    var output = type.as(Function.class).getGeneric(1);
    if (input.resolve() == null) {
      throw new IllegalArgumentException(
          "the function '"
              + name
              + "' does not say what it takes (a lambda forgets it): register it as a"
              + " FunctionRegistration with its type");
    }
    if (isStream(input) || isStream(output)) {
      throw new IllegalArgumentException(
          "the function '"
              + name
              + "' takes or returns a stream ("
              + type
              + "), but is called for one payload at a time: take and return values");
    }
    boolean takesMessage = input.toClass() == Message.class;
    return new TeamFunction(
        code(name, target), takesMessage ? input.getGeneric(0) : input, takesMessage);
  }

  private static ResolvableType taken(ResolvableType type) {
    var function = type.as(Function.class);
    return function == ResolvableType.NONE
        ? type.as(Consumer.class).getGeneric(0)
        : function.getGeneric(0);
  }

  private static boolean isStream(ResolvableType type) {
    return Publisher.class.isAssignableFrom(type.toClass());
  }

  /** What it takes has been asked of its type, and is all that it is given. */
  @SuppressWarnings("unchecked")
  private static Function<Object, @Nullable Object> code(String name, Object target) {
    return switch (target) {
      case Function<?, ?> function -> (Function<Object, @Nullable Object>) function;
      case Consumer<?> consumer ->
          input -> {
            ((Consumer<Object>) consumer).accept(input);
            return null;
          };
      default ->
          throw new IllegalArgumentException(
              "the function '"
                  + name
                  + "' is a "
                  + target.getClass().getName()
                  + "; register a Function or a Consumer");
    };
  }
}
