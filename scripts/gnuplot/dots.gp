# One metric by strategy: the mean with its 95 % interval, single seeds below it, an
# untrained encoder as a line.
#   gnuplot -c dots.gp FORMAT OUT TSV WIDEST FOOTER ROWS LABEL UNTRAINED
# TSV: two blocks: row, name, shade, mean, low, high; then row, shade, value of one seed.
# UNTRAINED: its mean, or nan.  WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
rows = int(ARG6); label = ARG7; untrained = ARG8 eq "nan" ? NaN : real(ARG8)
here = substr(ARG0, 1, strlen(ARG0) - strlen("dots.gp"))
load here . "style.gp"
W = page_width; axis = in_terminal ? 7 + 7 * lines(label) : 18 + 9 * lines(label)
each = in_terminal ? 14 : 13 # a line for the mean, one for the seeds below it
bare = !(untrained == untrained); last = !in_terminal ? 6 : bare ? 7 : 14
H = head + each * rows + last + axis + foot
load here . "page.gp"
left = wide(widest, 110)

# The frame follows the seeds.  An interval from two of them is so wide that it would
# press everything else together: it is cut at the frame, and the caption says so.
stats tsv index 1 using 3 nooutput
least = STATS_min; most = STATS_max
if (!bare) { least = smaller(least, untrained); most = larger(most, untrained) }
room = 0.4 * (most - least)
stats tsv index 0 using 5:6 nooutput
cut = STATS_min_x < least - room || STATS_max_y > most + room
low = smaller(least, larger(STATS_min_x, least - room))
high = larger(most, smaller(STATS_max_y, most + room))

set yrange [in_terminal ? rows + (bare ? 0 : 0.5) : rows - (bare ? 0.4 : 0.1) : \
            in_terminal ? -0.5 : -0.6]
set lmargin at screen left / W
set rmargin at screen 1 - 10.0 / W
set bmargin at screen (foot + axis) / H
set tmargin at screen 1 - head / H
names = fitting(widest, left)
set ytics scale 0 font names
if (!in_terminal) { set grid noytics xtics }
set border 1
unset key
set bars in_terminal ? 0 : 0.4
set xlabel label offset 0, 0.6
if (high > low) {
    set xrange [low - 0.05 * (high - low) : high + 0.05 * (high - low)]
    set xtics spaced(high - low, high, W - left - 10)
}
set label 2 "mean and 95 % interval; single seeds" \
    . (cut ? "; wide intervals are cut" : "") at screen 4.0 / W, screen 1 - 7.0 / H \
    left font small textcolor rgb "#404040"
up = in_terminal ? 1 : 0.5; aside = in_terminal ? 2 : 0.4
if (!bare) {
    set label 3 "untrained" at untrained, graph 0 left offset aside, up font small \
        textcolor rgb grey
    if (untrained > 0.5 * (low + high)) { set label 3 right offset -aside, up }
    set arrow 1 from untrained, graph 0 to untrained, graph 1 nohead linecolor rgb grey \
        linewidth 0.9 dashtype 2
}
below = in_terminal ? 0.5 : 0.27; seed = in_terminal ? "." : 6
plot tsv index 1 using 3:($1 + below):(rgb($2)) with points pointtype seed pointsize 0.22 \
         linewidth 0.6 linecolor rgb variable, \
     tsv index 0 using 4:1:5:6:(rgb($3)):ytic(2) with xerrorbars pointtype mark(7) pointsize 0.4 \
         linewidth 1 linecolor rgb variable
