package com.thoughtworks.go.plugin.api.task;

import java.io.InputStream;
import java.util.Map;

/**
 * Stands for GoCD's interface of this name, which go-plugin-api has not had since 2020 and its JobConsoleLogger still
 * calls.
 */
public interface Console {

    void printLine(String line);

    void readErrorOf(InputStream in);

    void readOutputOf(InputStream in);

    void printEnvironment(Map<String, String> environment, SecureEnvVarSpecifier secure);

    interface SecureEnvVarSpecifier {

        boolean isSecure(String name);
    }
}
