// What responses hold at this moment, each with the request that takes it back.
import { $, button, el, fill, handler, load, plain, say } from './dom.js';
import { model, recordOf, textOf } from './model.js';

const path = (...parts) => parts.filter(Boolean).map((part) => plain(part)).join('/');

// every object that is held: its action, its identity, and how it is taken back
export const held = () => [
  ...model.cluster.pods.filter((each) => each.isolated).map((each) => ({
    action: 'isolate-network', list: 'isolated', end: 'released', label: 'Release', kind: 'Pod', name: path(each.namespace, each.name), object: each, body: { namespace: each.namespace, pod: each.name },
  })),
  ...model.cluster.nodes.filter((each) => each.cordoned).map((each) => ({
    action: 'cordon-node', list: 'cordoned', end: 'uncordoned', label: 'Uncordon', kind: 'Node', name: path(each.name), object: each, body: { node: each.name },
  })),
  ...model.cluster.suspended.map((each) => ({
    action: 'suspend-workload', list: 'suspended', end: 'resumed', label: 'Resume', kind: each.kind, name: `${plain(each.kind)} ${path(each.namespace, each.name)}`, object: each, body: { kind: each.kind, namespace: each.namespace, name: each.name },
  })),
  ...model.cluster.restricted.map((each) => ({
    action: 'restrict-access', list: 'restricted', end: 'freed', label: 'Free', kind: each.kind, name: `${plain(each.kind)} ${path(each.kind === 'User' ? '' : each.namespace, each.name)}`, object: each, body: { restricted: true, kind: each.kind, namespace: each.namespace, name: each.name, uid: each.uid },
  })),
];

const NONE = {
  isolated: 'No pod is isolated.',
  cordoned: 'No node is cordoned by a response.',
  suspended: 'No workload is suspended by a response.',
  restricted: 'No identity is restricted by a response.',
};

const why = ({ end, list, object }) => `${list === 'restricted' ? 'may read only, ' : ''}for ${plain(object.rule)}; `
  + `${object.since ? `since ${plain(object.since).slice(0, 19)}Z, ` : ''}${object.expires ? 'until ' + plain(object.expires) : 'until it is ' + end}`;

function showResult(entry) {
  const record = recordOf(entry.answers[0] ?? {});
  const text = `${plain(record.outcome ?? 'no answer')}: ${textOf(record)}`;
  $('release-result').textContent = text;
  say(text);
}

const act = (label, about, url, body) => button(label.replace(/:$/, ''), handler(async () => showResult(await load(url, body))), { 'aria-label': `${label} ${about}` });

export const undoButton = (each) => act(each.label, each.name, '/api/release', each.body);

const card = (name, sentence, ...buttons) => el('li', {}, el('strong', {}, name), el('br'), sentence, ' ', ...buttons);

export function drawHeld() {
  const all = held();
  for (const [list, none] of Object.entries(NONE)) {
    fill($(list), all.filter((each) => each.list === list).map((each) => card(each.name, why(each), undoButton(each))), none);
  }
  fill($('requests'), model.cluster.requests.map((each) => card(
    `May a response ${plain(each.question)}?`,
    each.decision ? `${plain(each.by)} has decided: ${plain(each.decision)}` : `for ${plain(each.rule)}; until ${plain(each.until)}`,
    ...(each.decision ? [] : [['Approve:', true], ['Refuse:', false]].map(([label, approve]) => act(label, plain(each.question), '/api/decide', { name: each.request, approve }))),
  )), 'Nothing waits for a decision.');
}
