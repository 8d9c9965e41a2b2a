package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Account;
import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.platform.Events;

/** What a script that has ended has left running. */
record Background(ProcessTree tree, Events events, Run.Options options) {

    /** Whether there is something that shall not stay; what may stay is named. */
    boolean shallEnd(Running script) {
        String left = script.account()
                .map(Account::left)
                .orElseGet(() -> events.mayBeLeft() ? ProcessTree.describe(tree.members()) : "");
        if (!left.isEmpty() && !options.endBackground()) {
            String what = "the script left running in the background: " + left;
            options.notes().accept(what + "; --end-background ends such processes");
        }
        return !left.isEmpty() && options.endBackground();
    }
}
