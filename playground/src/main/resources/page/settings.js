// The functions' settings, and a form that tries another value.
import { $, el, handler, load, plain } from './dom.js';
import { model } from './model.js';
import { drawOverview } from './overview.js';

let drawn;

export async function loadSettings() {
  const all = await load('/api/settings');
  model.functionNames = all.map((fn) => fn.name);
  drawOverview();
  // unchanged settings are not redrawn, so that typed text stays
  if (JSON.stringify(all) === drawn) return;
  drawn = JSON.stringify(all);
  $('functions').replaceChildren(...all.map(section));
}

function section(fn) {
  const result = el('output', { 'aria-live': 'polite' });
  const name = el('input', { required: true, value: 'RESPONSE_BUDGET', autocomplete: 'off', spellcheck: 'false' });
  const value = el('input', { value: '20', autocomplete: 'off', spellcheck: 'false' });
  const submit = handler(async () => {
    result.textContent = 'Starting the function …';
    const answer = await load('/api/try', { function: fn.name, name: name.value, value: value.value });
    result.textContent = plain(answer.result);
  });
  return el('section', { 'aria-label': fn.name }, el('h3', {}, fn.name), el('p', { class: fn.health === 'ready' ? 'quiet' : 'error' }, plain(fn.health)),
    el('dl', {}, ...fn.settings.flatMap((s) => [el('dt', {}, plain(s.name)),
      el('dd', {}, el(s.isDefault ? 'span' : 'strong', {}, plain(s.value) || 'none'), s.isDefault ? ' (default)' : ' (set)', s.meaning ? `: ${plain(s.meaning)}` : '')])),
    el('form', { on: { submit } }, el('label', {}, 'Setting ', name), el('label', {}, 'Value ', value), el('button', {}, 'Try'), result));
}
