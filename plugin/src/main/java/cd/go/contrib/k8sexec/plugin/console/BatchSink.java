package cd.go.contrib.k8sexec.plugin.console;

/** Where batches of one stream's lines go. For one thread. */
interface BatchSink {

    /** Returns when the lines, joined with LF, are in the console or on a way that keeps their order. */
    void deliver(String lines);

    /** Returns when every line that was delivered is in the console. */
    void end();
}
