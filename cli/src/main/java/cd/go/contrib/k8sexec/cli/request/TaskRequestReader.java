package cd.go.contrib.k8sexec.cli.request;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;
import static cd.go.contrib.k8sexec.cli.request.RequestFault.field;
import static cd.go.contrib.k8sexec.cli.request.RequestFault.invalid;
import static cd.go.contrib.k8sexec.cli.request.RequestFault.notJson;
import static cd.go.contrib.k8sexec.cli.request.RequestFault.typeOf;
import static cd.go.contrib.k8sexec.cli.request.RequestFault.wrongType;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.RequestField;
import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Text;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the request: one JSON object with the fields of {@link RequestField}. An unknown field is refused, so that a
 * newer plugin never has a setting silently ignored. It reads token by token: data binding would cost a run
 * milliseconds and could not name a field so well.
 */
public final class TaskRequestReader {
    /** Bytes that one char takes at most in UTF-8. */
    private static final long LONGEST_CHAR = 3;
    /** Chars of a value: of a script, for nothing else may be as long. */
    private static final int LONGEST_VALUE = 32 << 20;
    /** Bytes, of most values. */
    private static final int USUAL_SIZE = 1024;
    /**
     * What is too long for Linux is refused with the field's name; the parser need not set limits of its own. One
     * request is read: to find its names' earlier copies costs more than it saves.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();
    /** A Linux kernel refuses a longer "NAME=value" with its final NUL: MAX_ARG_STRLEN in linux/binfmts.h, 32 pages. */
    private static final int LONGEST_VARIABLE = 32 * 4096;

    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    private ByteBuffer encoded = ByteBuffer.allocate(USUAL_SIZE);
    private String script;
    private String shell;
    private boolean failFast;
    private boolean trace;
    private boolean lifeline;
    private String workingDirectory;
    private Map<String, String> environment;
    private Optional<String> container = Optional.empty();

    private TaskRequestReader() {}

    /**
     * Reads to the end of the stream; with a lifeline, to the end of the request.
     *
     * @throws K8sExecException {@link ErrorId#REQUEST_NOT_JSON}, {@link ErrorId#REQUEST_FIELD} or {@link
     *                          ErrorId#VARIABLE_TOO_LARGE}; its message names the field, and never holds the value of a
     *                          variable
     */
    public static TaskRequest read(InputStream in) {
        // the reader refuses what is no UTF-8, of which the parser would take some
        try (JsonParser parser = JSON.createParser(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            return new TaskRequestReader().read(parser);
        } catch (CharacterCodingException e) {
            throw notJson("is not UTF-8");
        } catch (StreamConstraintsException e) {
            throw new K8sExecException(
                    ErrorId.REQUEST_FIELD,
                    "the request has a value of more than " + (LONGEST_VALUE >> 20) + " MiB",
                    "which is more than a script may be long",
                    "put a large script into a file on the shared volume, and run that");
        } catch (JsonProcessingException e) {
            // not the parser's own message: it can quote the input, where a secret may be
            JsonLocation location = e.getLocation();
            throw notJson("is not valid JSON"
                    + (location == null
                            ? ""
                            : " at line " + location.getLineNr() + ", column " + location.getColumnNr()));
        } catch (IOException e) {
            throw notJson("cannot be read (" + e.getMessage() + ")");
        }
    }

    private TaskRequest read(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw notJson("is empty");
        }
        if (first != JsonToken.START_OBJECT) {
            throw notJson("is " + typeOf(first) + ", not an object");
        }
        Set<RequestField> seen = EnumSet.noneOf(RequestField.class);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            RequestField field = RequestField.of(name)
                    .orElseThrow(() -> field(
                            quoted(name),
                            "is not known to this k8s-exec",
                            "leave it out, or install a k8s-exec as new as the plugin"));
            if (!seen.add(field)) {
                throw field(field.key(), "is there twice", "send it once");
            }
            readField(field, parser);
        }
        // with a lifeline the end comes when the request's sender wants it, or has ended
        if (!lifeline && parser.nextToken() != null) {
            throw notJson("has something after its end, at line "
                    + parser.currentLocation().getLineNr());
        }
        if (!seen.contains(RequestField.VERSION)) {
            throw field(RequestField.VERSION.key(), "is missing", "send \"version\": " + RequestField.FORMAT);
        }
        if (script == null) {
            throw field(RequestField.SCRIPT.key(), "is missing", "send the script's text");
        }
        return new TaskRequest(
                script,
                interpreter(),
                workingDirectory == null ? "" : workingDirectory,
                environment == null ? Map.of() : environment,
                container);
    }

    private Interpreter interpreter() {
        RequestField field = RequestField.SHELL;
        Interpreter interpreter = Interpreter.SH;
        try {
            if (shell != null) {
                interpreter = Interpreter.of(shell, script);
            }
            if (failFast) {
                field = RequestField.FAIL_FAST;
                interpreter = interpreter.failingFast();
            }
            if (trace) {
                field = RequestField.TRACE;
                interpreter = interpreter.tracing();
            }
            return interpreter;
        } catch (InvalidValue e) {
            String value = field == RequestField.SHELL ? quoted(shell) : "true for " + quoted(interpreter.name());
            throw field(field.key(), "is " + value + ", which " + e.reason(), e.remedy());
        }
    }

    private void readField(RequestField field, JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        switch (field) {
            case VERSION -> checkVersion(field.key(), token, parser);
            case SCRIPT -> script = script(field.key(), parser);
            case SHELL -> shell = text(field.key(), parser);
            case FAIL_FAST -> failFast = flag(field.key(), token);
            case TRACE -> trace = flag(field.key(), token);
            case LIFELINE -> lifeline = flag(field.key(), token);
            case WORKING_DIRECTORY -> workingDirectory = text(field.key(), parser);
            case ENVIRONMENT -> environment = readEnvironment(parser, token);
            case CONTAINER -> container = Optional.of(container(field.key(), parser));
        }
    }

    private static void checkVersion(String field, JsonToken token, JsonParser parser) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(field, token, "a whole number");
        }
        if (!parser.getText().equals(String.valueOf(RequestField.FORMAT))) {
            throw field(
                    field,
                    "is " + quoted(parser.getText()) + ", but this k8s-exec knows only " + RequestField.FORMAT,
                    "install a plugin and a k8s-exec of the same release");
        }
    }

    private String script(String field, JsonParser parser) throws IOException {
        String text = text(field, parser).replace("\r\n", "\n").replace('\r', '\n');
        try {
            Text.checkScript(text);
        } catch (InvalidValue e) {
            throw invalid(field, e);
        }
        return text;
    }

    private String container(String field, JsonParser parser) throws IOException {
        String text = text(field, parser);
        try {
            return (String) Setting.CONTAINER.parse(text);
        } catch (InvalidValue e) {
            throw field(field, "is " + quoted(text) + ", which " + e.reason(), e.remedy());
        }
    }

    private Map<String, String> readEnvironment(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            throw wrongType("environment", token, "an object of strings");
        }
        Map<String, String> variables = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String field = "environment." + quoted(name);
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                throw field(
                        field,
                        "has a name that no environment can hold",
                        "rename it: not empty, without \"=\" and NUL");
            }
            if (name.startsWith("K8S_EXEC_")) {
                throw field(field, "has a name that is kept for k8s-exec itself", "rename it");
            }
            String nameBytes = bytes(field, CharBuffer.wrap(name));
            String value = bytes(field, string(field, parser.nextToken(), parser));
            int bytes = nameBytes.length() + 1 + value.length();
            if (bytes >= LONGEST_VARIABLE) {
                throw new K8sExecException(
                        ErrorId.VARIABLE_TOO_LARGE,
                        field + " takes " + bytes + " bytes with its name",
                        "Linux passes at most " + (LONGEST_VARIABLE - 1) + " in one variable",
                        "put the value into a file, an artifact or a Kubernetes secret and its path into the variable");
            }
            if (variables.put(nameBytes, value) != null) {
                throw field(field, "is there twice", "send it once");
            }
        }
        return variables;
    }

    private static boolean flag(String field, JsonToken token) {
        if (!token.isBoolean()) {
            throw wrongType(field, token, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private String text(String field, JsonParser parser) throws IOException {
        CharBuffer text = string(field, parser.currentToken(), parser);
        bytes(field, text.duplicate());
        return text.toString();
    }

    /** The parser's own characters, until its next token. */
    private static CharBuffer string(String field, JsonToken token, JsonParser parser) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrongType(field, token, "a string");
        }
        return CharBuffer.wrap(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    /** The UTF-8 bytes as characters; without a copy on the way, since there may be a megabyte of them. */
    private String bytes(String field, CharBuffer text) {
        int most = Math.toIntExact(LONGEST_CHAR * text.remaining());
        if (encoded.capacity() < most) {
            encoded = ByteBuffer.allocate(most);
        }
        if (utf8.reset().encode(text, encoded.clear(), true).isMalformed()) {
            throw invalid(field, Text.halfPair());
        }
        String bytes = new String(encoded.array(), 0, encoded.position(), StandardCharsets.ISO_8859_1);
        if (bytes.indexOf('\0') >= 0) {
            throw invalid(field, Text.nul());
        }
        return bytes;
    }
}
