# Names around a picture of tiles.
#   gnuplot -c reconstruction.gp png OUT TSV TILES WIDTH HEIGHT STEP WIDEST FOOTER
# TSV: number and name of each row of tiles, STEP pixels below the one before;
# WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; tiles = ARG4
width = int(ARG5); height = int(ARG6); step = int(ARG7); widest = int(ARG8)
footer = ARG9
left = 30 + 7.0 * widest; top = 20; foot = 52
W = int(left + width / 2 + 10); H = int(top + height / 2 + foot)
here = substr(ARG0, 1, strlen(ARG0) - strlen("reconstruction.gp"))
load here . "style.gp"

unset key; unset grid; unset tics; unset border
set lmargin at screen left * 1.0 / W
set rmargin at screen (left + width / 2.0) / W
set tmargin at screen 1 - top * 1.0 / H
set bmargin at screen foot * 1.0 / H
set xrange [0 : width]
set yrange [0 : height]
set label 2 "each pair: the visible patches, and the image completed by the autoencoder" \
    at graph 0, screen 1 - 9.0 / H left font small textcolor rgb "#404040"
plot tiles binary filetype=png with rgbimage, \
     tsv using (0):(height - $1 * step - step / 2):2 with labels right offset -0.7, 0 \
         textcolor rgb "#202020"
