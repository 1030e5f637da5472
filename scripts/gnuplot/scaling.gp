# Images a second over threads, batch or ratio, a panel per preset; what arithmetic
# expects is dashed.
#   gnuplot -c scaling.gp png OUT TSV LABEL SCALE CAPTION FOOTER
# TSV: a block per preset, its name first, then x, rate, expected rate or nan.
# SCALE: of x, log (of 2) or linear.
format = ARG1; out = ARG2; tsv = ARG3; label = ARG4; scale = ARG5; caption = ARG6
footer = ARG7
set datafile separator tab
set datafile missing "nan"
stats tsv using 1:2 every ::1 nooutput
panels = STATS_blocks; least = STATS_min_x; most = STATS_max_x
panel = panels > 1 ? 250 : 464; gap = 64; left = 76
W = left + panels * panel + (panels - 1) * gap + 20
H = 312
here = substr(ARG0, 1, strlen(ARG0) - strlen("scaling.gp"))
letter = 10
load here . "style.gp"
load here . "page.gp"

set multiplot
set bmargin at screen 92.0 / H
set tmargin at screen 1 - 42.0 / H
set xlabel label
set format x "%g" # the default begins with a space
unset key
if (scale eq "log") {
    set logscale x 2
    set xrange [least / 1.15 : most * 1.15]
    set xtics 1, 2
} else {
    set xrange [least - 0.04 * (most - least) : most + 0.04 * (most - least)]
    set xtics step(most - least)
}
do for [i=0:panels-1] {
    set lmargin at screen (left + i * (panel + gap) * 1.0) / W
    set rmargin at screen (left + i * (panel + gap) + panel * 1.0) / W
    stats tsv index i using 2 every ::1 nooutput
    top = STATS_max
    stats tsv index i using 3 every ::1 nooutput
    if (exists("STATS_records") && STATS_records > 0 && STATS_max > top) { top = STATS_max }
    set yrange [0 : 1.08 * top]
    set ytics (0)
    do for [k=1:int(1.08 * top / step(top))] {
        set ytics add (thousands(k * step(top)) k * step(top))
    }
    set ylabel (i ? "" : "images a second") offset 0.5, 0
    set label 2 (i ? "" : caption) at screen left * 1.0 / W, screen 1 - 11.0 / H left \
        font small textcolor rgb "#404040"
    stats tsv index i using (name = strcol(1), 0) every ::0::0 nooutput
    set label 3 name at graph 0, graph 1.06
    plot tsv index i using 1:3 every ::1 with lines linewidth 1.2 dashtype 2 \
             linecolor rgb grey, \
         tsv index i using 1:2 every ::1 with linespoints linewidth 1.6 pointtype 7 \
             pointsize 0.5 linecolor rgb shade(1)
    unset label 1
}
