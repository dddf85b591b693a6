package io.openhqm.simulation;

import io.openhqm.core.Attempt;
import io.openhqm.core.Body;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Processor;
import io.openhqm.core.Result;
import io.openhqm.core.RetryException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The backend of all jobs: does what their plans say, and sees what it is given. */
final class Backend implements Processor {
  /** A processor's own fault; its text holds a credential. */
  static final class Bug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Bug() {
      super("could not log in with " + Witness.SECRET, null, false, false);
    }
  }

  private final Scheduler scheduler;
  private final Witness witness;
  private final List<Plan> plans;
  private final Scheduler.Group process;

  Backend(Scheduler scheduler, Witness witness, List<Plan> plans, Scheduler.Group process) {
    this.scheduler = scheduler;
    this.witness = witness;
    this.plans = plans;
    this.process = process;
  }

  @Override
  public Result process(Attempt attempt)
      throws RetryException, PermanentException, InterruptedException {
    var message = attempt.message();
    scheduler.step("backend is called for " + message.id());
    var payload = ((Body.Inline) message.payload()).bytes();
    var plan = plans.get(Plan.numberIn(payload));
    if (!payload.toUtf8().equals(plan.payload())) {
      witness.violation(5, message.id() + " came to the backend as " + payload.toUtf8());
    }
    // What the client asked to forward, and the type of what a submission carries.
    if (!message.headers().equals(plan.headers().plus("Content-Type", "application/json"))) {
      witness.violation(
          5, message.id() + " came with the headers " + Witness.text(message.headers()));
    }
    requireOwnEndpoint(attempt.route().name(), plan);
    int number = witness.callsOf(message.id()).size();
    var call = witness.called(message.id(), new Witness.Call(plan, process, scheduler.instant()));
    try {
      var result = behave(call, plan, plan.behaviour(number));
      call.answer = Optional.of(result);
      scheduler.step("backend answered for " + message.id());
      return result;
    } catch (RetryException failure) {
      asked(call, failure.getMessage());
      failure.answer().ifPresent(answer -> call.answer = Optional.of(answer));
      throw failure;
    } catch (Bug bug) {
      asked(call, "broke");
      throw bug;
    } catch (InterruptedException stopped) {
      asked(call, "stopped");
      throw stopped;
    } finally {
      call.endedAt = Optional.of(scheduler.instant());
    }
  }

  private void requireOwnEndpoint(String endpoint, Plan plan) {
    if (!endpoint.equals(plan.endpoint())) {
      witness.violation(5, "a message for " + plan.endpoint() + " came to " + endpoint);
    }
  }

  private static void asked(Witness.Call call, String why) {
    call.counts = !why.equals("stopped");
    if (call.excuse.isEmpty()) {
      call.excuse = Optional.of(why);
    }
  }

  private Result behave(Witness.Call call, Plan plan, Plan.Behaviour behaviour)
      throws RetryException, PermanentException, InterruptedException {
    return switch (behaviour) {
      case Plan.Behaviour.Answer answer -> {
        scheduler.sleep(answer.after());
        yield plan.answer();
      }
      case Plan.Behaviour.Busy busy -> {
        scheduler.sleep(busy.after());
        throw RetryException.answered("status code 503", plan.busyAnswer(), busy.retryAfter());
      }
      case Plan.Behaviour.NoAnswer none -> {
        scheduler.sleep(none.after());
        throw RetryException.noAnswer("connection refused");
      }
      case Plan.Behaviour.Hang hang -> {
        scheduler.sleep(Duration.ofHours(10));
        throw new AssertionError("nobody stopped a call that hangs");
      }
      case Plan.Behaviour.Refuse refuse -> {
        scheduler.sleep(refuse.after());
        throw new PermanentException("the answer is too large");
      }
      case Plan.Behaviour.Break broken -> {
        scheduler.sleep(broken.after());
        throw new Bug();
      }
    };
  }
}
