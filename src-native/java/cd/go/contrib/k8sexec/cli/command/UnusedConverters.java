package cd.go.contrib.k8sexec.cli.command;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Currency;
import java.util.Date;

/**
 * Converters that picocli has for types which no option of ours is of, and that would bring the JDK's network, calendar
 * and currencies into the executable; the network's library even looks at each start what the machine has.
 */
final class UnusedConverters {
    private UnusedConverters() {
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("left out of the native executable: UnusedConverters");
    }

    @TargetClass(className = "picocli.CommandLine$BuiltIn$InetAddressConverter")
    static final class OfAddresses {
        @Substitute
        public InetAddress convert(String text) {
            throw unsupported();
        }
    }

    @TargetClass(className = "picocli.CommandLine$BuiltIn$NetworkInterfaceConverter")
    static final class OfNetworkInterfaces {
        @Substitute
        public NetworkInterface convert(String text) {
            throw unsupported();
        }
    }

    @TargetClass(className = "picocli.CommandLine$BuiltIn$ISO8601DateConverter")
    static final class OfDates {
        @Substitute
        public Date convert(String text) {
            throw unsupported();
        }
    }

    @TargetClass(className = "picocli.CommandLine$BuiltIn$ISO8601TimeConverter")
    static final class OfTimes {
        @Substitute
        public Object convert(String text) {
            throw unsupported();
        }
    }

    @TargetClass(className = "picocli.CommandLine$BuiltIn$CurrencyConverter")
    static final class OfCurrencies {
        @Substitute
        public Currency convert(String text) {
            throw unsupported();
        }
    }
}
