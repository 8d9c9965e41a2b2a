package cd.go.contrib.k8sexec.cli.platform;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.RecomputeFieldValue;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.util.Formatter;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * What of the JDK nothing here uses, but leads to much else: a tenth of the executable. That these are all that lead
 * there, {@code -H:+PrintAnalysisCallTree} of native-image tells.
 */
final class UnusedJdk {
    private UnusedJdk() {
    }

    /**
     * The JDK can log that it starts a process or ends: by the log manager that is there while the image is built, with
     * the calendar, time zones and message formats.
     */
    @TargetClass(className = "jdk.internal.logger.LazyLoggers")
    static final class Loggers {
        @Substitute
        public static System.Logger getLogger(String name, Module module) {
            return new Silent();
        }

        @Substitute
        public static System.Logger getLazyLogger(String name, Module module) {
            return new Silent();
        }
    }

    /** It has got its logger while the image was built. */
    @TargetClass(ProcessBuilder.class)
    static final class Processes {
        @Alias
        @RecomputeFieldValue(kind = RecomputeFieldValue.Kind.NewInstance, declClass = Silent.class)
        private static System.Logger LOGGER;
    }

    /** Logs nothing. */
    static final class Silent implements System.Logger {
        @Override
        public String getName() {
            return "";
        }

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... values) {
        }
    }

    /** {@code %tY} and the like of String.format: the calendar and the names of days and months in it. */
    @TargetClass(className = "java.util.Formatter", innerClass = "FormatSpecifier")
    static final class FormattedDates {
        @Substitute
        private void printDateTime(Formatter formatter, Object value, Locale locale) {
            throw new UnsupportedOperationException("dates are left out of the native executable: UnusedJdk");
        }
    }
}
