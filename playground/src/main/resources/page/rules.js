// The rule book: each rule in the column of its tactic, what it means, and what another response would do.
import { answerLine } from './answers.js';
import { $, badge, button, clock, el, fill, handler, load, plain, openDialog } from './dom.js';
import { openIncident } from './incident.js';
import { counted, isAnswered, model, recordOf, textOf } from './model.js';
import { suitablePod } from './replay.js';

export async function loadRules() {
  model.rules = await load('/api/rules');
  drawRules();
}

function drawRules() {
  const query = $('rule-search').value.toLowerCase();
  const actions = [...new Set(model.rules.flatMap((rule) => rule.triggers.map((t) => t.function)))].sort();
  const rows = model.rules.filter((rule) => JSON.stringify(rule).toLowerCase().includes(query));
  drawMatrix(rows);
  $('rule-table').replaceChildren(
    el('caption', {}, `${rows.length} of ${model.rules.length} rules`),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Rule'), ...actions.map((a) => el('th', { scope: 'col' }, a)),
      el('th', { scope: 'col' }, 'Meaning, and reason for the response'))),
    el('tbody', {}, ...rows.map((rule) => el('tr', {},
      el('th', { scope: 'row' }, plain(rule.rule)),
      ...actions.map((action) => {
        const hit = rule.triggers.find((t) => t.function === action);
        return el('td', {}, hit ? el('span', { role: 'img', 'aria-label': action }, '✓') : '');
      }),
      el('td', {}, plain(rule.meaning) + '. ', el('em', {}, plain(rule.why) + '. '),
        el('span', { class: 'quiet' }, `Fires by default: ${plain(rule.fires)}. `,
          ...rule.triggers.map((t) => `Trigger ${plain(t.trigger)}: ${plain(t.filter)}. `)))))));
}
$('rule-search').addEventListener('input', drawRules);

// the columns of MITRE's matrix, in its order; the rules of the audit log have no tactic
const TACTICS = ['execution', 'persistence', 'privilege-escalation', 'defense-evasion', 'credential-access', 'discovery', 'lateral-movement', 'collection', 'exfiltration', 'impact', ''];
const responsesOf = (rule) => rule.triggers.map((trigger) => trigger.function).join(', ') || 'nothing';
// a rule that leads to a node too is coloured by what happens to the pod
const responseOf = (rule) => (rule.triggers.find((trigger) => trigger.function !== 'cordon-node') ?? rule.triggers[0])?.function ?? 'nothing';

function drawMatrix(rows) {
  $('rule-count').textContent = `${rows.length} of ${model.rules.length} rules, ${rows.filter((rule) => rule.triggers.length === 0).length} of them are not answered`;
  $('legend').replaceChildren(...[...new Set(model.rules.map(responseOf))].sort().map((name) => el('li', { class: `cell ${name}` }, name)));
  $('matrix').replaceChildren(...TACTICS.map((tactic) => [tactic, rows.filter((rule) => rule.tactic === tactic)]).filter(([, column]) => column.length > 0)
    .map(([tactic, column]) => el('li', {}, el('h3', {}, tactic.replace('-', ' ') || 'audit log'), el('ul', {}, ...column.map((rule) => el('li', {},
      button(plain(rule.rule), () => openRule(rule), { class: `cell ${responseOf(rule)}`, 'data-key': `rule-${rule.rule}` }, el('span', {}, responsesOf(rule)))))))));
}

// what is no response to an alert
const OTHERS = ['notify-falcosidekick', 'ingest-alert'];
let opened;

function openRule(rule) {
  opened = rule;
  const answered = model.records.filter((record) => record.rule === rule.rule && isAnswered(record) && record.outcome !== 'told').slice(0, 10);
  $('rule-title').textContent = plain(rule.rule);
  $('rule-facts').replaceChildren(...[
    ['Meaning', `${plain(rule.meaning)}.`],
    ['Response', `${responsesOf(rule)}, because: ${plain(rule.why)}.`],
    ['Fires by default', `${plain(rule.fires)}.`],
    ...(rule.formerly ? [['Formerly', plain(rule.formerly)]] : []),
    ...rule.triggers.map((trigger) => [`Trigger ${plain(trigger.trigger)}`, plain(trigger.filter)]),
  ].flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, text)]));
  fill($('rule-answers'), answered.map((record) => el('li', {},
    button(clock(record.at), () => openIncident(record), { class: 'link', 'aria-label': `The whole way of the alert of ${clock(record.at)}` }),
    ' ', badge(record.outcome), ` ${plain(record.function)}: `, textOf(record, 160))), 'No alert of this rule has been answered here.');
  $('other').replaceChildren(...model.functionNames.filter((name) => !OTHERS.includes(name)).map((name) => el('option', { value: name }, name)));
  $('what-if-result').textContent = '';
  $('what-if-answers').replaceChildren();
  openDialog($('rule'));
}

$('what-if').addEventListener('submit', handler(async () => {
  const pod = suitablePod();
  const about = opened;
  const fn = $('other').value;
  $('what-if-answers').replaceChildren();
  $('what-if-result').textContent = `A process of ${fn} starts, which only previews …`;
  try {
    const { alerts, answers } = await load('/api/what-if', { rule: about.rule, function: fn, namespace: pod?.namespace ?? '', pod: pod?.name ?? '' });
    if (opened !== about) return;
    const outcomes = counted(answers.map((answer) => recordOf(answer).outcome ?? 'no answer')).map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    $('what-if-result').textContent = `Now ${responsesOf(about)}. With ${fn}: ${answers.length} of ${alerts} ${alerts === 1 ? 'alert' : 'alerts'}, ${outcomes}.`;
    $('what-if-answers').replaceChildren(...answers.map((answer) => {
      const line = answerLine(answer);
      line.prepend(el('p', { class: 'quiet' }, `Alert: ${plain(answer.from)}`));
      return line;
    }));
  } catch (error) {
    $('what-if-result').textContent = plain(error.message);
  }
}));
