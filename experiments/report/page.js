'use strict';
// What a page without scripts has as radio buttons gets a slider too, and paper gets all
// that is folded away.
for (const steps of document.querySelectorAll('.steps')) {
  const radios = [...steps.querySelectorAll(':scope > input[type=radio]')];
  if (radios.length < 2) continue;
  const slider = document.createElement('input');
  Object.assign(slider, { type: 'range', min: 0, max: radios.length - 1, step: 1, value: 0,
                          className: 'slider' });
  const label = radio => steps.querySelector(`label[for="${radio.id}"]`).textContent.trim();
  const say = i => { slider.setAttribute('aria-valuetext', label(radios[i])); };
  slider.setAttribute('aria-label', label(radios[0]).replace(/ [^ ]*$/, ''));
  slider.addEventListener('input', () => { radios[slider.value].checked = true; say(slider.value); });
  radios.forEach((radio, i) => radio.addEventListener('change', () => { slider.value = i; say(i); }));
  const first = radios.findIndex(radio => radio.checked);
  slider.value = first;
  say(first);
  const wrap = document.createElement('p'); // no input beside the others: page.css counts those
  wrap.append(slider);
  steps.querySelector(':scope > .step').before(wrap);
}
let closed = [];
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll('details:not([open])')];
  for (const details of closed) details.open = true;
});
addEventListener('afterprint', () => { for (const details of closed) details.open = false; });
