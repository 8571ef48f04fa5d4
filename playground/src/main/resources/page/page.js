// The content of alerts is added to the page as text (textContent), never as markup.
const $ = (id) => document.getElementById(id);

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') Object.entries(value).forEach(([event, call]) => node.addEventListener(event, call));
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

// replaces control and format characters, which could hide or reorder text
const plain = (text, maxLength = 600) => {
  const visible = String(text ?? '').replace(/[\p{Cc}\p{Cf}]/gu, (c) => (c === '\n' || c === '\t' ? ' ' : '\uFFFD'));
  return visible.length > maxLength ? visible.slice(0, maxLength) + '…' : visible;
};

async function request(path, body) {
  const response = await fetch(path, body === undefined ? {} : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json()).error ?? `${response.status}`);
  return response;
}

const load = async (path, body) => (await request(path, body)).json();

// yields the JSON objects of a response that has one per line, each as soon as it arrives
async function* lines(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + decoder.decode(part.value, { stream: true })).split('\n');
    rest = whole.pop();
    yield* whole.map((line) => JSON.parse(line));
  }
}

function showError(error) {
  $('error').textContent = error ? plain(error.message ?? error) : '';
  $('error').hidden = !error;
}

const handler = (call) => async (event) => {
  event?.preventDefault?.();
  const button = event?.submitter ?? (event?.currentTarget instanceof HTMLButtonElement ? event.currentTarget : undefined);
  if (button) button.disabled = true;
  try {
    showError();
    await call(event);
  } catch (error) {
    showError(error);
  } finally {
    if (button) button.disabled = false;
  }
};

// ---- sections of the page

function show() {
  // the link "Skip to the content" keeps the current section
  if (location.hash === '#main') return;
  const requested = location.hash.slice(1) || 'overview';
  const id = document.querySelector(`main > section[id="${CSS.escape(requested)}"]`) ? requested : 'overview';
  document.querySelectorAll('main > section').forEach((section) => { section.hidden = section.id !== id; });
  document.querySelectorAll('nav a').forEach((link) => {
    if (link.hash === '#' + id) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
}
addEventListener('hashchange', show);

// ---- preview or act

let state = {};

async function loadState() {
  state = await load('/api/state');
  $('where').textContent = plain(state.cluster);
  const down = state.ended > 0;
  $('mode-now').textContent = down ? `${state.ended} of the functions ended unexpectedly` : state.acts ? 'The functions act' : 'The functions only preview';
  document.body.dataset.acts = state.acts;
  $('mode-button').textContent = down ? 'Restart them in preview mode' : state.acts ? 'Only preview' : 'Let them act';
  $('mode-button').hidden = !down && !state.acts && !state.mayAct;
  $('confirm-label').hidden = down || state.acts || !state.mayAct || !state.confirm;
  $('confirm-label').firstChild.textContent = `To act in ${plain(state.confirm)}, type its name `;
}

$('mode').addEventListener('submit', handler(async () => {
  $('mode-now').textContent = 'Restarting the functions …';
  try {
    await load('/api/mode', { act: !state.acts && state.ended === 0, confirm: $('confirm').value });
  } finally {
    $('confirm').value = '';
    await loaders.state();
  }
}));

// ---- replay

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
const STEPS = { read: 'alert read and checked', find: 'pod found', guards: 'pod checked', act: 'done' };
const steps = (timing) => Object.keys(STEPS).filter((step) => timing?.[step] != null).map((step) => `${STEPS[step]} ${timing[step]} ms`).join(' → ');

const badge = (outcome) => el('strong', { class: `outcome ${/^[a-z]+$/.test(outcome) ? outcome : 'none'}` }, plain(outcome || 'no answer', 20));

// an answer that is not JSON is shown as the message of a record
const recordOf = (answer) => (answer.status === 204 ? { outcome: 'told' }
  : typeof answer.record === 'string' ? { message: answer.record || 'no answer' } : answer.record ?? {});

function answerLine(answer) {
  const record = recordOf(answer);
  const location = record.details?.location;
  const timing = steps(record.timing);
  return el('li', {},
    el('p', {}, 'Trigger ', el('code', {}, plain(answer.trigger)), ' → ', el('code', {}, plain(answer.function)),
      ` · ${answer.millis.toFixed(1)} ms`, answer.attempts > 1 ? ` · ${answer.attempts} deliveries` : ''),
    timing ? el('p', { class: 'quiet' }, plain(timing)) : undefined,
    OMITTED[answer.function] && GUARDED.includes(record.outcome) ? guards(answer.function, record) : undefined,
    answer.status === 204
      ? el('p', {}, `no reply · HTTP ${answer.status}`)
      : el('p', {}, badge(record.outcome), ` ${plain(record.reason)} · HTTP ${answer.status}`),
    el('p', {}, plain(record.message ?? record.detail)),
    location ? el('p', {}, el('button', { type: 'button', on: { click: handler(() => openEvidence(location)) } }, 'Open its evidence')) : undefined,
    answer.record
      ? el('p', {}, el('button', { type: 'button', on: { click: () => openRecord(answer.record) } }, 'The record as JSON'))
      : undefined);
}

function resultOf(entry, isOnly) {
  return el('li', {},
    el('h4', {}, plain(entry.title)),
    el('p', { class: 'quiet' }, `Broker, ${entry.brokerMillis.toFixed(1)} ms: ${entry.triggers.length === 0 ? 'no Trigger matches' : entry.triggers.map((t) => plain(t)).join(', ')}`),
    el('ol', { class: 'answers' }, ...entry.answers.map(answerLine)),
    ...entry.deadLetters.map((letter) => el('p', { class: 'error' },
      `Dead letter to ${plain(letter.sink) || 'no sink: it is lost'}: ${letter.knativeerrorcode} from ${plain(letter.knativeerrordest)}`)),
    el('p', {}, entry.changes.length === 0 ? 'Cluster unchanged' : (isOnly ? 'Cluster: ' : 'Cluster, perhaps changed by another of these alerts: ') + entry.changes.map((c) => plain(c)).join('; ')));
}

// selects a pod on which the functions can act, because the recorded pod does not exist here
function choosePod() {
  const pod = cluster.pods.find((each) => each.owner.startsWith('ReplicaSet/') && !each.namespace.startsWith('kube-') && !each.isolated && !each.terminating) ?? cluster.pods[0];
  if (pod) $('about').value = `${pod.namespace}/${pod.name}`;
}

// a recorded alert, told as another rule
const STORIES = {
  'A shell in a pod': ['terminal-shell-in-container-pod', 'Terminal shell in container'],
  'A reverse shell': ['terminal-shell-in-container-pod', 'Redirect STDOUT/STDIN to Network Connection in Container'],
  'A program that was not in the image': ['drop-and-execute-new-binary', 'Drop and execute new binary in container'],
  'A search for keys': ['terminal-shell-in-container-pod', 'Search Private Keys or Passwords'],
  'An escape to the node': ['terminal-shell-in-container-pod', 'Detect release_agent File Container Escapes'],
  'An image that is not allowed': ['terminal-shell-in-container-pod', 'Launch Disallowed Container'],
  'A stolen credential': ['k8saudit-attach-exec-pod', 'Disallowed K8s User', { 'ka.user.name': 'mallory' }],
};

const retold = (alert, rule, fields = {}) => ({ ...alert, rule, output: `${rule} (a story of the playground)`, output_fields: { ...alert.output_fields, ...fields } });

async function loadRecorded() {
  const all = await load('/api/recorded');
  const recorded = all.map(({ name, actions }) => el('option', { value: name }, `${name} → ${actions.length === 0 ? 'no function' : actions.join(', ')}`));
  $('recorded').replaceChildren(
    el('optgroup', { label: 'Stories' }, ...Object.keys(STORIES).map((story) => el('option', { value: story }, story))),
    el('optgroup', { label: 'Recorded alerts' }, ...recorded));
  $('recorded').value = 'terminal-shell-in-container-pod';
  choosePod();
  await compose();
}

let composed;
let composedAt;

async function compose() {
  const [namespace, pod] = $('about').value.split('/');
  const [name, rule, fields] = STORIES[$('recorded').value] ?? [$('recorded').value];
  const { text } = await load('/api/compose', { name, namespace: namespace ?? '', pod: pod ?? '' });
  // only a story is written anew: numbers of a recorded alert would change
  composed = rule ? JSON.stringify(retold(JSON.parse(text), rule, fields), null, 2) : text;
  composedAt = Date.now();
  $('text').value = composed;
  $('text-error').textContent = '';
}
$('recorded').addEventListener('change', handler(compose));
$('about').addEventListener('change', handler(compose));

$('file').addEventListener('change', handler(async () => {
  const [file] = $('file').files;
  if (file) $('text').value = await file.text();
  $('text-error').textContent = '';
  $('file').value = '';
}));

$('send').addEventListener('submit', handler(async () => {
  $('text-error').textContent = '';
  try {
    // an unedited recorded alert gets the present time again if the page has been open for a while
    if ($('text').value === composed && Date.now() - composedAt > 60_000) await compose();
    $('sent').textContent = 'Sent; waiting for the answers …';
    const answers = lines(await request('/api/send', { text: $('text').value, times: Number($('times').value) }));
    const { sent } = (await answers.next()).value;
    $('results').replaceChildren();
    let answered = 0;
    let notSent = 0;
    for await (const entry of answers) {
      answered += 1;
      if (entry.error) notSent += 1;
      if (answered <= 20) $('results').append(entry.error ? el('li', { class: 'error' }, plain(entry.error)) : resultOf(entry, sent === 1));
      if (answered < sent) $('sent').textContent = `${answered} of ${sent} answered`;
    }
    if (answered < sent) throw new Error(`./play ended when ${answered} of ${sent} were answered`);
    if (sent > 20) $('results').append(el('li', { class: 'quiet' }, `… and ${sent - 20} more, in the history`));
    $('sent').textContent = notSent ? `${sent - notSent} of ${sent} answered` : `${sent} answered`;
  } catch (error) {
    $('sent').textContent = '';
    $('text-error').textContent = plain(error.message);
    $('text').focus();
  }
}));

// ---- rule book

let rules = [];

async function loadRules() {
  rules = await load('/api/rules');
  drawRules();
}

function drawRules() {
  const query = $('rule-search').value.toLowerCase();
  const actions = [...new Set(rules.flatMap((rule) => rule.triggers.map((t) => t.function)))].sort();
  const rows = rules.filter((rule) => JSON.stringify(rule).toLowerCase().includes(query));
  drawMatrix(rows);
  $('rule-table').replaceChildren(
    el('caption', {}, `${rows.length} of ${rules.length} rules`),
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
// the columns of MITRE's matrix, in its order; the rules of the audit log have no tactic
const TACTICS = ['execution', 'persistence', 'privilege-escalation', 'defense-evasion', 'credential-access', 'discovery', 'lateral-movement', 'collection', 'exfiltration', 'impact', ''];
const responsesOf = (rule) => rule.triggers.map((trigger) => trigger.function).join(', ') || 'nothing';
// a rule that leads to a node too is coloured by what happens to the pod
const responseOf = (rule) => (rule.triggers.find((trigger) => trigger.function !== 'cordon-node') ?? rule.triggers[0])?.function ?? 'nothing';

function drawMatrix(rows) {
  $('rule-count').textContent = `${rows.length} of ${rules.length} rules, ${rows.filter((rule) => rule.triggers.length === 0).length} of them are not answered`;
  $('legend').replaceChildren(...[...new Set(rules.map(responseOf))].sort().map((name) => el('li', { class: `cell ${name}` }, name)));
  $('matrix').replaceChildren(...TACTICS.map((tactic) => [tactic, rows.filter((rule) => rule.tactic === tactic)]).filter(([, column]) => column.length > 0)
    .map(([tactic, column]) => el('li', {}, el('h3', {}, tactic.replace('-', ' ') || 'audit log'), el('ul', {}, ...column.map((rule) => el('li', {},
      el('button', { type: 'button', class: `cell ${responseOf(rule)}`, on: { click: () => openRule(rule) } }, plain(rule.rule),
        el('span', {}, responsesOf(rule)))))))));
}

function openRule(rule) {
  const answered = records.filter((record) => record.rule === rule.rule && record.function !== 'none').slice(0, 10);
  openText(plain(rule.rule), [
    `${rule.meaning}.`, `Response: ${responsesOf(rule)}, because: ${rule.why}.`,
    `Fires by default: ${rule.fires}.`, rule.formerly ? `Formerly ${rule.formerly}.` : '',
    ...rule.triggers.map((trigger) => `Trigger ${trigger.trigger}: ${trigger.filter}`),
    answered.length === 0 ? 'No alert of this rule has been answered here.' : 'The last answers:',
    ...answered.map((record) => `  ${String(record.at).slice(11, 19)} ${record.outcome ?? 'no answer'} ${record.function}: ${record.message ?? record.detail ?? ''}`),
  ].filter(Boolean).join('\n\n'));
}

$('rule-search').addEventListener('input', drawRules);

// ---- cluster

let cluster = { pods: [], policies: [], hidden: [] };
let drawnCluster = '';

async function loadCluster() {
  cluster = await load('/api/cluster');
  // unchanged content is not redrawn, so that buttons keep their focus
  const current = JSON.stringify([cluster, state.acts]);
  if (current === drawnCluster) return;
  drawnCluster = current;
  const focused = document.activeElement?.getAttribute('aria-label');
  drawCluster();
  if (focused) document.querySelector(`main [aria-label="${CSS.escape(focused)}"]`)?.focus();
}

function showReleaseResult(entry) {
  const record = entry.answers[0]?.record ?? {};
  $('release-result').textContent = `${plain(record.outcome ?? 'no answer')}: ${plain(record.message ?? record.detail)}`;
}

// redraws a list only if its values have changed, so that it stays open, and keeps the selected value if it still exists
function setOptions(select, first, values) {
  if (select.dataset.values === values.join()) return;
  const before = select.value;
  select.dataset.values = values.join();
  select.replaceChildren(el('option', { value: '' }, first), ...values.map((value) => el('option', { value }, plain(value, 300))));
  select.value = values.includes(before) ? before : '';
}

function drawCluster() {
  const before = $('about').value;
  const names = cluster.pods.map((pod) => `${pod.namespace}/${pod.name}`);
  setOptions($('about'), 'the recorded pod', names);
  if (before && !$('about').value) {
    choosePod();
    if ($('text').value === composed) compose().catch(showError);
  }
  $('hidden').textContent = cluster.hidden.length === 0 ? '' : `You are not allowed to list ${cluster.hidden.join(', ')}.`;
  drawHeld();
  const namespaces = [...new Set(cluster.pods.map((pod) => pod.namespace))].sort();
  $('pods').replaceChildren(...namespaces.map((namespace) => el('section', {}, el('h4', {}, plain(namespace)),
    el('ul', { class: 'pods' }, ...cluster.pods.filter((pod) => pod.namespace === namespace).map(podLine)))));
  $('policies').replaceChildren(...(cluster.policies.length === 0 ? [el('li', { class: 'quiet' }, 'There are none.')]
    : cluster.policies.map((policy) => el('li', {}, `${plain(policy.namespace)}/${plain(policy.name)}`))));
}

// one card for each object that a response holds, with a button that takes it back
function cards(id, none, objects, card) {
  $(id).replaceChildren(...(objects.length === 0 ? [el('li', { class: 'quiet' }, none)] : objects.map((each) => {
    const { name, sentence, buttons } = card(each);
    return el('li', {}, el('strong', {}, name), el('br'), sentence, ' ', ...buttons.map(([label, about, path, body]) => el('button', {
      type: 'button', 'aria-label': `${label} ${about}`, on: { click: handler(async () => showReleaseResult(await load(path, body))) },
    }, label.replace(/:$/, ''))));
  })));
}

const why = (each, end) => `for ${plain(each.rule)}; ${each.since ? `since ${plain(each.since).slice(0, 19)}Z, ` : ''}${each.expires ? 'until ' + plain(each.expires) : 'until it is ' + end}`;

function drawHeld() {
  cards('isolated', 'No pod is isolated.', cluster.pods.filter((pod) => pod.isolated), (pod) => {
    const name = `${pod.namespace}/${pod.name}`;
    return { name: plain(name), sentence: why(pod, 'released'), buttons: [['Release', name, '/api/release', { namespace: pod.namespace, pod: pod.name }]] };
  });
  cards('cordoned', 'No node is cordoned by a response.', cluster.nodes.filter((node) => node.cordoned), (node) => (
    { name: plain(node.name), sentence: why(node, 'uncordoned'), buttons: [['Uncordon', node.name, '/api/release', { node: node.name }]] }));
  cards('suspended', 'No workload is suspended by a response.', cluster.suspended, (each) => {
    const name = `${each.kind} ${each.namespace}/${each.name}`;
    return { name: plain(name), sentence: why(each, 'resumed'), buttons: [['Resume', name, '/api/release', { kind: each.kind, namespace: each.namespace, name: each.name }]] };
  });
  cards('restricted', 'No identity is restricted by a response.', cluster.restricted, (each) => {
    const name = `${each.kind} ${each.namespace ? plain(each.namespace) + '/' : ''}${plain(each.name)}`;
    return { name, sentence: 'may read only, ' + why(each, 'freed'), buttons: [['Free', name, '/api/release', { restricted: true, kind: each.kind, namespace: each.namespace, name: each.name, uid: each.uid }]] };
  });
  cards('requests', 'Nothing waits for a decision.', cluster.requests, (each) => ({
    name: `May a response ${plain(each.question)}?`,
    sentence: each.decision ? `${plain(each.by)} has decided: ${plain(each.decision)}` : `for ${plain(each.rule)}; until ${plain(each.until)}`,
    buttons: each.decision ? [] : [['Approve:', true], ['Refuse:', false]].map(([label, approve]) => [label, plain(each.question), '/api/decide', { name: each.request, approve }]),
  }));
}

function podLine(pod) {
  const flags = [pod.isolated && 'isolated', pod.exempt && 'exempt', pod.terminating && 'terminating'].filter(Boolean);
  return el('li', {}, `${plain(pod.name)} `, el('span', { class: 'quiet' }, `${plain(pod.owner)} ${flags.join(', ')} `),
    el('button', {
      type: 'button', disabled: !state.acts,
      'aria-label': `${pod.exempt ? 'No longer exempt' : 'Exempt'} ${pod.namespace}/${pod.name}`,
      on: { click: handler(() => load('/api/exempt', { namespace: pod.namespace, pod: pod.name, exempt: !pod.exempt })) },
    }, pod.exempt ? 'No longer exempt' : 'Exempt'));
}

// ---- history

let entries = [];
let records = [];
let letters = [];
let maxRows = 100;
// after a broken connection the history may be that of another ./play
let reloadAll = false;

// one record per answer, with its event; an event that no Trigger matched gets a record too
const recordsOf = (entry) => (entry.answers.length === 0
  ? [{ at: entry.at, function: 'none', outcome: 'unrouted', reason: '', rule: entry.rule, namespace: entry.namespace, message: 'No Trigger matches' }]
  : entry.answers.map((answer) => ({ at: entry.at, rule: entry.rule, namespace: entry.namespace, ...recordOf(answer), status: answer.status, function: answer.function, original: answer.record })));
const wayOf = new WeakMap();
const lettersOf = (entry) => entry.deadLetters.map((letter) => ({
  at: entry.at, title: entry.title, rule: entry.rule, namespace: entry.namespace, function: letter.knativeerrordest, outcome: letter.knativeerrordata?.outcome, ...letter,
}));

async function loadHistory() {
  if (reloadAll) entries = [];
  reloadAll = false;
  const newer = await load('/api/history?since=' + (entries[0]?.id ?? 0));
  entries = [...newer, ...entries].slice(0, 5000);
  records = entries.flatMap((entry) => {
    const own = recordsOf(entry);
    own.forEach((record) => wayOf.set(record, entry));
    return own;
  });
  letters = entries.flatMap(lettersOf);
  for (const [id, key] of [['by-action', 'function'], ['by-outcome', 'outcome']]) {
    const values = [...new Set([...records, ...letters].map((record) => record[key] ?? 'no answer'))].sort();
    setOptions($(id), 'any', values);
  }
  drawHistory();
  drawOverview();
}

// ---- overview

let functionNames = [];

const counted = (values) => {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
};

function drawOverview() {
  const box = (name, ...lines) => [el('strong', {}, name), ...lines.map((line) => el('span', {}, line))];
  const answered = records.filter((record) => record.function !== 'none');
  const functions = functionNames.map((name) => {
    const outcomes = counted(answered.filter((record) => record.function === name).map((record) => record.outcome ?? 'no answer'));
    return el('li', {}, ...box(name, ...(outcomes.length === 0 ? ['no alert yet'] : [])), ...outcomes.map(([outcome, count]) => el('span', {}, badge(outcome), ` ${count}`)));
  });
  $('flow').replaceChildren(
    el('li', {}, ...box('Falco', `alerts and requests: ${entries.length}`)),
    el('li', {}, ...box('Broker', `deliveries: ${answered.length}`, `matched no Trigger: ${records.length - answered.length}`, `dead letters: ${letters.length}`)),
    el('li', {}, el('ul', { 'aria-label': 'Functions' }, ...functions)));
  $('latest').replaceChildren(...(answered.length === 0 ? [el('li', { class: 'quiet' }, 'Nothing has been answered yet. Send an alert under Replay.')] : answered.filter((record) => record.outcome !== 'told').slice(0, 20).map((record) => el('li', {},
    el('button', { type: 'button', class: 'link', on: { click: () => openIncident(record) } }, plain(record.at).slice(11, 19), el('span', { class: 'sr' }, ' the whole way of this alert')),
    ' ', badge(record.outcome), ` ${plain(record.function)}: `, plain(record.message ?? record.detail, 160)))));
}

// what a person would type to do the same; names are those of objects that exist
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const BY_HAND = {
  'delete-pod': (record) => `kubectl -n ${record.namespace} delete pod ${record.targetName} --grace-period=5`,
  'snapshot-logs': (record) => `kubectl -n ${record.namespace} logs ${record.targetName} --all-containers --timestamps`,
  'cordon-node': (record) => `kubectl cordon ${record.targetName}`,
  'suspend-workload': (record) => (record.targetKind === 'Deployment' || record.targetKind === 'StatefulSet' ? `kubectl -n ${record.namespace} scale ${record.targetKind.toLowerCase()} ${record.targetName} --replicas=0` : ''),
  'isolate-network': (record) => `kubectl -n ${record.namespace} get networkpolicy falco-response-${record.targetUid} -o yaml`,
};
const byHand = (record) => (['acted', 'previewed'].includes(record.outcome) && [record.namespace, record.targetName, record.targetUid].every((name) => !name || NAME.test(name))
  ? BY_HAND[record.action]?.(record) : '') || '';

function openIncident(record) {
  const entry = wayOf.get(record);
  const commands = [...new Set(entry.answers.map((answer) => byHand(recordOf(answer))).filter(Boolean))];
  $('way').replaceChildren(resultOf(entry, true));
  $('by-hand').replaceChildren(...(commands.length === 0 ? [] : [el('h3', {}, 'By hand'), el('pre', { tabindex: 0 }, commands.join('\n'))]));
  $('incident').showModal();
}

const has = (text, part) => String(text ?? '').toLowerCase().includes(part.toLowerCase());
const isChosen = (record) => (!$('by-action').value || record.function === $('by-action').value)
  && (!$('by-outcome').value || (record.outcome ?? 'no answer') === $('by-outcome').value)
  && has(record.rule, $('by-rule').value) && has(record.namespace, $('by-namespace').value);

$('export').addEventListener('click', () => {
  const text = records.filter(isChosen).map(({ original, ...record }) => JSON.stringify(record) + '\n').join('');
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  el('a', { href: url, download: 'history.jsonl' }).click();
  URL.revokeObjectURL(url);
});

function drawHistory() {
  const rows = records.filter(isChosen);
  const chosenLetters = letters.filter(isChosen);
  $('history-count').textContent = `${rows.length} of ${records.length} records`;
  $('records').replaceChildren(
    el('thead', {}, el('tr', {}, ...['When', 'Action', 'Outcome', 'Rule', 'Pod', 'Message'].map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.slice(0, maxRows).map((record) => el('tr', {},
      el('td', {}, el('button', { type: 'button', class: 'link', on: { click: () => openRecord(record.original ?? record) } }, plain(record.at).slice(11, 23),
        el('span', { class: 'sr' }, ' the record as JSON'))),
      el('td', {}, plain(record.function)),
      el('td', {}, badge(record.outcome), ' ', plain(record.reason)),
      el('td', {}, plain(record.rule, 80)),
      el('td', {}, record.pod ? `${plain(record.namespace)}/${plain(record.pod)}` : ''),
      el('td', {}, plain(record.message ?? record.detail, 160), record.details?.location
        ? el('button', { type: 'button', on: { click: handler(() => openEvidence(record.details.location)) } }, 'Open its evidence') : undefined)))));
  if (rows.length > maxRows) {
    $('records').append(el('tfoot', {}, el('tr', {}, el('td', { colspan: 6 },
      el('button', { type: 'button', on: { click: () => { maxRows += 500; drawHistory(); } } }, `Show more of ${rows.length}`)))));
  }
  $('letters').replaceChildren(...(chosenLetters.length === 0 ? [el('li', { class: 'quiet' }, letters.length === 0 ? 'It is empty.' : 'None of these.')] : chosenLetters.slice(0, maxRows).map((letter) => el('li', {},
    `${plain(letter.at).slice(11, 23)} ${plain(letter.title, 80)}: knativeerrorcode ${letter.knativeerrorcode} from ${plain(letter.knativeerrordest)}: `,
    plain(letter.knativeerrordata?.detail ?? letter.knativeerrordata, 200)))));
}
['by-action', 'by-outcome', 'by-rule', 'by-namespace'].forEach((id) => ['input', 'change'].forEach((event) => $(id).addEventListener(event, drawHistory)));
$('filters').addEventListener('submit', (event) => event.preventDefault());

function openText(title, text) {
  $('details-title').textContent = title;
  $('details-text').textContent = text;
  $('details').showModal();
}
const openRecord = (record) => openText('Record', JSON.stringify(record ?? {}, null, 2));

async function openEvidence(location) {
  const evidence = await load('/api/evidence?location=' + encodeURIComponent(location));
  const lines = evidence.objects.map((object) => `${object.intact ? 'intact' : 'ALTERED'} ${object.name} (${object.bytes} bytes, SHA-256 ${object.sha256})`);
  openText('Evidence', [location, `complete: ${evidence.complete}`, '', ...lines, '', ...evidence.text.split('\n')].map((line) => plain(line, 20000)).join('\n'));
}

// ---- settings

let drawnSettings;

async function loadSettings() {
  const all = await load('/api/settings');
  functionNames = all.map((fn) => fn.name);
  drawOverview();
  // unchanged settings are not redrawn, so that typed text stays
  if (JSON.stringify(all) === drawnSettings) return;
  drawnSettings = JSON.stringify(all);
  $('functions').replaceChildren(...all.map((fn) => {
    const result = el('output', { 'aria-live': 'polite' });
    const name = el('input', { required: true, value: 'RESPONSE_BUDGET', autocomplete: 'off', spellcheck: 'false' });
    const value = el('input', { value: '20', autocomplete: 'off', spellcheck: 'false' });
    return el('section', { 'aria-label': fn.name }, el('h3', {}, fn.name), el('p', { class: fn.health === 'ready' ? 'quiet' : 'error' }, plain(fn.health)),
      el('dl', {}, ...fn.settings.flatMap((s) => [el('dt', {}, plain(s.name)),
        el('dd', {}, el(s.isDefault ? 'span' : 'strong', {}, plain(s.value) || 'none'), s.isDefault ? ' (default)' : ' (set)', s.meaning ? `: ${plain(s.meaning)}` : '')])),
      el('form', {
        on: {
          submit: handler(async () => {
            result.textContent = 'Starting the function …';
            const answer = await load('/api/try', { function: fn.name, name: name.value, value: value.value });
            result.textContent = plain(answer.result);
          }),
        },
      }, el('label', {}, 'Setting ', name), el('label', {}, 'Value ', value), el('button', {}, 'Try'), result));
  }));
}

// ---- updates

const loaders = { history: loadHistory, cluster: loadCluster, state: async () => { await loadState(); await Promise.all([loadCluster(), loadSettings()]); } };
const due = new Set();
let busy = false;

// runs one loader after the other; updates that arrive within a moment are combined
async function update(name) {
  if (name.startsWith('progress ')) $('progress').textContent = plain(name.slice(9));
  if (loaders[name]) due.add(name);
  if (busy || due.size === 0) return;
  busy = true;
  await new Promise((resolve) => { setTimeout(resolve, 150); });
  while (due.size > 0) {
    const [next] = due;
    due.delete(next);
    await loaders[next]().catch(showError);
  }
  busy = false;
}

function listen() {
  const stream = new EventSource('/api/live');
  stream.onmessage = (event) => update(event.data);
  // after a broken connection everything may have changed
  stream.onopen = () => {
    reloadAll = true;
    showError();
    Object.keys(loaders).forEach(update);
  };
  stream.onerror = () => showError('./play does not answer; the page may be out of date');
}

show();
handler(async () => {
  await loadState();
  // a loader that fails is run again with the next update
  await Promise.all([loadRules, loadCluster, loadHistory, loadSettings].map((loader) => loader().catch(showError)));
  await loadRecorded().catch(showError);
  document.body.dataset.ready = true;
  listen();
})();
