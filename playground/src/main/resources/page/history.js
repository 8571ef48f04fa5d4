// All records, with filters and a timeline; and what could not be delivered.
import { locationOf, openEvidence } from './answers.js';
import { $, badge, button, clock, el, fill, handler, keepFocus, load, plain, setOptions } from './dom.js';
import { drawFollowUps, openIncident } from './incident.js';
import { addEntries, forgetEntries, keyOf, model, textOf } from './model.js';
import { drawOverview } from './overview.js';
import { drawTimeline, isInWindow, startTimeline } from './timeline.js';

let maxRows = 100;

export async function loadHistory(all) {
  if (all) forgetEntries();
  addEntries(await load('/api/history?since=' + (model.entries[0]?.id ?? 0)));
  for (const [id, key] of [['by-action', 'function'], ['by-outcome', 'outcome'], ['by-node', 'node']]) {
    const values = new Set([...model.records, ...model.letters].map((record) => record[key] ?? (key === 'node' ? '' : 'no answer')));
    values.delete('');
    setOptions($(id), 'any', [...values].sort());
  }
  drawHistory();
  drawOverview();
  drawFollowUps();
}

const has = (text, part) => String(text ?? '').toLowerCase().includes(part.toLowerCase());
const isChosen = (record) => (!$('by-action').value || record.function === $('by-action').value)
  && (!$('by-outcome').value || (record.outcome ?? 'no answer') === $('by-outcome').value)
  && (!$('by-node').value || record.node === $('by-node').value)
  && has(record.rule, $('by-rule').value) && has(record.namespace, $('by-namespace').value);
const chosenRecords = () => model.records.filter(isChosen).filter(isInWindow);

$('export').addEventListener('click', () => {
  const text = chosenRecords().map(({ original, ...record }) => JSON.stringify(record) + '\n').join('');
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  el('a', { href: url, download: 'history.jsonl' }).click();
  URL.revokeObjectURL(url);
});

const row = (record) => el('tr', {},
  el('td', {}, button(clock(record.at, 12), () => openIncident(record), { class: 'link', 'data-key': keyOf('history', record) }, el('span', { class: 'sr' }, ' the whole way of this alert'))),
  el('td', {}, plain(record.function)),
  el('td', {}, badge(record.outcome), ' ', plain(record.reason)),
  el('td', {}, plain(record.rule, 80)),
  el('td', {}, record.targetName ? `${record.namespace ? `${plain(record.namespace)}/` : ''}${plain(record.targetName)}` : ''),
  el('td', {}, textOf(record, 160), locationOf(record)
    ? button('Open its evidence', handler(() => openEvidence(locationOf(record)))) : undefined));

export const drawHistory = () => keepFocus(draw);

function draw() {
  // what is not on the screen is drawn when it is shown
  if ($('history').hidden) return;
  drawTimeline(model.records.filter(isChosen));
  const rows = chosenRecords();
  $('history-count').textContent = `${rows.length} of ${model.records.length} records`;
  $('records').replaceChildren(
    el('thead', {}, el('tr', {}, ...['When', 'Action', 'Outcome', 'Rule', 'Object', 'Message'].map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.slice(0, maxRows).map(row)));
  if (rows.length > maxRows) {
    $('records').append(el('tfoot', {}, el('tr', {}, el('td', { colspan: 6 },
      button(`Show more of ${rows.length}`, () => { maxRows += 500; drawHistory(); })))));
  }
  const letters = model.letters.filter(isChosen).filter(isInWindow).slice(0, maxRows);
  fill($('letters'), letters.map((letter) => el('li', {},
    `${clock(letter.at, 12)} ${plain(letter.title, 80)}: knativeerrorcode ${letter.knativeerrorcode} from ${plain(letter.knativeerrordest)}: `,
    plain(letter.knativeerrordata?.detail ?? letter.knativeerrordata, 200))), model.letters.length === 0 ? 'It is empty.' : 'None of these.');
}
['by-action', 'by-outcome', 'by-rule', 'by-namespace', 'by-node'].forEach((id) => $(id).addEventListener('input', drawHistory));
$('filters').addEventListener('submit', (event) => event.preventDefault());
startTimeline(drawHistory);
