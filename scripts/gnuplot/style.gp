# What all figures share.  A script sets W and H, its size in points, format
# (png or svg) and the file, and loads this.

set encoding utf8
if (format eq "svg") {
    set terminal svg size W,H font "sans-serif,10" linewidth 1 background "#ffffff" noenhanced
} else {
    set terminal pngcairo size 2*W,2*H font "sans-serif,10" fontscale 1.9 linewidth 1.9 \
        pointscale 1.9 background "#ffffff" noenhanced
}
set output out

set datafile separator tab
set datafile missing "nan"

# Told apart by people who do not tell red from green, and in grey by lightness:
# Okabe and Ito's colours without the yellow, then three of Tol's.  Shade 0 is the
# baseline's; -1, an untrained encoder's, is grey.  From 10 on colours come again,
# with dashes.
palette_words = "#000000 #0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #882255 #999933 #332288"
n_shades = 10
grey = "#8c8c8c"
shade(s) = s < 0 ? grey : word(palette_words, int(s) % n_shades + 1)
dashes(s) = s < 0 ? 1 : 1 + int(s) / n_shades
rgb(s) = int("0x" . substr(shade(s), 2, 7))

set border 3 linecolor "#404040" linewidth 0.8
set tics nomirror textcolor "#202020"
set grid linecolor "#e4e4e4" linewidth 0.6 linetype 1
set key noenhanced
small = "sans-serif,7"

# A step of 1, 2 or 5 that puts about five tics on a range r.
step(r) = (p = 10.0 ** floor(log10(r / 5.0)), m = r / 5.0 / p, \
           m < 1.5 ? p : m < 3.5 ? 2 * p : m < 7.5 ? 5 * p : 10 * p)

# The same for numbers up to m on an axis of so many points, and half as many tics where
# their digits would run into each other: 0.0002, 14.34.
letters(s, m) = strlen(sprintf("%g", s)) + strlen(sprintf("%.0f", m))
spaced(r, m, points) = (r / step(r) + 1) * 6.6 * letters(step(r), m) < points \
                     ? step(r) : step(2 * r)

# A whole number below a million, thousands apart: 128,000.
thousands(x) = x < 999.5 ? sprintf("%.0f", x) \
             : sprintf("%d,%03d", int(x + 0.5) / 1000, int(x + 0.5) % 1000)

# The footer has up to three lines.
set label 1 footer at screen 8.0 / W, 32.0 / H left font small textcolor rgb grey
