package io.openhqm.tck;

/**
 * The rules of {@link io.openhqm.core.JobStore}, J01 to J30; the README of this module lists them.
 * Make a subclass that says how to open the engine.
 */
public abstract class JobStoreContract extends JobStoreFuzzRules {}
