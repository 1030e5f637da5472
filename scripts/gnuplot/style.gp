# What all figures share, loaded first: letters, colours, helpers.  page.gp then opens a page
# of W x H points.
#
# Figures of a recipe are made for a column of a printed page: 88 mm, 250 points wide, with
# letters of 7 points, none below 5.  A script that draws for a screen sets `letter` to 10.

set encoding utf8
if (!exists("letter")) { letter = 7 }
page_width = 250
font = sprintf("sans-serif,%g", letter)
small = sprintf("sans-serif,%g", letter > 8 ? 7 : 6)
tiny = sprintf("sans-serif,%g", letter > 8 ? 7 : 5)
# Columns of the terminal, 0 for files.
in_terminal = format[1:4] eq "text" ? int(format[5:*]) \
            : format[1:6] eq "colour" ? int(format[7:*]) : 0

set datafile separator tab
set datafile missing "nan"

# Told apart by people who do not tell red from green, and in grey by lightness:
# Okabe and Ito's colours without the yellow, then three of Tol's.  Shade 0 is the
# baseline's; -1, an untrained encoder's, is grey.  From 10 on colours come again,
# with dashes.
palette_words = "#000000 #0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #882255 #999933 #332288"
n_shades = 10
grey = "#707070"
shade(s) = s < 0 ? grey : word(palette_words, int(s) % n_shades + 1)
dashes(s) = s < 0 ? 1 : 1 + int(s) / n_shades
rgb(s) = int("0x" . substr(shade(s), 2, 7))
# Filled, then open, where colours come again.
form(s) = s < 0 ? 6 : int(word("7 5 9 11 13 6 4 8 10 12", (int(s) % 5 + 6 * (int(s) / 10)) % 10 + 1))

# Dark to light in even steps of lightness, blue to yellow for every eye.
set palette defined (0 "#00204d", 0.25 "#414d6b", 0.5 "#7c7b78", 0.75 "#bcaf6f", 1 "#ffea46")

set border 3 linecolor "#404040" linewidth 0.6
set tics nomirror textcolor "#202020"
if (letter < 8) { set tics scale 0.5; set xtics offset 0, 0.3; set ytics offset 0.4, 0 }
set grid linecolor "#e4e4e4" linewidth 0.5 linetype 1
set key noenhanced

# A step of 1, 2 or 5 that puts about five tics on a range r.
step(r) = (p = 10.0 ** floor(log10(r / 5.0)), m = r / 5.0 / p, \
           m < 1.5 ? p : m < 3.5 ? 2 * p : m < 7.5 ? 5 * p : 10 * p)

# The same for numbers up to m on an axis of so many points, and half as many tics where
# their digits would run into each other: 0.0002, 14.34.
letters(s, m) = strlen(sprintf("%g", s)) + strlen(sprintf("%.0f", m))
spaced(r, m, points) = (r / step(r) + 1) * 0.66 * letter * letters(step(r), m) < points \
                     ? step(r) : step(2 * r)

# Digits behind the point of a step, and letters of the numbers from a to b that are so far apart.
digits(s) = s < 1 ? int(ceil(-log10(s) - 1e-9)) : 0
broad(a, b, s) = digits(s) + (digits(s) > 0) + (a < 0) \
                 + strlen(sprintf("%.0f", floor(larger(abs(a), abs(b)))))

# Points beside a frame whose vertical axis is called `up`, with numbers of so many letters; and
# how much nearer than by itself that name stands.
nearer(up, letters) = lines(up) > 1 && letters > 5 ? -0.4 : 1
beside(up, letters) = (lines(up) > 1 ? 52.0 : 46.0) + 3.6 * larger(0, letters - 4)

# A whole number below a million, thousands apart: 128,000.
thousands(x) = x < 999.5 ? sprintf("%.0f", x) \
             : sprintf("%d,%03d", int(x + 0.5) / 1000, int(x + 0.5) % 1000)

# Points that a name of so many letters takes, within bounds: a real number, for whole ones
# divide to whole ones.  Lines of a text, and points that those of the footer take.
wide(letters, most) = (w = 10 + 0.6 * letter * letters, 1.0 * (w < most ? w : most))
# The letters for names that are to stand in so many points, as large as fit.
fitting(letters, points) = 6 + 0.62 * letter * letters <= points ? font \
                         : 6 + 0.53 * letter * letters <= points ? small : tiny
lines(s) = (i = strstrt(s, "\n"), i ? 1 + lines(s[i+1:*]) : 1)
foot = in_terminal ? 0.0 : letter > 8 ? 52.0 : 7.0 * lines(footer) + 7
flat(s) = (i = strstrt(s, "\n"), i ? s[1:i-1] . " " . flat(s[i+1:*]) : s)

# In a terminal a letter is 7 points high.  What stands above the frame keeps a line's distance
# from it, what is beside it there; intervals have no ends, which would be letters of the lines
# above and below; and a mean is an o.
head = in_terminal ? 21.0 : 14.0
mark(m) = in_terminal ? "o" : m
larger(a, b) = a > b ? a : b
smaller(a, b) = a < b ? a : b
