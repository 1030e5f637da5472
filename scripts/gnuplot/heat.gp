# A table of squares with their numbers.
#   gnuplot -c heat.gp FORMAT OUT TSV WIDEST FOOTER ROWS COLUMNS CAPTION KIND
# TSV: row, column, name of the row, of the column, value.  KIND: free, or unit: up to 1.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
rows = int(ARG6); columns = int(ARG7); caption = ARG8; kind = ARG9
here = substr(ARG0, 1, strlen(ARG0) - strlen("heat.gp"))
load here . "style.gp"
stats tsv using (strlen(strcol(4))) nooutput
longest = int(STATS_max)
turned = STATS_max * 4.1 > (250 - 60.0) / columns - 2
upright = turned && STATS_max > 16 # slanted, they would run over the edge
W = page_width; below = upright ? 8 + 3.8 * STATS_max : turned ? 8 + 3.2 * STATS_max : 14
line = rows > 12 ? 11 : 15; top = 10 + 8 * lines(caption)
H = top + rows * line + below + foot
load here . "page.gp"
left = wide(widest, 95); bar = 36

stats tsv using 5 nooutput
least = STATS_min; most = STATS_max
if (kind eq "unit") { least = least > 0.9 ? 0.9 : floor(least * 10) / 10.0; most = 1 }
if (most <= least) { least = least - 0.5; most = most + 0.5 }
shown = most - least > 20 ? "%.1f" : most - least > 0.2 ? "%.2f" : "%.3f"
set cbrange [least : most]

# In a terminal a table of letters; of pairs, columns whose names have no room are numbered;
# columns that have none at all go on below.
if (in_terminal) {
    array values[rows * columns]; array down[rows]; array across[columns]
    do for [i=1:rows*columns] { values[i] = NaN }
    stats tsv using (down[int($1) + 1] = strcol(3), across[int($2) + 1] = strcol(4), 0) nooutput
    stats tsv using (values[int($1) * columns + int($2) + 1] = $5, 0) nooutput
    cell = larger(longest, 6) + 2
    numbered = rows == columns && widest + 3 + columns * cell > in_terminal
    if (numbered) { cell = 6 }
    fit = larger(1, (in_terminal - widest - 3) / cell)
    set print out
    print flat(caption)
    do for [from=1:columns:fit] {
        to = from + fit > columns ? columns : from + fit - 1
        row = sprintf("\n%" . (widest + 3) . "s", "")
        do for [k=from:to] {
            row = row . sprintf("%" . cell . "s", numbered ? sprintf("%d", k) : across[k])
        }
        print row
        do for [i=1:rows] {
            row = sprintf("%2s %-" . widest . "s", numbered ? sprintf("%d", i) : "", down[i])
            do for [k=from:to] {
                v = values[(i - 1) * columns + k]
                row = row . sprintf("%" . cell . "s", v == v ? sprintf(shown, v) : "none")
            }
            print row
        }
    }
    exit
}
ink(v) = v > least + 0.55 * (most - least) ? 0x202020 : 0xffffff
unset key; unset grid
set border 0
set lmargin at screen left / W
set rmargin at screen 1 - bar * 1.0 / W
set tmargin at screen 1 - top * 1.0 / H
set bmargin at screen (foot + below) / H
set xrange [-0.5 : columns - 0.5]
set yrange [rows - 0.5 : -0.5]
set tics scale 0
names = fitting(widest, left)
set ytics font names
if (upright) { set xtics rotate by 90 right offset 0, -0.1 font small }
if (turned && !upright) { set xtics rotate by -40 left offset -0.4, 0.3 font small }
set colorbox user origin 1 - (bar - 5.0) / W, (foot + below) / H size 6.0 / W, rows * line * 1.0 / H
set cbtics step(1.5 * (most - least)) font tiny offset -0.8, 0
set label 2 caption at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
across = 0.485; up = 0.47
number = columns * 19.0 > W - left - bar ? tiny : small
plot tsv using 2:1:(across):(up):5:ytic(3):xtic(4) \
         with boxxyerror fillcolor palette fillstyle solid noborder, \
     tsv using 2:1:($5 == $5 ? sprintf(shown, $5) : "none"):(ink($5)) \
         with labels font number textcolor rgb variable
