package com.thoughtworks.go.work;

import com.thoughtworks.go.plugin.api.task.Console;
import com.thoughtworks.go.plugin.api.task.TaskExecutionContext;
import com.thoughtworks.go.remote.work.ConsoleOutputTransmitter;
import java.util.LinkedList;
import java.util.List;

/**
 * Stands for what GoCD's agent hands to a task: the console, and beside it, as private as GoCD has them, the objects
 * that lead from there to its ring. What the plugin looks for is not the first thing that it finds.
 */
public final class TaskContext implements TaskExecutionContext {

    private final Console console;
    private final Variables variables = new Variables();
    private final Masking consumer;

    public TaskContext(Console console, ConsoleOutputTransmitter transmitter) {
        this.console = console;
        this.consumer = new Masking(new Both(new Composite("&2", transmitter), new Composite("&1", transmitter)));
    }

    @Override
    public Console console() {
        return console;
    }

    private static final class Variables {

        private final List<Variable> properties = new LinkedList<>();

        private Variables() {
            for (int i = 0; i < 1000; i++) {
                properties.add(new Variable());
            }
        }
    }

    private static final class Variable {

        private final String name = "NAME";
    }

    private static final class Masking {

        private final List<Variable> secrets = new Variables().properties;
        private final Both consumer;

        private Masking(Both consumer) {
            this.consumer = consumer;
        }
    }

    private static final class Both {

        private final Composite errorConsumer;
        private final Composite stdConsumer;

        private Both(Composite errorConsumer, Composite stdConsumer) {
            this.errorConsumer = errorConsumer;
            this.stdConsumer = stdConsumer;
        }
    }

    private static final class Composite {

        private final String defaultTag;
        private final List<Publisher> consumers = new LinkedList<>();

        private Composite(String defaultTag, ConsoleOutputTransmitter transmitter) {
            this.defaultTag = defaultTag;
            consumers.add(new Publisher(transmitter));
        }
    }

    private static final class Publisher {

        private final String currentWorkingDirectory = "/go";
        private final ConsoleOutputTransmitter consoleOutputTransmitter;

        private Publisher(ConsoleOutputTransmitter transmitter) {
            consoleOutputTransmitter = transmitter;
        }
    }
}
