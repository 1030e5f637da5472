# One metric by strategy: the mean with its 95 % interval, single seeds below it,
# an untrained encoder as a line; beside it the paired differences to the baseline.
#   gnuplot -c dots.gp png OUT TSV ROWS LABEL BASELINE UNTRAINED WIDEST FOOTER
# TSV: two blocks: row, name, shade, mean, low, high, difference, low, high; then
# row, shade, value of one seed.  UNTRAINED: its mean, or nan.  WIDEST: letters of
# the longest name.
format = ARG1; out = ARG2; tsv = ARG3; rows = int(ARG4); label = ARG5; baseline = ARG6
untrained = ARG7 eq "nan" ? NaN : real(ARG7); widest = int(ARG8); footer = ARG9
left = 30 + 7.0 * widest; panel = 270; gap = 28; beside = 210
W = left + panel + gap + beside + 16
if (W < 640) { panel = panel + 640 - W; W = 640 }
below = strstrt(label, "\n") ? 14 : 0 # a label of two lines
H = 118 + below + 22 * rows
here = substr(ARG0, 1, strlen(ARG0) - strlen("dots.gp"))
load here . "style.gp"

# The frame follows the seeds.  An interval from two of them is so wide that it would
# press everything else together: it is cut at the frame, and the caption says so.
larger(a, b) = a > b ? a : b
smaller(a, b) = a < b ? a : b
frame_low(least, low, room) = larger(low, least - room)
frame_high(most, high, room) = smaller(high, most + room)

worst = 0; best = 0; cut = 0
stats tsv index 0 using 7 nooutput
differences = exists("STATS_records") && STATS_records > 0
if (differences) {
    worst = smaller(0, STATS_min); best = larger(0, STATS_max); room = 1.2 * (best - worst)
    stats tsv index 0 using 8:9 nooutput
    cut = STATS_min_x < worst - room || STATS_max_y > best + room
    worst = frame_low(worst, STATS_min_x, room); best = frame_high(best, STATS_max_y, room)
}

stats tsv index 1 using 3 nooutput
least = STATS_min; most = STATS_max
if (untrained == untrained) { least = smaller(least, untrained); most = larger(most, untrained) }
room = 0.4 * (most - least)
stats tsv index 0 using 5:6 nooutput
cut = cut || STATS_min_x < least - room || STATS_max_y > most + room
low = smaller(least, frame_low(least, STATS_min_x, room))
high = larger(most, frame_high(most, STATS_max_y, room))

set multiplot
set yrange [rows + (untrained == untrained ? 0.15 : -0.35) : -0.65]
set bmargin at screen (90.0 + below) / H
set tmargin at screen 1 - 22.0 / H
set ytics scale 0
set grid noytics xtics
set border 1
unset key
set bars 0.5

set lmargin at screen left / W
set rmargin at screen (left + panel) / W
set xlabel label
if (high > low) {
    set xrange [low - 0.05 * (high - low) : high + 0.05 * (high - low)]
    set xtics spaced(high - low, high, panel) scale 0.6
}
set label 2 "mean and 95 % interval; single seeds" \
    . (cut ? "; wide intervals are cut" : "") at graph 0, screen 1 - 11.0 / H \
    left font small textcolor rgb "#404040"
if (untrained == untrained) {
    set label 3 "untrained" at untrained, graph 0 left offset 0.5, 0.6 font small \
        textcolor rgb grey
    set arrow 1 from untrained, graph 0 to untrained, graph 1 nohead linecolor rgb grey \
        linewidth 1.2 dashtype 2
}
plot tsv index 1 using 3:($1 + 0.24):(rgb($2)) with points pointtype 6 pointsize 0.4 \
         linewidth 0.8 linecolor rgb variable, \
     tsv index 0 using 4:1:5:6:(rgb($3)):ytic(2) with xerrorbars pointtype 7 pointsize 0.6 \
         linewidth 1.2 linecolor rgb variable

set lmargin at screen (left + panel + gap) / W
set rmargin at screen (left + panel + gap + beside) / W
set format y ""
set xlabel "difference to " . baseline
set label 2 "paired by seed, with 95 % interval"
unset label 1; unset label 3
set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb "#000000" linewidth 0.8 \
    dashtype solid back
if (differences && best > worst) {
    set xrange [worst - 0.05 * (best - worst) : best + 0.05 * (best - worst)]
    set xtics spaced(best - worst, best, beside) scale 0.6
    plot tsv index 0 using 7:1:8:9:(rgb($3)) with xerrorbars pointtype 7 pointsize 0.6 \
             linewidth 1.2 linecolor rgb variable
}
