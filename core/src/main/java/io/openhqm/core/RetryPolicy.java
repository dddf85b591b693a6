package io.openhqm.core;

/** When to try again. */
public record RetryPolicy(int attemptsMax) {}
