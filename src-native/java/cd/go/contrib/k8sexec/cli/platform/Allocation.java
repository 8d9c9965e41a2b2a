package cd.go.contrib.k8sexec.cli.platform;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * In an executable that is built for its size ({@code -Os}, ReduceCodeSize) each array is allocated by the slow path,
 * which every time looks up in the options whether somebody has changed the heap's size, and makes an object for what
 * it finds: a third of a run's time, and half of its heap. Nobody changes it here, and the first array sets it.
 */
@TargetClass(className = "com.oracle.svm.core.genscavenge.ThreadLocalAllocation")
final class Allocation {
    private Allocation() {
    }

    @Substitute
    private static void runSlowPathHooks() {
    }
}
