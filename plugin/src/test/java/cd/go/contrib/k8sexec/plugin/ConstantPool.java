package cd.go.contrib.k8sexec.plugin;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a class file refers to, and for which Java it is (The Java Virtual Machine Specification, chapter 4). */
final class ConstantPool {

    private static final int MAGIC = 0xCAFEBABE;

    /** 55 for Java 11. */
    final int version;
    /** Fields and methods of other classes as "java/lang/String.isBlank()Z". */
    final Set<String> members = new LinkedHashSet<>();

    private ConstantPool(int version) {
        this.version = version;
    }

    static ConstantPool of(InputStream classFile) throws IOException {
        DataInputStream in = new DataInputStream(classFile);
        if (in.readInt() != MAGIC) {
            throw new IOException("no class file");
        }
        in.readUnsignedShort();
        ConstantPool pool = new ConstantPool(in.readUnsignedShort());
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        int[][] references = new int[count][];
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 7, 8, 16, 19, 20 -> references[i] = new int[] {tag, in.readUnsignedShort()};
                case 9, 10, 11, 12, 17, 18 ->
                    references[i] = new int[] {tag, in.readUnsignedShort(), in.readUnsignedShort()};
                case 15 -> in.skipBytes(3);
                case 3, 4 -> in.skipBytes(4);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;
                }
                default -> throw new IOException("unknown constant " + tag);
            }
        }
        for (int[] reference : references) {
            if (reference != null && reference[0] >= 9 && reference[0] <= 11) {
                int[] member = references[reference[2]];
                pool.members.add(texts[references[reference[1]][1]] + '.' + texts[member[1]] + texts[member[2]]);
            }
        }
        return pool;
    }
}
