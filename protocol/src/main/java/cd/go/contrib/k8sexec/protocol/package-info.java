/**
 * What the plugin and k8s-exec agree on: the request, the result, and what may stand in a task's properties and in
 * settings. Both sides compile it in, so what the plugin's form accepts k8s-exec accepts too.
 *
 * <p>The two are installed apart, so a name in here that was released never changes: see {@link
 * cd.go.contrib.k8sexec.protocol.Version}.
 */
package cd.go.contrib.k8sexec.protocol;
