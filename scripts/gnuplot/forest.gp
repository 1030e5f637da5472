# Paired differences to the baseline, strategy below strategy, with 95 % intervals and
# their numbers.
#   gnuplot -c forest.gp FORMAT OUT TSV WIDEST FOOTER ROWS LABEL
# TSV: row, name, shade, difference, low, high, the same in words.  LABEL: of the axis.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
rows = int(ARG6); label = ARG7
here = substr(ARG0, 1, strlen(ARG0) - strlen("forest.gp"))
load here . "style.gp"
W = page_width; axis = in_terminal ? 7 + 7 * lines(label) : 18 + 9 * lines(label)
H = head + (in_terminal ? 14 * rows : 12 * rows + 6) + axis + foot
load here . "page.gp"
left = wide(widest, 95)
stats tsv using (strlen(strcol(7))) nooutput
right = larger(60, 4 + 3.7 * STATS_max)

# As in dots.gp: the frame follows the differences, wide intervals are cut.
stats tsv using 4 nooutput
low = smaller(0, STATS_min); high = larger(0, STATS_max); room = 1.2 * (high - low)
stats tsv using 5:6 nooutput
cut = STATS_min_x < low - room || STATS_max_y > high + room
low = smaller(low, larger(STATS_min_x, low - room))
high = larger(high, smaller(STATS_max_y, high + room))
if (high <= low) { low = -1; high = 1 }

set xrange [low - 0.05 * (high - low) : high + 0.05 * (high - low)]
set yrange [rows - (in_terminal ? 0.5 : 0.4) : -(in_terminal ? 0.5 : 0.6)]
set lmargin at screen left / W
set rmargin at screen 1 - (right + 6.0) / W
set bmargin at screen (foot + axis) / H
set tmargin at screen 1 - head / H
set xtics spaced(high - low, high, W - left - right - 6)
names = fitting(widest, left)
set ytics scale 0 font names
if (!in_terminal) { set grid noytics xtics }
set border 1
unset key
set bars in_terminal ? 0 : 0.4
set xlabel label offset 0, 0.6
set label 2 "paired by seed, 95 % interval" . (cut ? " (wide ones are cut)" : "") \
    at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb "#000000" linewidth 0.6 \
    dashtype solid back
plot tsv using 4:1:5:6:(rgb($3)):ytic(2) with xerrorbars pointtype mark(5) pointsize 0.4 \
         linewidth 1 linecolor rgb variable, \
     tsv using (high + 0.05 * (high - low)):1:7 with labels left offset 0.8, 0 font small \
         textcolor rgb "#202020"
