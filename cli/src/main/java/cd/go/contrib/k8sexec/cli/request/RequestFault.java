package cd.go.contrib.k8sexec.cli.request;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import com.fasterxml.jackson.core.JsonToken;

/** What can be wrong with a request, in words. None has a value of a variable in it. */
final class RequestFault {
    private RequestFault() {}

    static K8sExecException wrongType(String field, JsonToken token, String wanted) {
        return field(field, "is " + typeOf(token), "send " + wanted);
    }

    static String typeOf(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "nothing";
        };
    }

    static K8sExecException invalid(String field, InvalidValue e) {
        return field(field, e.reason(), e.remedy());
    }

    static K8sExecException field(String field, String what, String remedy) {
        return new K8sExecException(
                ErrorId.REQUEST_FIELD, "the field " + field + " of the request " + what, "so nothing was run", remedy);
    }

    static K8sExecException notJson(String what) {
        return new K8sExecException(
                ErrorId.REQUEST_NOT_JSON,
                "the request on standard input " + what,
                "so nothing was run",
                "send one JSON object, for example {\"version\": 1, \"script\": \"id\"}");
    }
}
