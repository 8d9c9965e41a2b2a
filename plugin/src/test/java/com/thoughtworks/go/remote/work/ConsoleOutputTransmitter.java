package com.thoughtworks.go.remote.work;

import java.io.IOException;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Stands for GoCD's class of this name: a ring of 10 240 entries that drops the oldest, and one thread that takes all
 * of them out at an interval, sends them, waits for the answer, and puts them back if there is none. Counts what it
 * loses and what it holds, sent or not, as long as the server has not answered.
 */
public final class ConsoleOutputTransmitter implements AutoCloseable {

    private static final int RING_SIZE = 10 * 1024;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Deque<String> buffer = new ArrayDeque<>();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, runnable -> {
        Thread thread = new Thread(runnable, "console transmitter");
        thread.setDaemon(true);
        return thread;
    });
    private final Server server;
    private long entries;
    private long dropped;
    private long charsInRing;
    private long charsBeingSent;
    private long mostChars;

    /** The server's side of an upload. */
    public interface Server {

        /** Returns when the server has answered. The text is entries of one or more lines. */
        void append(List<String> entries) throws IOException;
    }

    public ConsoleOutputTransmitter(Server server, long interval, TimeUnit unit) {
        this.server = server;
        executor.scheduleAtFixedRate(this::run, 0, interval, unit);
    }

    /** Takes one entry, whose every line is tagged. As GoCD 26 it throws at an empty text. */
    public void taggedConsumeLine(String tag, String text) {
        String prefix = tag + '|' + TIME.format(LocalTime.now()) + ' ';
        StringBuilder entry = new StringBuilder();
        text.lines().forEach(line -> entry.append(prefix).append(line).append('\n'));
        entry.setLength(entry.length() - 1);
        synchronized (buffer) {
            entries++;
            add(entry.toString());
        }
    }

    private void run() {
        try {
            flushToServer();
        } catch (RuntimeException | Error e) {
            e.printStackTrace(); // or the executor would send nothing any more
        }
    }

    public void flushToServer() {
        List<String> sent;
        synchronized (buffer) {
            sent = new ArrayList<>(buffer);
            buffer.clear();
            charsBeingSent = charsInRing;
            charsInRing = 0;
        }
        try {
            if (!sent.isEmpty()) {
                server.append(sent);
            }
        } catch (IOException e) {
            putBack(sent);
        } finally {
            synchronized (buffer) {
                charsBeingSent = 0;
            }
        }
    }

    private void putBack(List<String> sent) {
        synchronized (buffer) {
            sent.addAll(buffer);
            buffer.clear();
            charsInRing = 0;
            charsBeingSent = 0;
            sent.forEach(this::add);
        }
    }

    private void add(String entry) {
        buffer.addLast(entry);
        charsInRing += entry.length();
        if (buffer.size() > RING_SIZE) {
            charsInRing -= buffer.removeFirst().length();
            dropped++;
        }
        mostChars = Math.max(mostChars, charsInRing + charsBeingSent);
    }

    /** Sends what is left, as GoCD does at the end of a job. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new AssertionError("the console does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("a test's thread is not interrupted here", e);
        }
        flushToServer();
    }

    /** How many entries were lost. */
    public long dropped() {
        synchronized (buffer) {
            return dropped;
        }
    }

    /** How many entries there were. */
    public long entries() {
        synchronized (buffer) {
            return entries;
        }
    }

    /** How many characters it held at most that the server did not have. */
    public long mostChars() {
        synchronized (buffer) {
            return mostChars;
        }
    }
}
