package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * The ring in which GoCD's agent keeps console output until it sends it to the server. It is only looked at.
 *
 * <p>It is private to GoCD's ConsoleOutputTransmitter: a queue, and an executor whose one thread sends it all every 10
 * s and waits for the answer (ConsoleOutputTransmitter.java:36-60, 86-108). Other tasks, and GoCD, write to it too.
 */
final class GoCdRing implements RingBacklog.Ring {

    private static final String GOCD = "com.thoughtworks.go.";
    private static final String OWNER = "ConsoleOutputTransmitter";
    /** The receivers of a stream; a longer collection has variables or secrets, which are nothing to look at. */
    private static final int LONGEST_COLLECTION = 4;
    /** It is six objects away. */
    private static final int MOST_OBJECTS = 200;

    private final Collection<?> entries;
    private final ThreadPoolExecutor sender;

    private GoCdRing(Collection<?> entries, ThreadPoolExecutor sender) {
        this.entries = entries;
        this.sender = sender;
    }

    /** That of the task which runs now; empty if this GoCD has it elsewhere, or runs no task. */
    static Optional<GoCdRing> ofCurrentTask() {
        try {
            Field context = JobConsoleLogger.class.getDeclaredField("context");
            context.setAccessible(true);
            return search(context.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty(); // another version of GoCD, or one that does not let itself be looked at
        }
    }

    /** Whether both are the same ring. */
    boolean isSame(GoCdRing other) {
        return entries == other.entries;
    }

    @Override
    public int entries() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** As if no text had a character beyond Latin-1. */
    @Override
    public long bytes() {
        synchronized (entries) {
            return entries.stream()
                    .mapToLong(entry -> String.valueOf(entry).length())
                    .sum();
        }
    }

    @Override
    public boolean isSending() {
        return sender.getActiveCount() > 0;
    }

    /** Goes breadth first through GoCD's objects, and through collections of such. */
    private static Optional<GoCdRing> search(Object root) throws ReflectiveOperationException {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> next = new ArrayDeque<>();
        next.add(root);
        while (!next.isEmpty() && seen.size() < MOST_OBJECTS) {
            Object object = next.remove();
            if (!seen.add(object)) {
                continue;
            }
            if (object instanceof Collection) {
                Collection<?> collection = (Collection<?>) object;
                if (collection.size() <= LONGEST_COLLECTION) {
                    collection.stream().filter(GoCdRing::isGoCds).forEach(next::add);
                }
            } else if (object.getClass().getSimpleName().equals(OWNER)) {
                return ofOwner(object);
            } else {
                for (Object value : fields(object)) {
                    if (isGoCds(value) || value instanceof Collection) {
                        next.add(value);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<GoCdRing> ofOwner(Object owner) throws ReflectiveOperationException {
        Collection<?> entries = null;
        ThreadPoolExecutor sender = null;
        for (Object value : fields(owner)) {
            if (value instanceof Collection) {
                entries = (Collection<?>) value;
            } else if (value instanceof ThreadPoolExecutor) {
                sender = (ThreadPoolExecutor) value;
            }
        }
        return entries == null || sender == null ? Optional.empty() : Optional.of(new GoCdRing(entries, sender));
    }

    private static boolean isGoCds(Object object) {
        return object != null && object.getClass().getName().startsWith(GOCD);
    }

    private static Collection<Object> fields(Object object) throws ReflectiveOperationException {
        Collection<Object> values = new ArrayDeque<>();
        for (Class<?> type = object.getClass(); type.getName().startsWith(GOCD); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    Object value = field.get(object);
                    if (value != null) {
                        values.add(value);
                    }
                }
            }
        }
        return values;
    }
}
