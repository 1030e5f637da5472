# One metric by strategy: the mean with its 95 % interval, single seeds below it,
# an untrained encoder as a line; beside it the paired differences to the baseline.
#   gnuplot -c dots.gp png OUT TSV ROWS LABEL BASELINE FOOTER
# TSV: three blocks: row, name, shade, mean, low, high, difference, low, high;
# row, shade, value of one seed; mean of the untrained encoder, if there is one.
format = ARG1; out = ARG2; tsv = ARG3; rows = int(ARG4); label = ARG5; baseline = ARG6
footer = ARG7
W = 640; H = 118 + 22 * rows
here = substr(ARG0, 1, strlen(ARG0) - strlen("dots.gp"))
load here . "style.gp"

untrained = NaN
stats tsv nooutput
if (STATS_blocks > 2) {
    stats tsv index 2 using 1 nooutput
    untrained = STATS_mean
}

set multiplot
set yrange [rows - 0.35 : -0.65]
set bmargin at screen 90.0 / H
set tmargin at screen 1 - 22.0 / H
set ytics scale 0
set grid noytics xtics
set border 1
unset key
set offsets graph 0.04, graph 0.04, 0, 0
set xtics scale 0.6
set bars 0.5

set lmargin at screen 0.22
set rmargin at screen 0.62
set xlabel label
set label 2 "mean and 95 % interval; single seeds" at graph 0, screen 1 - 11.0 / H left \
    font small textcolor rgb "#404040"
if (untrained == untrained) {
    set label 3 "untrained" at untrained, graph 0.05 left offset 0.5, 0 font small \
        textcolor rgb grey
}
plot (untrained) with points pointsize 0 notitle, \
     tsv index 2 using 1:(rows - 0.35):(0):(-rows - 0.3) with vectors nohead linecolor rgb grey \
         linewidth 1.2 dashtype 2, \
     tsv index 1 using 3:($1 + 0.24):(rgb($2)) with points pointtype 6 pointsize 0.4 \
         linewidth 0.8 linecolor rgb variable, \
     tsv index 0 using 4:1:5:6:(rgb($3)):ytic(2) with xerrorbars pointtype 7 pointsize 0.6 \
         linewidth 1.2 linecolor rgb variable

set lmargin at screen 0.66
set rmargin at screen 0.98
set format y ""
set xlabel "difference to " . baseline
set label 2 "paired by seed, with 95 % interval"
unset label 1; unset label 3
set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb "#000000" linewidth 0.8 back
plot tsv index 0 using 7:1:8:9:(rgb($3)) with xerrorbars pointtype 7 pointsize 0.6 \
         linewidth 1.2 linecolor rgb variable
