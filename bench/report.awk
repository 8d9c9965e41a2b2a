# Makes the tables, and the plot where one is asked for, of what measure.c printed.

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

function budget(what, measured, unit, most) {
    printf "| %-58s | %9.1f %-3s | %7s |\n", what, measured, unit, most
}

{
    if (!(($1, $2) in counts) && $2 == "time")
        names[++name_count] = $1
    i = ++counts[$1, $2]
    for (column = 3; column <= NF; column++)
        samples[$1, $2, column, i] = $column
}

END {
    plain = "nsenter --mount (plain)"
    ours = "k8s-exec run"
    base = median(plain, "time", 3)

    # the quickest first
    for (i = 1; i <= name_count; i++)
        wall[names[i]] = median(names[i], "time", 3)
    for (i = 2; i <= name_count; i++) {
        name = names[i]
        for (j = i - 1; j >= 1 && wall[names[j]] > wall[name]; j--)
            names[j + 1] = names[j]
        names[j + 1] = name
    }
    printf "| %-52s | median ms |   p10 |   p90 | more than plain | ratio | CPU ms | peak MiB |\n", "empty script"
    print "| ---------------------------------------------------- | --------: | ----: | ----: | --------------: | ----: | -----: | -------: |"
    for (i = 1; i <= name_count; i++) {
        name = names[i]
        printf "| %-52s | %9.1f | %5.1f | %5.1f | %15.1f | %5.1f | %6.1f | %8.1f |\n", name, wall[name], quantile(name, "time", 3, 0.1), \
            quantile(name, "time", 3, 0.9), wall[name] - base, wall[name] / base, median(name, "time", 4), median(name, "time", 5) / 1024
    }
    if (counts[ours, "time"]) {
        print ""
        printf "| %-58s | %13s | %7s |\n", "k8s-exec, native", "measured", "at most"
        print "| ---------------------------------------------------------- | ------------: | ------: |"
        budget("empty script, more than plain nsenter", wall[ours] - base, "ms", "10")
        if ("crun exec" in wall)
            budget("empty script, of the time of crun exec", 100 * wall[ours] / wall["crun exec"], "%", "100")
        budget("1000 variables of 1 MB, more than the empty script", wall[ours ", 1000 variables of 1 MB"] - wall[ours], "ms", "50")
        budget("CPU time of an empty script", median(ours, "time", 4), "ms", "15")
        budget("private memory while a script runs", median(ours, "memory", 6) / 1024, "MiB", "12")
        budget("of that, not backed by the executable's file", median(ours, "memory", 7) / 1024, "MiB", "")
        budget("resident memory while a script runs", median(ours, "memory", 8) / 1024, "MiB", "")
        budget(mib " MiB of output, more than plain nsenter", 100 * (median(ours, "output", 3) / median(plain, "output", 3) - 1), "%", "5")
        budget("executable", size / 1e6, "MB", "30")
    }
    if (plot)
        draw()
}

function x(ms) {
    return left + (width - left - 70) * log(ms / least) / log(most / least)
}

function draw(    i, y, name, tick, height, color) {
    width = 860; left = 350; row = 28; height = row * name_count + 70
    least = 1; most = 2 * wall[names[name_count]]
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n", \
        width, height, width, height > plot
    print "<title>Wall time of an empty script in another container</title>" > plot
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height > plot
    for (tick = 1; tick < most; tick *= (substr(tick, 1, 1) == "2" ? 2.5 : 2)) {
        printf "<line x1=\"%.1f\" y1=\"20\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>\n", x(tick), x(tick), height - 45 > plot
        printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444444\">%d</text>\n", x(tick), height - 28, tick > plot
    }
    printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444444\">ms of wall time, logarithmic; line: median, bar: 10th to 90th percentile of %d runs</text>\n", \
        (left + width) / 2 - 35, height - 8, counts[names[1], "time"] > plot
    for (i = 1; i <= name_count; i++) {
        name = names[i]
        y = 20 + row * (i - 1)
        color = name ~ /^k8s-exec/ ? "#1f6feb" : "#8a8f98"
        printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#111111\"%s>%s</text>\n", left - 12, y + 18, \
            (name == ours ? " font-weight=\"bold\"" : ""), name > plot
        printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\" fill-opacity=\"0.35\"/>\n", x(quantile(name, "time", 3, 0.1)), y + 6, \
            x(quantile(name, "time", 3, 0.9)) - x(quantile(name, "time", 3, 0.1)), color > plot
        printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>\n", x(wall[name]), y + 4, x(wall[name]), y + 24, color > plot
        printf "<text x=\"%.1f\" y=\"%d\" fill=\"#111111\">%.1f</text>\n", x(quantile(name, "time", 3, 0.9)) + 8, y + 18, wall[name] > plot
    }
    print "</svg>" > plot
}
