# Makes the tables, and the plot if one is asked for, of what measure.c printed. Ends with 1 if a budget is missed that
# holds on any machine.

function sort(values, count,    i, j, value) {
    for (i = 2; i <= count; i++) {
        value = values[i]
        for (j = i - 1; j >= 1 && values[j] > value; j--)
            values[j + 1] = values[j]
        values[j + 1] = value
    }
}

# the share-th quantile of a column of all measurements of one name and kind
function quantile(name, kind, column, share,    values, count, i) {
    count = counts[name, kind]
    for (i = 1; i <= count; i++)
        values[i] = samples[name, kind, column, i] + 0
    sort(values, count)
    return values[int(share * (count - 1) + 0.5) + 1]
}

function median(name, kind, column) {
    return quantile(name, kind, column, 0.5)
}

# median wall time of an empty script
function ms(name) {
    return median(name, "time", WALL)
}

# A row of the table of budgets. A figure with "spare" is one that holds on any machine, and a busy one may miss by that
# factor; a figure without is one of a quiet machine, and missing it is told.
function budget(what, measured, unit, most, spare) {
    printf "| %-58s | %9.2f %-5s | %5s %-5s | %-6s |\n", what, measured, unit, most, unit,
        measured <= most ? "kept" : "missed"
    if (spare && measured > most * spare)
        missed = 1
}

# A Pod that grows: its processes, and what killed runs have left on its volume.
function growth(    i, sizes, name) {
    print ""
    print "| a Pod with       | run, ms | run --pid, ms | ls /proc, ms |"
    print "| ---------------- | ------: | ------------: | -----------: |"
    split("10 processes,1000 processes,5000 processes,0 leftovers,10000 leftovers", sizes, ",")
    for (i = 1; i in sizes; i++) {
        name = sizes[i]
        printf "| %-16s | %7.1f | %13s | %12s |\n", name, ms(ours ", " name), cell(ours " --pid, " name),
            cell("ls /proc, " name)
    }
}

function cell(name) {
    return counts[name, "time"] ? sprintf("%.1f", ms(name)) : ""
}

function budgets(    list) {
    print ""
    printf "| %-58s | %15s | %11s | %-6s |\n", "budget", "measured", "at most", ""
    print "| ---------------------------------------------------------- | --------------: | ----------: | ------ |"
    budget("empty script, more than plain nsenter", ms(ours) - ms(plain), "ms", 6)
    budget("empty script, of plain nsenter", ms(ours) / ms(plain), "times", 4, 1.5)
    budget("empty script by chroot, more than plain nsenter", ms(ours " --enter chroot") - ms(plain), "ms", 6)
    budget("empty script by chroot, of plain nsenter", ms(ours " --enter chroot") / ms(plain), "times", 4, 1.5)
    if (ours " --enter relay" in wall) {
        budget("empty script by relay, more than plain nsenter", ms(ours " --enter relay") - ms(plain), "ms", 6)
        budget("empty script by relay, of plain nsenter", ms(ours " --enter relay") / ms(plain), "times", 4, 1.5)
        budget("20 at once by relay, of 20 times plain nsenter",
            median(ours " --enter relay", "at-once", WALL) / median(plain, "at-once", WALL), "times", 3, 1.5)
    }
    if ("crun exec" in wall)
        budget("empty script, of crun exec", 100 * ms(ours) / ms("crun exec"), "%", 60, 1.5)
    budget("a named guest of three, more than the only one", ms(ours ", a named guest of three") - ms(ours), "ms", 1)
    budget("exec of a program, of run", ms("k8s-exec exec") / ms(ours), "times", 1, 1.5)
    budget("1 000 variables of 1 MB, more than the empty script",
        ms(ours ", 1000 variables of 1 MB") - ms(ours), "ms", 30)
    if (counts[ours ", 5000 processes", "time"]) {
        list = ms(ours ", 5000 processes") - ms(ours " --pid, 5000 processes")
        budget("5 000 processes in the Pod, of a listing of /proc",
            list / ms("ls /proc, 5000 processes"), "times", 1.5, 4)
        budget("5 000 processes, a cancel, of a listing of /proc",
            median(ours " --pid, 5000 processes", "cancel", WALL) / ms("ls /proc, 5000 processes"), "times", 1.5, 1.5)
        budget("5 000 processes, with --pid, more than without them",
            ms(ours " --pid, 5000 processes") - ms(ours), "ms", 1)
    }
    budget("20 at once, of 20 times plain nsenter",
        median(ours, "at-once", WALL) / median(plain, "at-once", WALL), "times", 3, 1.5)
    # not demanded: it varies by itself, and that no byte is copied is tested (CostIT)
    budget(mib " MiB of output, of plain nsenter",
        median(ours, "output", WALL) / median(plain, "output", WALL), "times", 1.02)
    budget("cancel of a script that ends on SIGTERM, of an empty one",
        median(ours, "cancel", WALL) / ms(ours), "times", 1, 3)
    budget("private memory while a script runs", median(ours, "memory", PRIVATE) / 1024, "MiB", 10, 1)
    budget("executable", size / 1e6, "MB", 17, 1)
}

BEGIN {
    WALL = 3; CPU = 4; PEAK = 5; PRIVATE = 6
    plain = "nsenter --mount (plain)"
    ours = "k8s-exec run"
}

{
    if (!(($1, $2) in counts) && $2 == "time" && $1 !~ / (processes|leftovers)$/)
        names[++name_count] = $1
    i = ++counts[$1, $2]
    for (column = 3; column <= NF; column++)
        samples[$1, $2, column, i] = $column
}

END {
    # the quickest first
    for (i = 1; i <= name_count; i++)
        wall[names[i]] = ms(names[i])
    for (i = 2; i <= name_count; i++) {
        name = names[i]
        for (j = i - 1; j >= 1 && wall[names[j]] > wall[name]; j--)
            names[j + 1] = names[j]
        names[j + 1] = name
    }
    row = "| %-54s | %9s | %5s | %5s | %16s | %6s | %8s |\n"
    printf row, "empty script", "median ms", "p10", "p90", "of plain nsenter", "CPU ms", "peak MiB"
    print "| ------------------------------------------------------ | --------: | ----: | ----: | ---------------: |" \
        " -----: | -------: |"
    for (i = 1; i <= name_count; i++) {
        name = names[i]
        printf "| %-54s | %9.1f | %5.1f | %5.1f | %16.1f | %6.1f | %8.1f |\n", (name == ours ? "**" name "**" : name),
            wall[name], quantile(name, "time", WALL, 0.1), quantile(name, "time", WALL, 0.9),
            wall[name] / wall[plain], median(name, "time", CPU), median(name, "time", PEAK) / 1024
    }
    if (counts[ours, "time"]) {
        growth()
        budgets()
    }
    if (plot)
        draw()
    exit missed
}

function x(milliseconds) {
    return left + (width - left - 70) * log(milliseconds / least) / log(most / least)
}

function text(left_edge, baseline, attributes, content) {
    printf "<text x=\"%.1f\" y=\"%d\" %s>%s</text>\n", left_edge, baseline, attributes,
        content > plot
}

function draw(    i, y, name, tick, height, color, low, high) {
    width = 860; left = 350; height = 28 * name_count + 70
    least = 1; most = 2 * wall[names[name_count]]
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"", width, height,
        width, height > plot
    print " font-family=\"sans-serif\" font-size=\"13\">" > plot
    print "<title>Wall time of an empty script in another container</title>" > plot
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height > plot
    for (tick = 1; tick < most; tick *= (substr(tick, 1, 1) == "2" ? 2.5 : 2)) {
        printf "<line x1=\"%.1f\" y1=\"20\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>\n", x(tick), x(tick),
            height - 45 > plot
        text(x(tick), height - 28, "text-anchor=\"middle\" fill=\"#444444\"", tick)
    }
    text((left + width) / 2 - 35, height - 8, "text-anchor=\"middle\" fill=\"#444444\"",
        "ms of wall time, logarithmic; line: median, bar: 10th to 90th percentile of " counts[names[1], "time"] " runs")
    for (i = 1; i <= name_count; i++) {
        name = names[i]
        y = 20 + 28 * (i - 1)
        color = name ~ /^k8s-exec/ ? "#1f6feb" : "#8a8f98"
        low = x(quantile(name, "time", WALL, 0.1)); high = x(quantile(name, "time", WALL, 0.9))
        text(left - 12, y + 18, "text-anchor=\"end\" fill=\"#111111\"" (name == ours ? " font-weight=\"bold\"" : ""),
            name)
        printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\" fill-opacity=\"0.35\"/>\n",
            low, y + 6, high - low, color > plot
        printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>\n", x(wall[name]),
            y + 4, x(wall[name]), y + 24, color > plot
        text(high + 8, y + 18, "fill=\"#111111\"", sprintf("%.1f", wall[name]))
    }
    print "</svg>" > plot
}
