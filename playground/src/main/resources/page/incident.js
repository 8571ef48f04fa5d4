// The whole way of one alert: what Falco saw, about what, what was decided and changed, and what followed.
import { linesOf, loadEvidence, locationOf, routeOf } from './answers.js';
import { $, badge, clock, el, load, plain, openDialog } from './dom.js';
import { held, undoButton } from './held.js';
import { entryOf, isAlert, model, recordOf, textOf, timeOf } from './model.js';

// what a person would type to do the same; names are those of objects that exist
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const isolate = ({ namespace, targetName, targetUid }) => `kubectl -n ${namespace} label pod ${targetName} falco-response/quarantine=${targetUid}
kubectl -n ${namespace} apply -f - <<'EOF'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: isolate-${targetName}
spec:
  podSelector:
    matchLabels:
      falco-response/quarantine: ${targetUid}
  policyTypes: [Ingress, Egress]
EOF`;
const suspend = ({ namespace, targetKind, targetName }) => (['Deployment', 'StatefulSet'].includes(targetKind)
  ? `kubectl -n ${namespace} scale ${targetKind.toLowerCase()} ${targetName} --replicas=0`
  : `kubectl -n ${namespace} patch ${targetKind.toLowerCase()} ${targetName} -p '{"spec":{"suspend":true}}'`);
const BY_HAND = {
  'delete-pod': (record) => `kubectl -n ${record.namespace} delete pod ${record.targetName} --grace-period=5`,
  'snapshot-logs': (record) => `kubectl -n ${record.namespace} logs ${record.targetName} --all-containers --timestamps`,
  'cordon-node': (record) => `kubectl cordon ${record.targetName}`,
  'suspend-workload': suspend,
  'isolate-network': isolate,
};
const UNDONE = ['released', 'uncordoned', 'resumed', 'restored'];
const byHand = (record) => (['acted', 'previewed'].includes(record.outcome)
  && [record.namespace, record.targetName, record.targetUid].every((name) => !name || NAME.test(name))
  ? BY_HAND[record.action]?.(record) : '') || '';

const section = (title, ...content) => el('section', {}, el('h3', {}, title), ...content);
const facts = (...pairs) => el('dl', { class: 'facts' }, ...pairs.filter(([, value]) => value).flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

const IDENTITY = { uid: 'by its uid', container: 'by the id of a container', age: 'by its age', name: 'by its name' };

function alertOf(entry, record) {
  const rule = model.rules.find((each) => each.rule === entry.rule);
  return section('Alert',
    el('p', {}, plain(entry.output || entry.title, 2000)),
    facts(['Rule', plain(entry.rule)], ['Meaning', rule ? `${plain(rule.meaning)}.` : ''], ['Priority', plain(record.priority)],
      ['Seen', plain(record.eventTime)], ['Received', plain(entry.at)], ['Sent from', plain(entry.from)]));
}

function objectOf(record) {
  if (!record.targetName) return section('Object', el('p', { class: 'quiet' }, 'None was found.'));
  const chain = el('span', {}, plain(record.owner));
  load(`/api/owners?namespace=${encodeURIComponent(record.namespace ?? '')}&owner=${encodeURIComponent(record.owner ?? '')}`)
    .then((owners) => { chain.textContent = owners.map((owner) => plain(owner)).join(' → ') || 'none'; }, () => {});
  return section('Object',
    facts([plain(record.targetKind), `${record.namespace && record.targetKind !== 'User' ? `${plain(record.namespace)}/` : ''}${plain(record.targetName)}`], ['Uid', plain(record.targetUid)],
      ['Owners', chain], ['Node', plain(record.node)], ['Container', plain(record.container)], ['Recognised', IDENTITY[record.identity]],
      ['Approved by', plain(record.approvedBy)]));
}

const mark = (line) => (line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@@') ? 'quiet' : undefined);

function changesOf(entry) {
  if (entry.changes.length === 0) return section('Change', el('p', {}, 'Cluster unchanged.'));
  return section('Change', ...entry.changes.map((change, i) => {
    const diff = entry.diffs[i] ? entry.diffs[i].split('\n') : [];
    return el('details', { open: diff.length > 0 && diff.length < 40 }, el('summary', {}, plain(change)),
      diff.length === 0 ? el('p', { class: 'quiet' }, 'Its YAML has not changed.')
        : el('pre', { class: 'diff', tabindex: 0, 'aria-label': `Before and after: ${plain(change)}` }, ...diff.map((line) => el('span', { class: mark(line) }, `${plain(line, 300)}\n`))));
  }));
}

function evidenceOf(records) {
  const locations = [...new Set(records.map(locationOf).filter(Boolean))];
  return locations.map((location) => {
    const list = el('ul', {}, el('li', { class: 'quiet' }, 'It is being verified …'));
    loadEvidence(location).then((evidence) => list.replaceChildren(
      el('li', {}, evidence.complete ? 'The snapshot is complete.' : 'The snapshot is not complete.'),
      ...evidence.objects.map((object) => el('li', { class: object.intact ? '' : 'error' }, `${object.intact ? 'intact' : 'ALTERED'} ${plain(object.name)}, ${object.bytes} bytes`)),
    ), (error) => list.replaceChildren(el('li', { class: 'error' }, plain(error.message))));
    return section('Evidence', el('p', { class: 'quiet' }, plain(location)), list);
  });
}

const isSame = (one, other) => one.action === other.action && one.targetKind === other.targetKind && one.targetName === other.targetName
  && (one.namespace ?? '') === (other.namespace ?? '') && (!one.targetUid || !other.targetUid || one.targetUid === other.targetUid);

const objectIs = ({ kind, object }, record) => kind === record.targetKind && object.name === record.targetName
  && (!object.namespace || object.namespace === record.namespace) && (!object.uid || !record.targetUid || object.uid === record.targetUid);

// what came of the answers: chained functions and notifications, undo, and what is held still
function followUpsOf(entry, records) {
  const acted = records.filter((record) => record.outcome === 'acted' && !UNDONE.includes(record.reason));
  const undone = acted.flatMap((record) => model.records.filter((each) => UNDONE.includes(each.reason) && each.outcome === 'acted'
    && timeOf(each) >= Date.parse(entry.at) && isSame(each, record)));
  const still = held().filter((each) => acted.some((record) => each.action === record.action && objectIs(each, record)));
  const items = [
    ...entry.answers.slice(1).map((answer) => el('li', {}, `${plain(answer.trigger)} → ${plain(answer.function)}: `, badge(recordOf(answer).outcome))),
    ...undone.map((record) => el('li', {}, `${clock(record.at)} `, badge(record.outcome), ` ${textOf(record)}`)),
    ...still.map((each) => el('li', {}, `${each.name} is held ${each.object.expires ? `until ${plain(each.object.expires)}` : `until it is ${each.end}`}. `, undoButton(each))),
  ];
  return items.length === 0 ? [el('li', { class: 'quiet' }, 'Nothing.')] : items;
}

let opened;
let followed;

// only this part of an open alert changes later
export function drawFollowUps() {
  if (!opened) return;
  const items = followUpsOf(opened, opened.answers.map(recordOf));
  const text = items.map((item) => item.textContent).join();
  if (followed.dataset.text !== text) followed.replaceChildren(...items);
  followed.dataset.text = text;
}

export function openIncident(record) {
  const entry = entryOf(record);
  opened = entry;
  followed = el('ul');
  drawFollowUps();
  const records = entry.answers.map(recordOf);
  const main = records.find((record) => record.targetName) ?? records[0] ?? {};
  const commands = isAlert(entry) ? [...new Set(records.map(byHand).filter(Boolean))] : [];
  $('incident-title').textContent = plain(entry.title);
  $('way').replaceChildren(
    alertOf(entry, main), objectOf(main),
    section('Decisions', el('p', { class: 'quiet' }, routeOf(entry)), el('ol', { class: 'answers' }, ...linesOf(entry))),
    changesOf(entry), ...evidenceOf(records), section('What followed', followed),
    ...(commands.length === 0 ? [] : [section('By hand', el('p', { class: 'quiet' }, 'About the same with kubectl; the function also makes sure that it is still this object, and keeps what is needed to undo it.'), el('pre', { tabindex: 0 }, commands.join('\n')))]));
  $('undo-result').textContent = '';
  openDialog($('incident'));
}
$('incident').addEventListener('close', () => { opened = undefined; });
