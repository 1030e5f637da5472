# Rates by name: a dot and its number for each row and program, on a log scale or,
# if SCALE is linear, from 0.
#   gnuplot -c rates.gp png OUT TSV LABEL SCALE CAPTION FOOTER
# TSV: a block per program, its name first, then row, name of the row, rate.
format = ARG1; out = ARG2; tsv = ARG3; label = ARG4; scale = ARG5
caption = ARG6; footer = ARG7
set datafile separator tab
stats tsv using 1:3 every ::1 nooutput
blocks = STATS_blocks; rows = int(STATS_max_x) + 1
least = STATS_min_y; most = STATS_max_y
stats tsv using (strlen(strcol(2))) every ::1 name "names" nooutput
left = 24 + 6.6 * names_max; if (left < 92) { left = 92 }
legend = blocks > 1 ? 7 + 13 * ((blocks + 1) / 2) : 0
W = 560; H = 120 + (8 + 15 * blocks) * rows + legend
here = substr(ARG0, 1, strlen(ARG0) - strlen("rates.gp"))
letter = 10
load here . "style.gp"
load here . "page.gp"

# Three digits: 3.00, 47.4, 1,520, 379,000, 1.43 million.
three(x) = (p = 10.0 ** (floor(log10(x)) - 2), p * int(x / p + 0.5))
digits(x) = x >= 999500 ? sprintf("%.2f million", x / 1e6) \
          : x >= 99.95 ? thousands(three(x)) \
          : sprintf(x >= 9.995 ? "%.1f" : "%.2f", x)
place(row, block) = row + (blocks > 1 ? 0.62 / blocks * (block - (blocks - 1) / 2.0) : 0)

# Room on the right for the number of the last dot.
if (scale eq "log") {
    decades = log10(most / least) < 0.5 ? 0.5 : log10(most / least)
    low = 10 ** (log10(least) - 0.12 * decades); high = 10 ** (log10(most) + 0.25 * decades)
    set logscale x
    tick(x) = x > 999999 ? sprintf("%g million", x / 1e6) \
            : x < 1000 ? sprintf("%g", x) : thousands(x)
    do for [d=floor(log10(low)):ceil(log10(high))] {
        set xtics add (tick(10.0 ** d) 10.0 ** d)
        if (decades < 1.6) { set xtics add (tick(2 * 10.0 ** d) 2 * 10.0 ** d, \
            tick(5 * 10.0 ** d) 5 * 10.0 ** d) }
    }
} else {
    low = 0; high = 1.25 * most
    do for [i=0:int(high / step(high))] {
        set xtics add (thousands(i * step(high)) i * step(high))
    }
}
set xrange [low:high]
set yrange [rows - 0.4 : -0.6]
set lmargin at screen real(left) / W
set rmargin at screen 1 - 16.0 / W
set bmargin at screen 92.0 / H
set tmargin at screen 1 - (22.0 + legend) / H
set ytics scale 0
set grid noytics xtics
set border 1
set xlabel label
set xtics scale 0.6
set label 2 caption at graph 0, screen 1 - 11.0 / H left font small textcolor rgb "#404040"
unset key
do for [b=0:blocks-1] {
    stats tsv index b using (name = strcol(1), 0) every ::0::0 nooutput
    if (blocks > 1) { set label 3 + b name at screen (left + 234.0 * (b % 2)) / W, \
        screen 1 - (29.0 + 13 * (b / 2)) / H left font small textcolor rgb shade(b) }
}

plot tsv index 0 using (low):1:ytic(2) with dots linecolor rgb "#ffffff", \
     for [b=0:blocks-1] tsv index b using 3:(place($1, b)) every ::1 with points \
         pointtype 7 pointsize 0.7 linecolor rgb shade(b), \
     for [b=0:blocks-1] tsv index b using 3:(place($1, b)):(digits($3)) every ::1 with labels \
         left offset 0.9, 0 font small textcolor rgb shade(b)
