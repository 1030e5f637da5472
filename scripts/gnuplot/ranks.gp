# Mean ranks on a line, the best to the left; strategies under one bar cannot be told apart.
#   gnuplot -c ranks.gp FORMAT OUT TSV WIDEST FOOTER ROWS CRITICAL LEVELS CAPTION
# TSV: two blocks: row in the order of ranks, name, shade, mean rank; then from, to, level
# of each bar, of LEVELS.  CRITICAL: the critical difference of mean ranks.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
rows = int(ARG6); critical = real(ARG7); levels = int(ARG8); caption = ARG9
here = substr(ARG0, 1, strlen(ARG0) - strlen("ranks.gp"))
load here . "style.gp"
W = page_width
below = 8 * (lines(caption) - 1)
line = 54 + below; names = line + 8 + 5 * levels + 6
half = (rows + 1) / 2

# In a terminal the lines from ranks to names would run into each other: a list says it.
if (in_terminal) {
    array means[rows]; array strategies[rows]; array marks[rows]
    stats tsv index 0 using (strategies[int($1)+1] = strcol(2), means[int($1)+1] = $4, 0) nooutput
    do for [i=1:rows] { marks[i] = "" }
    do for [level=0:levels-1] {
        array under[rows]
        do for [i=1:rows] { under[i] = 0 }
        under_one(i, from, to) = (under[i] = under[i] || (means[i] >= from && means[i] <= to))
        stats tsv index 1 using ($3 == level ? sum [i=1:rows] under_one(i, $1, $2) : 0) nooutput
        do for [i=1:rows] { marks[i] = marks[i] . (under[i] ? "|" : " ") }
    }
    set print out
    print sprintf("%s\ncritical difference %.2f: those beside one bar are not told apart\n", \
                  flat(caption), critical)
    form = "  %5.2f  %-" . widest . "s  %s"
    do for [i=1:rows] { print sprintf(form, means[i], strategies[i], marks[i]) }
    exit
}
H = names + 11 * half + foot
load here . "page.gp"
side = wide(widest + 6, 100)

# y is in points from the top.
set lmargin at screen side / W
set rmargin at screen 1 - side / W
set tmargin at screen 1
set bmargin at screen 0
set xrange [1 : rows]
set yrange [H : 0]
unset border; unset tics; unset grid; unset key
place(i) = names + 11 * (i < half ? i : rows - 1 - i)
edge(i) = i < half ? 1 : rows
set label 2 caption at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
set label 3 "mean rank" at screen 4.0 / W, first line left font small textcolor rgb "#404040"
shown = critical < rows - 1 ? critical : rows - 1
set arrow 1 from 1, 27 + below to 1 + shown, 27 + below heads size screen 0.008, 90 linecolor rgb "#202020" \
    linewidth 0.9
set label 4 sprintf("critical difference %.2f%s", critical, critical > shown ? ", wider than the line" : "") \
    at 1, 18 + below left font small textcolor rgb "#202020"
set arrow 2 from 1, line to rows, line nohead linecolor rgb "#202020" linewidth 0.9
do for [k=1:rows] {
    set arrow 10 + k from k, line to k, line - 3 nohead linecolor rgb "#202020" linewidth 0.9
    set label 10 + k sprintf("%d", k) at k, line - 9 center font small
}
plot tsv index 0 using 4:(line):(0):(place($1) - line):(rgb($3)) with vectors nohead \
         linewidth 0.9 linecolor rgb variable, \
     tsv index 0 using 4:(place($1)):(edge($1) - $4):(0):(rgb($3)) with vectors nohead \
         linewidth 0.9 linecolor rgb variable, \
     tsv index 1 using 1:(line + 7 + 5 * $3):($2 - $1):(0) with vectors nohead linewidth 3 \
         linecolor rgb "#202020", \
     tsv index 0 using 4:(line):(rgb($3)) with points pointtype 7 pointsize 0.5 \
         linecolor rgb variable, \
     tsv index 0 using ($1 < half ? 1 : 1/0):(place($1)):(sprintf("%s  %.2f", strcol(2), $4)) \
         with labels right offset -0.4, 0 textcolor rgb "#202020", \
     tsv index 0 using ($1 < half ? 1/0 : rows):(place($1)):(sprintf("%.2f  %s", $4, strcol(2))) \
         with labels left offset 0.4, 0 textcolor rgb "#202020"
