# One quantity against another, a point per strategy with its 95 % intervals.
#   gnuplot -c scatter.gp FORMAT OUT TSV WIDEST FOOTER ROWS XLABEL YLABEL
# TSV: row, name, shade, x, low, high, y, low, high.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
rows = int(ARG6); across = ARG7; up = ARG8
here = substr(ARG0, 1, strlen(ARG0) - strlen("scatter.gp"))
load here . "style.gp"
W = page_width; columns = int((W - 14) / (20 + 4.1 * widest)); if (columns < 1) { columns = 1 }
if (columns > rows) { columns = rows }
if (in_terminal) { columns = 1 }
deep = (rows + columns - 1) / columns
legend = 9.5 * deep + 4
H = head + 122 + 26 + legend + foot
load here . "page.gp"

array names[rows]; array shades[rows]
stats tsv using (names[int($1) + 1] = strcol(2), shades[int($1) + 1] = $3, 0) nooutput
stats tsv using 7 nooutput
low = STATS_min; high = STATS_max
stats tsv using (0.5 * ($9 - $8)) nooutput # a usual interval is seen whole
room = larger(high > low ? high - low : 1, 1.3 * STATS_median)
stats tsv using 8:9 nooutput
cut = STATS_min_x < low - room || STATS_max_y > high + room
if (!in_terminal) {
    low = larger(STATS_min_x, low - room); high = smaller(STATS_max_y, high + room)
}
if (high <= low) { low = low - 0.5; high = high + 0.5 }
stats tsv using 4 nooutput # before ranges are set, which it would obey
left = STATS_min; right = STATS_max
stats tsv using (0.5 * ($6 - $5)) nooutput
room = larger(right > left ? right - left : 1, 1.3 * STATS_median)
stats tsv using 5:6 nooutput
cut = cut || STATS_min_x < left - room || STATS_max_y > right + room
if (!in_terminal) {
    left = larger(STATS_min_x, left - room); right = smaller(STATS_max_y, right + room)
}
set yrange [low - 0.06 * (high - low) : high + 0.06 * (high - low)]
tick = step(high - low)
if (digits(tick) > 2) { set ytics tick; set format y sprintf("%%.%df", digits(tick)) }
span = right > left ? right - left : 0.1
set xrange [left - 0.07 * span : right + 0.07 * span]
set xtics spaced(1.14 * span, right, 190)
set xlabel across offset 0, 0.6
set key at screen 8.0 / W, (foot + legend) / H left top Left reverse samplen 0.6 spacing 0.95 \
    vertical maxrows deep font small
long = broad(low, high, tick)
if (!in_terminal) { set ylabel up offset nearer(up, long), 0 }
set lmargin at screen beside(up, long) / W
set rmargin at screen 1 - 12.0 / W
set bmargin at screen (foot + legend + 26) / H
set tmargin at screen 1 - head / H
set label 2 in_terminal ? flat(up) . ": means over seeds" : \
    "means over seeds with 95 % intervals" . (cut ? "; wide ones are cut" : "") \
    at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
set bars 0
# In a terminal intervals would hide each other: there are letters alone, and their numbers, for
# letters hide each other too.
if (in_terminal) {
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    array places[rows]
    stats tsv using (places[int($1) + 1] = sprintf(": %.4g, %.4g", $4, $7), 0) nooutput
    plot for [i=0:rows-1] tsv every ::i::i using 4:7 with points \
             pointtype alphabet[i%52+1:i%52+1] linecolor rgb shade(shades[i+1]) \
             title names[i+1] . places[i+1]
    exit
}
plot for [i=0:rows-1] tsv every ::i::i using 4:7:5:6:8:9 with xyerrorbars \
         pointtype form(shades[i+1]) pointsize 0.5 linewidth 0.8 \
         linecolor rgb shade(shades[i+1]) title names[i+1]
