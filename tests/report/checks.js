// What must hold of a report as it stands on the screen: a list of complaints.
(() => {
  const wrong = [];
  const say = text => { if (wrong.length < 20) wrong.push(text); };
  const all = selector => [...document.querySelectorAll(selector)];
  const shown = e => e.checkVisibility();

  for (const image of document.images) {
    if (!image.complete || !image.naturalWidth) say('not drawn: ' + image.alt);
    if (!image.alt) say('an image without words');
    if (!image.src.startsWith('data:')) say('from elsewhere: ' + image.src);
  }
  for (const svg of all('main svg')) {
    if (!svg.getAttribute('aria-label')) say('a drawing without words');
    const box = svg.getBoundingClientRect();
    if (shown(svg) && !(box.width > 100 && box.height > 40)) say('a drawing of no size');
    for (const text of shown(svg) ? svg.querySelectorAll('text') : []) {
      const r = text.getBoundingClientRect();
      if (r.left < box.left - 3 || r.right > box.right + 3 || r.top < box.top - 3 || r.bottom > box.bottom + 3)
        say(`cut off: "${text.textContent.trim()}" in ${svg.getAttribute('aria-label').slice(0, 50)}`);
    }
    if (svg.querySelectorAll('path, circle, use, rect, polygon').length < 3) say('an empty drawing');
  }

  const wide = document.documentElement.scrollWidth;
  const room = document.documentElement.clientWidth; // innerWidth grows with what is too wide
  if (wide > room) {
    const worst = all('body *').filter(e => e.getBoundingClientRect().right > room + 1)[0];
    say(`scrolls sideways: ${wide} in ${room}, ${worst && worst.outerHTML.slice(0, 80)}`);
  }

  const ids = all('[id]').map(e => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) say('twice: #' + id);
  for (const link of all('a[href^="#"]'))
    if (!document.getElementById(link.hash.slice(1))) say('leads nowhere: ' + link.hash);
  for (const use of all('svg use'))
    if (!document.getElementById(use.getAttribute('xlink:href').slice(1))) say('a drawing lacks a part');
  for (const input of all('input'))
    if (!input.labels.length && !input.getAttribute('aria-label')) say('an input without words');
  if (all('h1').length !== 1) say('not one h1');
  if (all('section').length < 6) say('sections are missing');
  if (all('script').length !== 1) say('a script too many');
  if (document.documentElement.lang !== 'en') say('no language');

  // Contrast, as WCAG 2.1 has it: 4.5, and 3 for large letters.
  const channels = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  // What invert(1) hue-rotate(180deg) makes of a colour.
  const turned = c => {
    const [r, g, b] = c.map(x => 255 - x), clip = x => Math.min(255, Math.max(0, x));
    return [-0.574 * r + 1.43 * g + 0.144 * b, 0.426 * r + 0.43 * g + 0.144 * b,
            0.426 * r + 1.43 * g - 0.856 * b].map(clip);
  };
  const seen = new Set();
  let least = 99;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement, style = getComputedStyle(e), svg = e.closest('svg');
    if (!node.data.trim() || !shown(e) || e.closest('script, style, .skip')) continue;
    let ink = channels(svg ? style.fill : style.color).slice(0, 3);
    if (svg && Math.min(...ink) > 250) continue; // numbers on dark squares
    if (svg && getComputedStyle(svg).filter !== 'none') ink = turned(ink);
    const a = light(ink), b = light(behind(e));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
    least = Math.min(least, contrast);
    const key = ink + '|' + behind(e);
    if (contrast < (size >= 24 || (bold && size >= 18.7) ? 3 : 4.5) && !seen.has(key)) {
      seen.add(key);
      say(`contrast ${contrast.toFixed(2)}: rgb(${ink.map(Math.round)}) in "${node.data.trim().slice(0, 40)}"`);
    }
  }
  return { wrong, least, images: document.images.length, drawings: all('main svg').length };
})()
