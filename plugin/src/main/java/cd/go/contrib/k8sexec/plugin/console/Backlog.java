package cd.go.contrib.k8sexec.plugin.console;

/** The output that GoCD's agent holds because its server does not have it yet. For one thread at a time. */
interface Backlog {

    /** How much that is now; rather too much than too little. Everything that was {@link #add}ed is in the console. */
    Amount look();

    /** This much more is about to be given to the console. */
    void add(Amount amount);
}
