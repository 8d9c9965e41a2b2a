# shellcheck shell=sh
# Sets java to the program java of a JDK 17 or newer: JAVA_HOME's, else the PATH's. If there is none it calls fail, a
# function of the script that reads this file.
jdk='a JDK 17 or newer (Debian: openjdk-17-jdk-headless; Fedora: java-latest-openjdk-devel; Alpine: openjdk17-jdk)'
if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, which has no bin/java: set it to the folder of $jdk, or unset it"
else
    java=$(command -v java) || fail "no java along the PATH: install $jdk, or set JAVA_HOME to its folder"
fi
# 1.8.0_402 was the last to begin with 1
java_version=$("$java" -version 2>&1 | sed -n 's/^[^"]* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p')
[ "${java_version:-0}" -ge 17 ] ||
    fail "$java is of version ${java_version:-unknown}: install $jdk, and set JAVA_HOME to its folder"
# beside it, or where a link leads to
[ -x "${java%/*}/javac" ] || {
    java_file=$(readlink -f "$java")
    [ -x "${java_file%/*}/javac" ] ||
        fail "$java comes without javac, so it is no JDK: install $jdk, or set JAVA_HOME to its folder"
}
