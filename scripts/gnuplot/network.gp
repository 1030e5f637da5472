# How much of their speed ranks keep that train together, over their number: a line per
# network, a panel per pace of a rank; dashed: another way to exchange.
#   gnuplot -c network.gp FORMAT OUT TSV CAPTION FOOTER
# TSV: a block per panel and network, those of the first panel first; the names of both,
# then ranks, share, share of the other way.
format = ARG1; out = ARG2; tsv = ARG3; caption = ARG4; footer = ARG5
here = substr(ARG0, 1, strlen(ARG0) - strlen("network.gp"))
load here . "style.gp"
W = page_width; panels = 2
left = 40; gap = 14; panel = (W - left - gap - 10) / panels
stats tsv using 1 every ::1 nooutput
each = STATS_blocks / panels
legend = 9.5 * ((each + 1) / 2) + 4
H = 47 + 96 + 26 + legend + foot
load here . "page.gp"

set multiplot
set bmargin at screen (foot + legend + 26) / H
set tmargin at screen 1 - 47.0 / H
set logscale x 2
set xrange [STATS_min : 1.1 * STATS_max]
set yrange [0 : 1.05]
set xtics (1, 8, 64, 512)
set format x "%g" # the default begins with a space
set ytics 0.25
set xlabel "ranks" offset 0, 0.6
set label 2 caption at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
set key at screen 8.0 / W, (foot + legend) / H left top Left reverse samplen 1.4 spacing 0.95 \
    vertical maxrows (each + 1) / 2 font small
do for [i=0:panels-1] {
    set lmargin at screen (left + i * (panel + gap) * 1.0) / W
    set rmargin at screen (left + i * (panel + gap) + panel * 1.0) / W
    set ylabel (i ? "" : "share of speed kept") offset 1.8, 0
    if (i) { set format y "" }
    stats tsv index i*each using (name = strcol(1), 0) every ::0::0 nooutput
    set label 3 name at graph 0, graph 1.08 left font small textcolor rgb "#202020"
    if (i) { unset label 1; unset label 2; set key off }
    plot for [k=0:each-1] tsv index i*each+k using 1:3 every ::1 with lines linewidth 0.8 \
             dashtype 2 linecolor rgb shade(k+1) notitle, \
         for [k=0:each-1] tsv index i*each+k using 1:2 with linespoints linewidth 1.2 \
             pointtype form(k+1) pointsize 0.35 linecolor rgb shade(k+1) title columnheader(2)
}
