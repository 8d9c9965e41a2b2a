package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.constant.CConstant;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.struct.CField;
import org.graalvm.nativeimage.c.struct.CFieldAddress;
import org.graalvm.nativeimage.c.struct.CStruct;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.UnsignedWord;

/**
 * What the headers in src-native/c promise, which say what each name means. The build reads the layout from there.
 */
@CContext(Core.Headers.class)
final class Core {
    private Core() {}

    static final class Headers implements CContext.Directives {
        @Override
        public List<String> getHeaderFiles() {
            // the build tells the compiler where it is
            return List.of("\"events.h\"", "\"helper.h\"", "\"keeper.h\"", "\"processes.h\"", "\"begin.h\"");
        }
    }

    @CConstant("KX_NONE")
    static native int none();

    /** What the numbers of enum kx_stage stand for. */
    static Stage stage(int number) {
        return number == enter() ? Stage.ENTER
                : number == user() ? Stage.USER
                : number == volume() ? Stage.VOLUME
                : number == directory() ? Stage.DIRECTORY
                : number == files() ? Stage.FILES
                : number == script() ? Stage.SCRIPT
                : number == program() ? Stage.PROGRAM
                : number == ended() ? Stage.ENDED : Stage.PROCESS;
    }

    @CConstant("KX_ENTER")
    private static native int enter();

    @CConstant("KX_USER")
    private static native int user();

    @CConstant("KX_VOLUME")
    private static native int volume();

    @CConstant("KX_DIRECTORY")
    private static native int directory();

    @CConstant("KX_FILES")
    private static native int files();

    @CConstant("KX_SCRIPT")
    private static native int script();

    @CConstant("KX_PROGRAM")
    private static native int program();

    @CConstant("KX_ENDED")
    private static native int ended();

    @CStruct(value = "kx_error", addStructKeyword = true)
    interface Failure extends PointerBase {
        @CField("stage")
        int stage();

        @CField("number")
        int number();
    }

    @CStruct(value = "kx_place", addStructKeyword = true)
    interface Place extends PointerBase {
        @CField("path")
        void path(CCharPointer path);

        @CField("device")
        void device(long device);

        @CField("inode")
        void inode(long inode);
    }

    @CStruct(value = "kx_program", addStructKeyword = true)
    interface Program extends PointerBase {
        @CField("words")
        void words(CCharPointer words);

        @CField("words_size")
        void wordsSize(long size);

        @CField("paths")
        void paths(int count);

        @CField("needed")
        void needed(int count);

        @CField("environment")
        void environment(CCharPointer entries);

        @CField("environment_size")
        void environmentSize(long size);

        @CFieldAddress("volume")
        Place volume();

        @CFieldAddress("directory")
        Place directory();

        @CField("input")
        void input(int descriptor);

        @CField("output")
        void output(int descriptor);

        @CField("error")
        void error(int descriptor);

        @CField("script")
        void script(int descriptor);

        @CField("script_as")
        void scriptAs(int descriptor);

        @CField("more")
        void more(CIntPointer descriptors);

        @CField("more_count")
        void moreCount(int count);

        @CField("uid")
        void uid(int uid);

        @CField("gid")
        void gid(int gid);

        @CField("groups")
        void groups(CIntPointer groups);

        @CField("group_count")
        void groupCount(int count);

        @CField("keeps_signals")
        void keepsSignals(int keeps);

        @CField("session")
        void session(int leads);
    }

    @CStruct(value = "kx_guest", addStructKeyword = true)
    interface Guest extends PointerBase {
        @CField("root")
        void root(int descriptor);

        @CField("count")
        int count();

        @CField("count")
        void count(int count);

        @CFieldAddress("files")
        CIntPointer files();

        @CFieldAddress("kinds")
        CIntPointer kinds();
    }

    @CStruct(value = "kx_event", addStructKeyword = true)
    interface Event extends PointerBase {
        @CField("kind")
        int kind();

        @CField("process")
        int process();

        @CField("number")
        int number();

        @CFieldAddress("error")
        Failure failure();
    }

    @CStruct(value = "kx_usage", addStructKeyword = true)
    interface Usage extends PointerBase {
        @CField("user_micros")
        long userMicros();

        @CField("system_micros")
        long systemMicros();

        @CField("largest")
        long largest();
    }

    @CConstant("KX_SIGNAL")
    static native int signal();

    @CConstant("KX_STARTED")
    static native int started();

    @CConstant("KX_FAILED")
    static native int failed();

    @CConstant("KX_CHILD")
    static native int child();

    @CConstant("KX_LOST")
    static native int lost();

    @CConstant("KX_GONE")
    static native int gone();

    @CConstant("KX_READABLE")
    static native int readable();

    @CFunction("kx_catch")
    static native int catchSignals(CIntPointer signals, int count);

    @CFunction("kx_catch_also")
    static native void catchAlso(int signal);

    @CFunction("kx_launch")
    static native void launch(Guest guest, Program program, int pipe, CCharPointer input, long size);

    @CFunction("kx_listen")
    static native void listen(int descriptor);

    @CFunction("kx_next")
    static native void next(int millis, int watched, Event event);

    @CFunction("kx_keep_back")
    static native void keepBack(PointerBase start, UnsignedWord size);

    @CFunction("kx_kept_by")
    static native int keptBy();

    @CFunction("kx_may_be_left")
    static native int mayBeLeft();

    @CFunction("kx_usage")
    static native int usage(Usage usage);

    @CFunction("kx_waiting")
    static native void waiting(CCharPointer line, int size);

    @CFunction("kx_watch")
    static native int watch(int process);

    @CFunction("kx_begin")
    static native void begin();

    @CFunction("kx_processes")
    static native int processes(CCharPointer procfs, int parentless, CIntPointer numbers, int most);

    @CFunction("kx_identify")
    static native int identify(CCharPointer path, Place place);

    @CFunction("kx_start_in")
    static native int start(Guest guest, Program program, Failure failure);

    @CFunction("kx_become_in")
    static native int become(Guest guest, Program program, Failure failure);

    @CFunction("kx_open_as")
    static native int openAs(CCharPointer path, int uid, int gid);

    @CFunction("kx_feed")
    static native int feed(int pipe, CCharPointer bytes, long size);

    @CFunction("kx_file")
    static native int file(CCharPointer bytes, long size);

    @CFunction("kx_adopt")
    static native void adopt();

    @CFunction("kx_wait")
    static native int await(int process, CIntPointer status);

    @CFunction("kx_ends_within")
    static native int endsWithin(int process, int millis);
}
