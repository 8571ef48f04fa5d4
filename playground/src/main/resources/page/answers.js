// What the functions answered to one event: steps, guards, outcome, evidence.
import { badge, button, el, handler, load, openText, plain } from './dom.js';
import { isAlert, recordOf, textOf } from './model.js';

const GUARDS = [
  ['readable', 'unreadable'], ['rule', 'rule'], ['priority', 'priority'], ['names a pod', 'host', 'no-pod'],
  ['age', 'stale'], ['cluster', 'other-cluster'], ['namespace', 'protected-namespace'],
  ['same pod', 'not-found', 'replaced', 'unproven', 'terminating'], ['exempt', 'exempt'], ['owner', 'owner-kind'],
  ['not itself', 'self'], ['host network', 'host-network'], ['worker', 'control-plane'], ['not already done', 'already-done'],
  ['enough nodes', 'too-few-nodes'], ['kind', 'kind'], ['often enough', 'not-often-enough'], ['no system identity', 'system-identity'],
  ['cool-down', 'recently-handled'], ['budget', 'budget'],
];

// the guards that an action does not have; a notification has none of them
const OMITTED = {
  'suspend-workload': ['host network', 'worker', 'enough nodes', 'no system identity'],
  'request-approval': ['host network', 'worker', 'enough nodes', 'kind', 'often enough', 'no system identity'],
  'restrict-access': ['host network', 'worker', 'enough nodes', 'kind', 'often enough'],
  'cordon-node': ['owner', 'not itself', 'host network', 'kind', 'often enough', 'no system identity'],
  'delete-pod': ['host network', 'worker', 'not already done', 'enough nodes', 'kind', 'often enough', 'no system identity'],
  'isolate-network': ['worker', 'enough nodes', 'kind', 'often enough', 'no system identity'],
  'snapshot-logs': ['owner', 'not itself', 'host network', 'worker', 'enough nodes', 'kind', 'often enough', 'no system identity'],
};
// other outcomes do not say which guards were checked
const GUARDED = ['acted', 'previewed', 'denied', 'skipped'];
// a preview does not check these
const LIMITS = ['cool-down', 'budget'];

function guards(action, { outcome, reason }) {
  const checked = GUARDS.filter(([name]) => !OMITTED[action].includes(name));
  const stopped = checked.findIndex(([, ...reasons]) => reasons.includes(reason));
  return el('ol', { class: 'guards', 'aria-label': 'Guards, in the order in which they are checked' }, ...checked.map(([name], i) => {
    const notChecked = (stopped >= 0 && i > stopped) || (outcome === 'previewed' && LIMITS.includes(name));
    const status = notChecked ? 'not-checked' : i === stopped ? 'stopped' : 'passed';
    return el('li', { class: status }, `${name}`, el('span', { class: 'sr' }, ` ${status.replace('-', ' ')}`));
  }));
}

// the record's timing: milliseconds of each step that was taken
const STEPS = { read: 'alert read and checked', find: 'object found', guards: 'object checked', act: 'done' };
const steps = (timing) => Object.keys(STEPS).filter((step) => timing?.[step] != null).map((step) => `${STEPS[step]} ${timing[step]} ms`).join(' → ');

export function answerLine(answer, hasGuards = true) {
  const record = recordOf(answer);
  const location = locationOf(record);
  const timing = steps(record.timing);
  return el('li', {},
    el('p', {}, 'Trigger ', el('code', {}, plain(answer.trigger)), ' → ', el('code', {}, plain(answer.function)),
      ` · ${answer.millis.toFixed(1)} ms`, answer.attempts > 1 ? ` · ${answer.attempts} deliveries` : ''),
    timing ? el('p', { class: 'quiet' }, plain(timing)) : undefined,
    hasGuards && OMITTED[answer.function] && GUARDED.includes(record.outcome) ? guards(answer.function, record) : undefined,
    answer.status === 204
      ? el('p', {}, `no reply · HTTP ${answer.status}`)
      : el('p', {}, badge(record.outcome), ` ${plain(record.reason)} · HTTP ${answer.status}`),
    el('p', {}, textOf(record)),
    location ? el('p', {}, button('Open its evidence', handler(() => openEvidence(location)))) : undefined,
    answer.record
      ? el('p', {}, button('The record as JSON', () => openRecord(answer.record)))
      : undefined);
}

// a preview names the place where it would have stored the evidence
export const locationOf = (record) => (record.outcome === 'previewed' ? undefined : record.details?.location);

export const linesOf = (entry) => entry.answers.map((answer) => answerLine(answer, isAlert(entry)));

export const routeOf = (entry) => `Broker, ${entry.brokerMillis.toFixed(1)} ms: ${entry.triggers.length === 0 ? 'no Trigger matches' : entry.triggers.map((t) => plain(t)).join(', ')}`;

export function resultOf(entry, isOnly) {
  return el('li', {},
    el('h4', {}, plain(entry.title)),
    el('p', { class: 'quiet' }, routeOf(entry)),
    el('ol', { class: 'answers' }, ...linesOf(entry)),
    ...entry.deadLetters.map((letter) => el('p', { class: 'error' },
      `Dead letter to ${plain(letter.sink) || 'no sink: it is lost'}: ${letter.knativeerrorcode} from ${plain(letter.knativeerrordest)}`)),
    el('p', {}, entry.changes.length === 0 ? 'Cluster unchanged' : (isOnly ? 'Cluster: ' : 'Cluster, perhaps changed by another of these alerts: ') + entry.changes.map((c) => plain(c)).join('; ')));
}

const openRecord = (record) => openText('Record', JSON.stringify(record ?? {}, null, 2));

export const loadEvidence = (location) => load('/api/evidence?location=' + encodeURIComponent(location));

export async function openEvidence(location) {
  const evidence = await loadEvidence(location);
  const lines = evidence.objects.map((object) => `${object.intact ? 'intact' : 'ALTERED'} ${object.name} (${object.bytes} bytes, SHA-256 ${object.sha256})`);
  openText('Evidence', [location, `complete: ${evidence.complete}`, '', ...lines, '', ...evidence.text.split('\n')].map((line) => plain(line, 20000)).join('\n'));
}
