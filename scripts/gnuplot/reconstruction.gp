# Names around a picture of tiles.
#   gnuplot -c reconstruction.gp FORMAT OUT TSV WIDEST FOOTER TILES WIDTH HEIGHT STEP
# TSV: number and name of each row of tiles, STEP pixels below the one before;
# WIDEST: letters of the longest name.
format = ARG1; out = ARG2; tsv = ARG3; widest = int(ARG4); footer = ARG5
tiles = ARG6; width = int(ARG7); height = int(ARG8); step = int(ARG9)
here = substr(ARG0, 1, strlen(ARG0) - strlen("reconstruction.gp"))
load here . "style.gp"
W = page_width; left = 8 + 3.9 * widest; if (left > 90) { left = 90 }
top = 14
tall = (W - left - 4) * height / width
H = top + tall + foot
load here . "page.gp"

unset key; unset grid; unset tics; unset border
set lmargin at screen left * 1.0 / W
set rmargin at screen 1 - 4.0 / W
set tmargin at screen 1 - top * 1.0 / H
set bmargin at screen foot * 1.0 / H
set xrange [0 : width]
set yrange [0 : height]
set label 2 "each pair: visible patches; the image completed by the autoencoder" \
    at screen 4.0 / W, screen 1 - 7.0 / H left font small textcolor rgb "#404040"
plot tiles binary filetype=png with rgbimage, \
     tsv using (0):(height - $1 * step - step / 2):2 with labels right offset -0.5, 0 \
         font small textcolor rgb "#202020"
