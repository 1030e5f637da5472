# A finished picture on a page of its own, as wide as a printed one: 178 mm.
#   gnuplot -c picture.gp FORMAT OUT PNG WIDTH HEIGHT
format = ARG1; out = ARG2; picture = ARG3; width = int(ARG4); height = int(ARG5)
here = substr(ARG0, 1, strlen(ARG0) - strlen("picture.gp"))
footer = ""
load here . "style.gp"
W = 505; H = W * height / (1.0 * width)
load here . "page.gp"
unset key; unset grid; unset tics; unset border
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
set xrange [0 : width]
set yrange [0 : height]
plot picture binary filetype=png with rgbimage
