# How alike the features of strategies are: a table of squares, with its numbers.
#   gnuplot -c cka.gp png OUT TSV ROWS WIDEST CAPTION FOOTER
# TSV: row, column, name of the row, CKA.  WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; rows = int(ARG4); widest = int(ARG5)
caption = ARG6; footer = ARG7
cell = rows > 12 ? 30 : 46
left = 30 + 7.0 * widest; foot = 52 + 5.5 * widest; top = 22
W = left + rows * cell + 92; H = top + rows * cell + foot
if (W < 640) { W = 640 }
here = substr(ARG0, 1, strlen(ARG0) - strlen("cka.gp"))
load here . "style.gp"

# Dark to light in even steps of lightness, blue to yellow for every eye.
set palette defined (0 "#00204d", 0.25 "#414d6b", 0.5 "#7c7b78", 0.75 "#bcaf6f", 1 "#ffea46")
stats tsv using 4 nooutput
least = STATS_min > 0.9 ? 0.9 : floor(STATS_min * 10) / 10.0
set cbrange [least : 1]
ink(v) = v > least + 0.55 * (1 - least) ? 0x202020 : 0xffffff
unset key; unset grid
set border 0
set lmargin at screen left / W
set rmargin at screen (left + rows * cell) / W
set tmargin at screen 1 - top * 1.0 / H
set bmargin at screen foot * 1.0 / H
set xrange [-0.5 : rows - 0.5]
set yrange [rows - 0.5 : -0.5]
set tics scale 0
set xtics rotate by -40 left offset -0.4, 0.2
set colorbox user origin (left + rows * cell + 14.0) / W, foot * 1.0 / H \
    size 10.0 / W, (rows * cell < 200 ? rows * cell : 200.0) / H
set cbtics step(1 - least) font small
set label 2 caption at screen left / W, screen 1 - 10.0 / H left font small \
    textcolor rgb "#404040"
half = 0.48
plot tsv using 2:1:(half):(half):4:ytic(3):xtic($1 == $2 ? strcol(3) : 1/0) \
         with boxxyerror fillcolor palette fillstyle solid noborder, \
     tsv using 2:1:(sprintf("%.2f", $4)):(ink($4)) with labels font small \
         textcolor rgb variable
