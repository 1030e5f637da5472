# Training loss of each strategy, mean over seeds, with a band of one standard
# deviation.
#   gnuplot -c loss.gp png OUT TSV SHADES WIDEST FOOTER
# TSV: a block per strategy, its name first, then epoch, mean, low, high.
# SHADES: the colour of each block, by number.  WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; shades = ARG4; widest = int(ARG5)
footer = ARG6
W = 556 + 7.0 * widest; H = 380
here = substr(ARG0, 1, strlen(ARG0) - strlen("loss.gp"))
load here . "style.gp"

stats tsv using 1 every ::1 nooutput
n = STATS_blocks
stats tsv using 2 every ::1 nooutput
top = STATS_up_quartile + 2.5 * (STATS_up_quartile - STATS_min)
cut = STATS_max > top

set xlabel "epoch"
set ylabel "mean squared error of hidden patches"
set key at screen 520.0 / W, graph 0.5 left center Left reverse samplen 2 spacing 1.15
set rmargin at screen 510.0 / W
set bmargin at screen 92.0 / H
set tmargin at screen 1 - 22.0 / H
set label 2 "mean over seeds; band: one standard deviation" \
    . (cut ? "; the first steps are above the frame" : "") at graph 0, screen 1 - 11.0 / H \
    left font small textcolor rgb "#404040"
set autoscale yfix
set offsets 0, 0, graph (cut ? 0 : 0.02), graph 0.02
if (cut) { set yrange [*:top] }
set style fill transparent solid 0.14 noborder

plot for [i=0:n-1] tsv index i using 1:3:4 with filledcurves \
         linecolor rgb shade(word(shades, i+1)) notitle, \
     for [i=0:n-1] tsv index i using 1:2 with lines linewidth 1.6 \
         linecolor rgb shade(word(shades, i+1)) dashtype dashes(word(shades, i+1)) \
         title columnheader(1)
