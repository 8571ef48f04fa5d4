// The first view: the way of the alerts with counts, and the last answers.
import { $, badge, button, clock, el, fill, keepFocus, plain } from './dom.js';
import { openIncident } from './incident.js';
import { counted, isAnswered, keyOf, model, textOf } from './model.js';

export const drawOverview = () => keepFocus(draw);

function draw() {
  const box = (name, ...texts) => [el('strong', {}, name), ...texts.map((text) => el('span', {}, text))];
  const answered = model.records.filter(isAnswered);
  const outcomes = new Map(model.functionNames.map((name) => [name, []]));
  answered.forEach((record) => outcomes.get(record.function)?.push(record.outcome ?? 'no answer'));
  const functions = [...outcomes].map(([name, all]) => el('li', {}, ...box(name, ...(all.length === 0 ? ['no alert yet'] : [])),
    ...counted(all).map(([outcome, count]) => el('span', {}, badge(outcome), ` ${count}`))));
  $('flow').replaceChildren(
    el('li', {}, ...box('Falco', `alerts and requests: ${model.entries.length}`)),
    el('li', {}, ...box('Broker', `deliveries: ${answered.length}`, `matched no Trigger: ${model.records.length - answered.length}`, `dead letters: ${model.letters.length}`)),
    el('li', {}, el('ul', { 'aria-label': 'Functions' }, ...functions)));
  fill($('latest'), answered.filter((record) => record.outcome !== 'told').slice(0, 20).map((record) => el('li', {},
    button(clock(record.at), () => openIncident(record), { class: 'link', 'data-key': keyOf('latest', record), 'aria-label': `The whole way of the alert of ${clock(record.at)}` }),
    ' ', badge(record.outcome), ` ${plain(record.function)}: `, textOf(record, 160))), 'Nothing has been answered yet. Send an alert under Replay.');
}
