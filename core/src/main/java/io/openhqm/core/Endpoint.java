package io.openhqm.core;

/** A named HTTP backend. */
public record Endpoint(String name) {}
