package com.example.orders;

/** What it reads as {@code result}. */
public record Receipt(int order, int cents) {}
