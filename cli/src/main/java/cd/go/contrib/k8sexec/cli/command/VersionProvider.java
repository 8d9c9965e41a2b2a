package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.Build;
import picocli.CommandLine.IVersionProvider;

/** For --version. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {Build.description()};
    }
}
