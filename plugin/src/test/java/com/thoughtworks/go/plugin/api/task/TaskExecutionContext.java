package com.thoughtworks.go.plugin.api.task;

/** Stands for GoCD's interface of this name, as {@link Console} does. */
public interface TaskExecutionContext {

    Console console();
}
