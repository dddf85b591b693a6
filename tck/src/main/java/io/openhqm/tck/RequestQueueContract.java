package io.openhqm.tck;

/**
 * The rules of {@link io.openhqm.core.RequestQueue} and {@link io.openhqm.core.DeadLetters}, Q01 to
 * Q29; the README of this module lists them. Make a subclass that says how to open the engine.
 */
public abstract class RequestQueueContract extends QueueFuzzRules {}
