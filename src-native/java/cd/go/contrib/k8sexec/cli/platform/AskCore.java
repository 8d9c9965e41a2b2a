package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.constant.CConstant;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;

/** What src-native/c/ask.h promises, which says what each name means. */
@CContext(AskCore.Headers.class)
final class AskCore {
    private AskCore() {}

    static final class Headers implements CContext.Directives {
        @Override
        public List<String> getHeaderFiles() {
            return List.of("\"ask.h\"");
        }
    }

    @CConstant("KX_NO_HOST")
    static native int noHost();

    @CConstant("KX_NO_NAMES")
    static native int noNames();

    @CConstant("KX_NO_ANSWER")
    static native int noAnswer();

    @CFunction("kx_ask")
    static native long ask(
            CCharPointer host,
            CCharPointer port,
            CCharPointer request,
            long requestSize,
            CCharPointer answer,
            long room,
            int millis);
}
