package cd.go.contrib.k8sexec.cli.command;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * picocli gives its converters to each command line that is made. The one that the executable holds has those that its
 * options need ({@link OptionFields}), and a copy of it takes them over.
 */
@TargetClass(className = "picocli.CommandLine$Interpreter")
final class UnusedConverters {
    @Substitute
    private void registerBuiltInConverters() {
    }
}
