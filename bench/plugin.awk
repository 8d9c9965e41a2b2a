# Makes the table of what TaskBench printed: a line for each sample, with what it is, which way, and the number.

# the share-th quantile of one row's samples of one way
function quantile(row, way, share,    n, i, j, value, values) {
    n = count[row, way]
    for (i = 1; i <= n; i++) {
        value = samples[row, way, i] + 0
        for (j = i - 1; j >= 1 && values[j] > value; j--)
            values[j + 1] = values[j]
        values[j + 1] = value
    }
    return values[int(share * (n - 1) + 0.5) + 1]
}

function median(row, way) {
    return quantile(row, way, 0.5)
}

# a number, with a digit behind the point if it was measured and not counted
function shown(row, number) {
    return sprintf(row ~ /, ms$/ ? "%.1f" : "%d", number)
}

!($1 in seen) {
    seen[$1]
    rows[++row_count] = $1
}

{
    samples[$1, $2, ++count[$1, $2]] = $3
}

END {
    line = "| %-52s | %10s | %8s | %5s | %5s | %14s |\n"
    printf line, "", "GoCD's own", "plugin", "p10", "p90", "more than GoCD"
    print "| ---------------------------------------------------- | ---------: | -------: | ----: | ----: |" \
        " -------------: |"
    for (i = 1; i <= row_count; i++) {
        row = rows[i]
        timed = row ~ /, ms$/
        printf line, row, shown(row, median(row, "plain")), shown(row, median(row, "plugin")),
            timed ? shown(row, quantile(row, "plugin", 0.1)) : "",
            timed ? shown(row, quantile(row, "plugin", 0.9)) : "",
            timed ? shown(row, median(row, "plugin") - median(row, "plain")) " ms" : ""
    }
    early = "first task: start to first line, ms"
    if (count[early, "early"])
        printf "\nA first task in the very moment in which the plugin is loaded: %.1f ms.\n", median(early, "early")
}
