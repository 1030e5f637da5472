# A quantity over another, a line per strategy: mean over seeds, with a band of one
# standard deviation.
#   gnuplot -c lines.gp png OUT TSV SHADES WIDEST XLABEL YLABEL SCALE FOOTER
# TSV: a block per strategy, its name first, then x, mean, low, high.  SHADES: the colour
# of each block, by number.  WIDEST: letters of the longest name.  SCALE: of y, log or
# linear.
format = ARG1; out = ARG2; tsv = ARG3; shades = ARG4; widest = int(ARG5)
across = ARG6; up = ARG7; scale = ARG8; footer = ARG9
W = 556 + 7.0 * widest; H = 380
here = substr(ARG0, 1, strlen(ARG0) - strlen("lines.gp"))
load here . "style.gp"

stats tsv using 1 every ::1 nooutput
n = STATS_blocks
few = STATS_max - STATS_min < 20 && STATS_max == floor(STATS_max)
set xlabel across
set ylabel up
if (few) { set xtics 1 }
if (STATS_max - STATS_min > 12) { set xtics autofreq }
if (scale eq "log") { set logscale y; set format y "%g" }
set xrange [STATS_min : STATS_max > STATS_min ? STATS_max : STATS_min + 1]
set key at screen 520.0 / W, graph 0.5 left center Left reverse samplen 2 spacing 1.15
set lmargin at screen (strstrt(up, "\n") ? 90.0 : 78.0) / W
set rmargin at screen 510.0 / W
set bmargin at screen 92.0 / H
set tmargin at screen 1 - 22.0 / H
set label 2 "mean over seeds; band: one standard deviation" at graph 0, screen 1 - 11.0 / H \
    left font small textcolor rgb "#404040"
set autoscale yfix
set offsets 0, 0, graph (scale eq "log" ? 0 : 0.04), graph (scale eq "log" ? 0 : 0.04)
set style fill transparent solid 0.14 noborder
# A single point makes no line.
dots(i) = STATS_max > STATS_min ? 0 : 0.6

plot for [i=0:n-1] tsv index i using 1:3:4 with filledcurves \
         linecolor rgb shade(word(shades, i+1)) notitle, \
     for [i=0:n-1] tsv index i using 1:2 with linespoints linewidth 1.6 pointtype 7 \
         pointsize dots(i) linecolor rgb shade(word(shades, i+1)) \
         dashtype dashes(word(shades, i+1)) title columnheader(1)
