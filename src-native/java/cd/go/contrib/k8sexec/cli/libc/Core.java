package cd.go.contrib.k8sexec.cli.libc;

import java.util.List;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.constant.CConstant;
import org.graalvm.nativeimage.c.constant.CEnum;
import org.graalvm.nativeimage.c.constant.CEnumConstant;
import org.graalvm.nativeimage.c.constant.CEnumLookup;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.struct.CField;
import org.graalvm.nativeimage.c.struct.CFieldAddress;
import org.graalvm.nativeimage.c.struct.CStruct;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;

/** What src-native/c/process.h and setns.h promise, which say what each name means. The build reads the layout from there. */
@CContext(Core.Headers.class)
public final class Core {
    private Core() {}

    static final class Headers implements CContext.Directives {
        @Override
        public List<String> getHeaderFiles() {
            // the build tells the compiler where it is
            return List.of("\"setns.h\"");
        }
    }

    @CConstant("KX_NONE")
    public static native int none();

    @CEnum(value = "kx_stage", addEnumKeyword = true)
    public enum Stage {
        @CEnumConstant("KX_DONE")
        DONE,
        @CEnumConstant("KX_PROCESS")
        PROCESS,
        @CEnumConstant("KX_ENTER")
        ENTER,
        @CEnumConstant("KX_USER")
        USER,
        @CEnumConstant("KX_VOLUME")
        VOLUME,
        @CEnumConstant("KX_DIRECTORY")
        DIRECTORY,
        @CEnumConstant("KX_FILES")
        FILES,
        @CEnumConstant("KX_PROGRAM")
        PROGRAM,
        @CEnumConstant("KX_ENDED")
        ENDED;

        @CEnumLookup
        public static native Stage of(int value);
    }

    @CStruct(value = "kx_error", addStructKeyword = true)
    public interface Failure extends PointerBase {
        @CField("stage")
        int stage();

        @CField("number")
        int number();
    }

    @CStruct(value = "kx_place", addStructKeyword = true)
    public interface Place extends PointerBase {
        @CField("path")
        void path(CCharPointer path);

        @CField("device")
        void device(long device);

        @CField("inode")
        void inode(long inode);
    }

    @CStruct(value = "kx_program", addStructKeyword = true)
    public interface Program extends PointerBase {
        @CField("words")
        void words(CCharPointer words);

        @CField("words_size")
        void wordsSize(long size);

        @CField("paths")
        void paths(int count);

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
    public interface Guest extends PointerBase {
        @CField("count")
        int count();

        @CField("count")
        void count(int count);

        @CFieldAddress("files")
        CIntPointer files();

        @CFieldAddress("kinds")
        CIntPointer kinds();
    }

    @CFunction("kx_identify")
    public static native int identify(int directory, Place place);

    @CFunction("kx_start_in")
    public static native int start(Guest guest, Program program, Failure failure);

    @CFunction("kx_become")
    public static native void become(Program program, PointerBase way, Failure failure);

    @CFunction("kx_feed")
    public static native int feed(int pipe, CCharPointer bytes, long size);

    @CFunction("kx_file")
    public static native int file(CCharPointer bytes, long size);

    @CFunction("kx_adopt")
    public static native void adopt();

    @CFunction("kx_wait")
    public static native int await(int process, CIntPointer status);

    @CFunction("kx_ends_within")
    public static native int endsWithin(int process, int millis);

    @CFunction("kx_has_children")
    public static native int hasChildren();
}
