# How often each strategy shows each patch: one map a strategy, one scale for all.
#   gnuplot -c visibility.gp png OUT TSV PANELS WIDEST FOOTER
# TSV: a block per strategy, its name first, then column, row, share of 0..1.
# WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; n = int(ARG4); widest = int(ARG5); footer = ARG6
columns = n < 4 ? n : n < 9 ? 4 : n < 16 ? 5 : 6
lines = (n + columns - 1) / columns
side = 120; gap = 16; head = 36; left = 12; bar = 84; foot = 52
across = 5.6 * widest > side + gap ? 5.6 * widest : side + gap
W = left + columns * across + bar
H = lines * (side + head) + foot
if (W < 640) { W = 640 }
here = substr(ARG0, 1, strlen(ARG0) - strlen("visibility.gp"))
load here . "style.gp"

# Dark to light in even steps of lightness, blue to yellow for every eye.
set palette defined (0 "#00204d", 0.25 "#414d6b", 0.5 "#7c7b78", 0.75 "#bcaf6f", 1 "#ffea46")
most = 0
do for [i=0:n-1] {
    stats tsv index i using 3 every ::1 nooutput
    if (STATS_max > most) { most = STATS_max }
}
set cbrange [0 : most > 0 ? most : 1]

set multiplot
name = widest > 14 ? "sans-serif,8" : "sans-serif,10"
unset grid; unset tics; unset colorbox
set border 15 linecolor "#404040" linewidth 0.5
do for [i=0:n-1] {
    x = left + (i % columns) * across
    y = H - head - (i / columns) * (side + head)
    set key at screen x * 1.0 / W, (y + 14.0) / H left bottom Left noreverse samplen 0 font name
    set lmargin at screen x * 1.0 / W
    set rmargin at screen (x + side) * 1.0 / W
    set tmargin at screen y * 1.0 / H
    set bmargin at screen (y - side) * 1.0 / H
    if (i == n - 1) {
        set colorbox user origin (W - bar + 6.0) / W, (H - head - side) * 1.0 / H \
            size 10.0 / W, side * 1.0 / H
        set cbtics step(most) font small
        set cblabel "visible in this share of images" font small offset -0.5, 0
    }
    set yrange [*:*] reverse
    stats tsv index i using 3 every ::1 nooutput
    set label 2 sprintf("%.2f to %.2f", STATS_min, STATS_max) at graph 0, graph 1 left \
        offset 0, 0.6 font small textcolor rgb "#404040"
    # A picture inside an SVG would be smoothed by its viewer.
    if (format eq "svg") {
        plot tsv index i using 1:2:3 with image pixels title columnheader(1)
    } else {
        plot tsv index i using 1:2:3 with image title columnheader(1)
    }
    unset label 1
}
