# A quantity over another, a line per strategy, with a band.
#   gnuplot -c lines.gp FORMAT OUT TSV WIDEST FOOTER SHADES XLABEL YLABEL KIND
# TSV: a block per strategy, its name first, then x, mean, low, high.  SHADES: the colour
# of each block, by number.  WIDEST: letters of the longest name.  KIND: words: log (y),
# cut (the first steps, far above the others), share (not a mean), sd or interval (what the
# band is).
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
shades = ARG6; across = ARG7; up = ARG8; kind = ARG9
here = substr(ARG0, 1, strlen(ARG0) - strlen("lines.gp"))
load here . "style.gp"
is(w) = strstrt(kind, w) > 0
n = words(shades)
W = page_width; columns = int((W - 14) / (26 + 4.1 * widest)); if (columns < 1) { columns = 1 }
if (columns > n) { columns = n }
deep = (n + columns - 1) / columns
legend = 9.5 * deep + 4; axis = 16 + 10 * lines(across)
H = head + 122 + axis + legend + foot
load here . "page.gp"

stats tsv using 2 every ::1 nooutput
top = STATS_up_quartile + 2.5 * (STATS_up_quartile - STATS_min)
cut = is("cut") && STATS_max > top
# An interval from two seeds would press all means together; a usual one is seen whole.
low = STATS_min; high = STATS_max; wide_cut = 0
stats tsv using (0.5 * ($4 - $3)) every ::1 nooutput
room = larger(1.5 * (high - low), 1.3 * STATS_median)
stats tsv using 3:4 every ::1 nooutput
if (is("interval") && high > low && !in_terminal) { # which shows none
    wide_cut = STATS_min_x < low - room || STATS_max_y > high + room
    low = larger(STATS_min_x, low - room); high = smaller(STATS_max_y, high + room)
}
stats tsv using 1 every ::1 nooutput
span = STATS_max - STATS_min; points = STATS_records / n
set xlabel across offset 0, 0.6
if (span < 13 && STATS_max == floor(STATS_max) && STATS_min == floor(STATS_min)) { set xtics 1 }
if (is("log")) { set logscale y; set format y "%g" }
set xrange [STATS_min : span > 0 ? STATS_max : STATS_min + 1]
set key at screen 8.0 / W, (foot + legend) / H left top Left reverse samplen 1.4 spacing 0.95 \
    vertical maxrows deep font small
between = is("log") || high <= low ? 0 : step(high - low)
long = between > 0 ? broad(low, high, between) : 4
if (!in_terminal) { set ylabel up offset nearer(up, long), 0 }
set lmargin at screen beside(up, long) / W
set rmargin at screen 1 - 12.0 / W
set bmargin at screen (foot + legend + axis) / H
set tmargin at screen 1 - head / H
caption = in_terminal ? flat(up) . (is("share") ? "" : ": means over seeds") \
        : (is("share") ? "share" : "mean") . " and " \
          . (is("sd") ? "one standard deviation" : "95 % interval") . " over seeds"
set label 2 caption . (cut ? "; the first steps are cut" : wide_cut ? "; wide ones are cut" : "") \
    at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
set autoscale yfix
set offsets 0, 0, graph (is("log") || cut ? 0 : 0.04), graph (is("log") ? 0 : 0.04)
if (cut) { set yrange [*:top] }
if (wide_cut) { set yrange [low:high] }
set style fill transparent solid 0.12 noborder
# Few points are shown, and a single one makes no line.
drawn = span > 0 && points > 9 ? "lines" : "linespoints pointtype 7 pointsize 0.35"

if (in_terminal) {
    plot for [i=0:n-1] tsv index i using 1:2 with lines linecolor rgb \
             shade(word(shades, i+1)) title columnheader(1)
} else {
    plot for [i=0:n-1] tsv index i using 1:3:4 with filledcurves \
             linecolor rgb shade(word(shades, i+1)) notitle, \
         for [i=0:n-1] tsv index i using 1:2 with @drawn linewidth 1.2 \
             linecolor rgb shade(word(shades, i+1)) \
             dashtype dashes(word(shades, i+1)) title columnheader(1)
}
