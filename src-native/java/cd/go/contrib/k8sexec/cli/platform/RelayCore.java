package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.constant.CConstant;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.struct.CFieldAddress;
import org.graalvm.nativeimage.c.struct.CStruct;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.UnsignedWord;

/** What src-native/c/relay/client.h, accompany.h and message.h promise, as {@link Core} has the others. */
@CContext(RelayCore.Headers.class)
final class RelayCore {
    private RelayCore() {}

    static final class Headers implements CContext.Directives {
        @Override
        public List<String> getHeaderFiles() {
            return List.of("\"relay/client.h\"", "\"relay/accompany.h\"");
        }
    }

    @CStruct(value = "message", addStructKeyword = true)
    interface Message extends PointerBase {
        @CFieldAddress("packet")
        PointerBase packet();

        @CFieldAddress("descriptors")
        CIntPointer descriptors();
    }

    @CConstant("RECEIVED")
    static native int received();

    @CConstant("RECEIVED_NOTHING")
    static native int receivedNothing();

    @CFunction("relay_connect")
    static native int connect(int directory, CCharPointer file, int millis);

    @CFunction("relay_await")
    static native int receive(int socket, Message message, int millis);

    @CFunction("relay_accompany")
    static native int accompany(int socket, int terminal, int input, Message message);

    @CFunction("send_message")
    static native int send(int socket, int type, PointerBase packet, UnsignedWord size, CIntPointer descriptors);
}
