# Open the page: `out` in `format`, W x H points, with `footer` below.
# format: png, svg, pdf; or text80, colour80: into a terminal of 80 columns.
if (format eq "svg") {
    set terminal svg size W,H font font linewidth 1 background "#ffffff" noenhanced
}
if (format eq "png") {
    zoom = letter > 8 ? 2 : 4
    set terminal pngcairo size zoom*W,zoom*H font font fontscale (letter > 8 ? 0.95 : 0.85)*zoom \
        linewidth 0.95*zoom pointscale 0.95*zoom background "#ffffff" noenhanced
}
if (format eq "pdf") {
    set terminal pdfcairo size W/72.0,H/72.0 font font fontscale 0.85 linewidth 1.9 \
        pointscale 0.95 background "#ffffff" noenhanced
}
if (in_terminal) { H = 7.0 * ceil(H / 7.0) } # whole lines; what is at 0 has one, too
if (format[1:4] eq "text") {
    set terminal dumb size in_terminal,int(H / 7) + 1 mono noenhanced
}
if (format[1:6] eq "colour") {
    set terminal dumb size in_terminal,int(H / 7) + 1 ansi256 noenhanced
}
set output out
if (in_terminal) {
    unset grid # of letters it would be as heavy as what is drawn
} else {
    set label 1 footer at screen 4.0 / W, \
        (letter > 8 ? 32.0 : 7.0 * lines(footer)) / H left font tiny textcolor rgb grey
}
