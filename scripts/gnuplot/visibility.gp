# How often each strategy shows each patch: one map a strategy, one scale for all.
#   gnuplot -c visibility.gp FORMAT OUT TSV WIDEST FOOTER PANELS
# TSV: a block per strategy, its name first, then column, row, share of 0..1.
# WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5; n = int(ARG6)
here = substr(ARG0, 1, strlen(ARG0) - strlen("visibility.gp"))
load here . "style.gp"
W = page_width; gap = 7.0; head = 26; bar = 26
columns = int((W - 1) / (3.7 * widest + gap)); if (columns > 5) { columns = 5 }
if (columns > n) { columns = n }
if (columns < 3) { columns = 3 }
side = (W - 8 - (columns - 1) * gap) / columns; if (side > 72) { side = 72.0 }
down = (n + columns - 1) / columns
H = down * (side + head) + bar + foot
load here . "page.gp"

most = 0
do for [i=0:n-1] {
    stats tsv index i using 3 every ::1 nooutput
    if (STATS_max > most) { most = STATS_max }
}
set cbrange [0 : most > 0 ? most : 1]

set multiplot
unset key; unset grid; unset tics; unset colorbox
set border 15 linecolor "#404040" linewidth 0.4
do for [i=0:n-1] {
    x = 4 + (i % columns) * (side + gap)
    y = H - head - (i / columns) * (side + head)
    stats tsv index i using (name = strcol(1), 0) every ::0::0 nooutput
    set label 4 name at screen x / W, screen (y + 13.0) / H left font small textcolor rgb "#202020"
    set lmargin at screen x / W
    set rmargin at screen (x + side) / W
    set tmargin at screen y / H
    set bmargin at screen (y - side) / H
    if (i == n - 1) {
        set colorbox horizontal user origin 4.0 / W, (foot + 14.0) / H size 80.0 / W, 5.0 / H
        set cbtics step(most) font tiny offset 0, 0.7 scale 0.3
        set label 3 "share of images in which the patch is visible" at screen 92.0 / W, \
            screen (foot + 16.0) / H left font small textcolor rgb "#404040"
    }
    set yrange [*:*] reverse
    stats tsv index i using 3 every ::1 nooutput
    set label 2 sprintf("%.2f to %.2f", STATS_min, STATS_max) at screen x / W, \
        screen (y + 5.0) / H left font tiny textcolor rgb "#404040"
    # A picture inside an SVG would be smoothed by its viewer.
    if (format eq "svg") {
        plot tsv index i using 1:2:3 every ::1 with image pixels
    } else {
        plot tsv index i using 1:2:3 every ::1 with image
    }
    unset label 1
}
