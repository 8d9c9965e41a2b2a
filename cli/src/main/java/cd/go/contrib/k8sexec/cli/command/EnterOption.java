package cd.go.contrib.k8sexec.cli.command;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.RelayPlace;
import cd.go.contrib.k8sexec.cli.enter.Ways;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Way;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** By which way the guest is entered. */
final class EnterOption {
    @Option(names = "--enter")
    String way;

    @Option(names = "--relay")
    String relay;

    @Option(names = "--relay-uid")
    String relayUid;

    /** Where the guests' relays are, if that is set. */
    private Optional<RelayPlace> place() {
        if (!TargetOptions.isSet(relay)) {
            return Optional.empty();
        }
        Path directory = Path.of((String) parsed(Setting.RELAY, relay));
        return Optional.of(new RelayPlace(
                directory,
                TargetOptions.isSet(relayUid)
                        ? OptionalLong.of((Long) parsed(Setting.RELAY_UID, relayUid))
                        : OptionalLong.empty()));
    }

    private static Object parsed(Setting setting, String text) {
        try {
            return setting.parse(text);
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    setting.option() + " or " + setting.variable() + " is " + quoted(text),
                    "which " + e.reason(),
                    e.remedy());
        }
    }

    /** @throws K8sExecException SETTING_INVALID, RELAY_UNSET or NATIVE_ONLY */
    Entry entry(ProcFs proc) {
        return entry(way(), proc);
    }

    /** @throws K8sExecException NATIVE_ONLY */
    Entry entry(Way way, ProcFs proc) {
        return Ways.of(way, Platform.CURRENT, proc, Platform.CURRENT.variable("PATH"), place());
    }

    /** @throws K8sExecException SETTING_INVALID */
    Way way() {
        String text = TargetOptions.isSet(way) ? way : Setting.ENTER.defaultText();
        try {
            return Way.parse(text);
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--enter or GO_K8S_ENTER is " + quoted(text),
                    "which " + e.reason(),
                    e.remedy());
        }
    }
}
