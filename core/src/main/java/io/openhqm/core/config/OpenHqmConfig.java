package io.openhqm.core.config;

/** All settings. */
public record OpenHqmConfig() {}
