// Everything that comes from an alert is put into the page as text (textContent), never as markup.
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

// what moves a cursor or turns the direction of text is shown as what it is
const plain = (text, most = 600) => {
  const visible = String(text ?? '').replace(/[\p{Cc}\p{Cf}]/gu, (c) => (c === '\n' || c === '\t' ? ' ' : '\uFFFD'));
  return visible.length > most ? visible.slice(0, most) + '…' : visible;
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

const ask = async (path, body) => (await request(path, body)).json();

// an answer of one JSON object a line, each as soon as it has come
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

function trouble(error) {
  $('trouble').textContent = error ? plain(error.message ?? error) : '';
  $('trouble').hidden = !error;
}

const guarded = (call) => async (event) => {
  event?.preventDefault?.();
  const button = event?.submitter ?? (event?.currentTarget instanceof HTMLButtonElement ? event.currentTarget : undefined);
  if (button) button.disabled = true;
  try {
    trouble();
    await call(event);
  } catch (error) {
    trouble(error);
  } finally {
    if (button) button.disabled = false;
  }
};

// ---- areas

function show() {
  // the link that skips to the content leads to the area that is shown
  if (location.hash === '#main') return;
  const wanted = location.hash.slice(1) || 'replay';
  const known = document.querySelector(`main > section[id="${CSS.escape(wanted)}"]`) ? wanted : 'replay';
  document.querySelectorAll('main > section').forEach((section) => { section.hidden = section.id !== known; });
  document.querySelectorAll('nav a').forEach((link) => {
    if (link.hash === '#' + known) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
}
addEventListener('hashchange', show);

// ---- preview or act

let state = {};

async function loadState() {
  state = await ask('/api/state');
  $('where').textContent = plain(state.cluster);
  const down = state.ended > 0;
  $('mode-now').textContent = down ? `${state.ended} of the functions ended by themselves` : state.acts ? 'The functions act' : 'The functions only preview';
  document.body.dataset.acts = state.acts;
  $('mode-button').textContent = down ? 'Start them anew, previewing' : state.acts ? 'Only preview' : 'Let them act';
  $('mode-button').hidden = !down && !state.acts && !state.mayAct;
  $('confirm-label').hidden = down || state.acts || !state.mayAct || !state.confirm;
  $('confirm-label').firstChild.textContent = `To act in ${plain(state.confirm)}, type its name `;
}

$('mode').addEventListener('submit', guarded(async () => {
  $('mode-now').textContent = 'Starting the functions anew …';
  try {
    await ask('/api/mode', { act: !state.acts && state.ended === 0, confirm: $('confirm').value });
  } finally {
    $('confirm').value = '';
    await loads.state();
  }
}));

// ---- replay

const GUARDS = [
  ['readable', 'unreadable'], ['rule', 'rule'], ['priority', 'priority'], ['names a pod', 'host', 'no-pod'],
  ['age', 'stale'], ['namespace', 'protected-namespace'], ['the very pod', 'not-found', 'replaced', 'terminating'],
  ['exempt', 'exempt'], ['owner', 'owner-kind'], ['not itself', 'self'], ['network', 'host-network'],
  ['not done yet', 'already-done'], ['cool-down', 'recently-handled'], ['budget', 'budget'],
];

// what an action never asks; a release and a notification have guards of their own
const NOT_ASKED = {
  'delete-pod': ['network', 'not done yet'], 'isolate-network': [], 'snapshot-logs': ['not itself', 'network'],
};
// what did not come so far tells nothing about them
const PASSED = ['acted', 'previewed', 'denied', 'skipped'];
// only what acts counts
const PACE = ['cool-down', 'budget'];

function guards(action, { outcome, reason }) {
  const asked = GUARDS.filter(([name]) => !NOT_ASKED[action].includes(name));
  const stopped = asked.findIndex(([, ...reasons]) => reasons.includes(reason));
  return el('ol', { class: 'guards', 'aria-label': 'Guards, in the order in which they are asked' }, ...asked.map(([name], i) => {
    const unasked = (stopped >= 0 && i > stopped) || (outcome === 'previewed' && PACE.includes(name));
    const how = unasked ? 'unasked' : i === stopped ? 'stopped' : 'passed';
    return el('li', { class: how }, `${name}`, el('span', { class: 'sr' }, ` ${how}`));
  }));
}

// the function's Server-Timing, as people say it
const STEPS = { event: 'alert read and judged', pod: 'pod found', guards: 'pod judged', act: 'done' };
const steps = (timing) => [...timing.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, millis]) => `${STEPS[name] ?? name} ${millis} ms`).join(' → ');

const badge = (outcome) => el('strong', { class: `outcome ${/^[a-z]+$/.test(outcome) ? outcome : 'none'}` }, plain(outcome || 'no answer', 20));

// what is no JSON is what the other side said in place of a record
const recordOf = (answer) => (typeof answer.record === 'string' ? { message: answer.record || 'no answer' } : answer.record ?? {});

function answerLine(answer) {
  const record = recordOf(answer);
  const place = record.details?.location;
  return el('li', {},
    el('p', {}, 'Trigger ', el('code', {}, plain(answer.trigger)), ' → ', el('code', {}, plain(answer.function)),
      ` · ${answer.millis.toFixed(1)} ms`, answer.attempts > 1 ? ` · ${answer.attempts} deliveries` : ''),
    answer.timing ? el('p', { class: 'quiet' }, plain(steps(answer.timing))) : undefined,
    NOT_ASKED[answer.function] && PASSED.includes(record.outcome) ? guards(answer.function, record) : undefined,
    el('p', {}, badge(record.outcome), ` ${plain(record.reason)} · HTTP ${answer.status}`),
    el('p', {}, plain(record.message ?? record.detail)),
    place ? el('p', {}, el('button', { type: 'button', on: { click: guarded(() => openEvidence(place)) } }, 'Open its evidence')) : undefined,
    el('p', {}, el('button', { type: 'button', on: { click: () => openRecord(answer.record) } }, 'The record as JSON')));
}

function wayOf(entry, alone) {
  return el('li', {},
    el('h4', {}, plain(entry.title)),
    el('p', { class: 'quiet' }, `Broker, ${entry.brokerMillis.toFixed(1)} ms: ${entry.triggers.length === 0 ? 'no Trigger asks for it' : entry.triggers.map((t) => plain(t)).join(', ')}`),
    el('ol', { class: 'answers' }, ...entry.answers.map(answerLine)),
    ...entry.deadLetters.map((letter) => el('p', { class: 'error' },
      `Dead letter to ${plain(letter.sink) || 'nobody: it is lost'}: ${letter.knativeerrorcode} from ${plain(letter.knativeerrordest)}`)),
    el('p', {}, entry.changes.length === 0 ? 'Cluster unchanged' : (alone ? 'Cluster: ' : 'Cluster, whoever of the burst did it: ') + entry.changes.map((c) => plain(c)).join('; ')));
}

// one that something can be done to: the recorded one is not here
function chooseSomePod() {
  const pod = cluster.pods.find((each) => each.owner.startsWith('ReplicaSet/') && !each.namespace.startsWith('kube-') && !each.quarantined && !each.terminating) ?? cluster.pods[0];
  if (pod) $('about').value = `${pod.namespace}/${pod.name}`;
}

async function loadRecorded() {
  const all = await ask('/api/recorded');
  $('recorded').replaceChildren(...all.map(({ name, actions }) =>
    el('option', { value: name }, `${name} → ${actions.length === 0 ? 'no function' : actions.join(', ')}`)));
  $('recorded').value = 'terminal-shell-in-container-pod';
  chooseSomePod();
  await compose();
}

let composed;
let composedAt;

async function compose() {
  const [namespace, pod] = $('about').value.split('/');
  const made = await ask('/api/compose', { name: $('recorded').value, namespace: namespace ?? '', pod: pod ?? '' });
  composed = made.text;
  composedAt = Date.now();
  $('text').value = composed;
  $('text-error').textContent = '';
}
$('recorded').addEventListener('change', guarded(compose));
$('about').addEventListener('change', guarded(compose));

$('file').addEventListener('change', guarded(async () => {
  const [file] = $('file').files;
  if (file) $('text').value = await file.text();
  $('text-error').textContent = '';
  $('file').value = '';
}));

$('send').addEventListener('submit', guarded(async () => {
  $('text-error').textContent = '';
  try {
    // a recorded alert that nobody has edited is of now, however long the page has been open
    if ($('text').value === composed && Date.now() - composedAt > 60_000) await compose();
    $('sent').textContent = 'Sent; waiting for the answers …';
    const answers = lines(await request('/api/send', { text: $('text').value, times: Number($('times').value) }));
    const { sent } = (await answers.next()).value;
    $('way').replaceChildren();
    let answered = 0;
    let refused = 0;
    for await (const entry of answers) {
      answered += 1;
      if (entry.error) refused += 1;
      if (answered <= 20) $('way').append(entry.error ? el('li', { class: 'error' }, plain(entry.error)) : wayOf(entry, sent === 1));
      if (answered < sent) $('sent').textContent = `${answered} of ${sent} answered`;
    }
    if (answered < sent) throw new Error(`./play ended when ${answered} of ${sent} were answered`);
    if (sent > 20) $('way').append(el('li', { class: 'quiet' }, `… and ${sent - 20} more, in the history`));
    $('sent').textContent = refused ? `${sent - refused} of ${sent} answered` : `${sent} answered`;
  } catch (error) {
    $('sent').textContent = '';
    $('text-error').textContent = plain(error.message);
    $('text').focus();
  }
}));

// ---- rule book

let rules = [];

async function loadRules() {
  rules = await ask('/api/rules');
  drawRules();
}

function drawRules() {
  const word = $('rule-search').value.toLowerCase();
  const actions = [...new Set(rules.flatMap((rule) => rule.triggers.map((t) => t.function)))].sort();
  const rows = rules.filter((rule) => JSON.stringify(rule).toLowerCase().includes(word));
  $('rule-table').replaceChildren(
    el('caption', {}, `${rows.length} of ${rules.length} rules`),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Rule'), ...actions.map((a) => el('th', { scope: 'col' }, a)),
      el('th', { scope: 'col' }, 'What it means, and why'))),
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

// ---- cluster

let cluster = { pods: [], policies: [], hidden: [] };
let drawn = '';

async function loadCluster() {
  cluster = await ask('/api/cluster');
  // what is as it was stays, buttons and the focus on them included
  const now = JSON.stringify([cluster, state.acts]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.getAttribute('aria-label');
  drawCluster();
  if (focused) document.querySelector(`#cluster [aria-label="${CSS.escape(focused)}"]`)?.focus();
}

function said(entry) {
  const record = entry.answers[0]?.record ?? {};
  $('cluster-said').textContent = `${plain(record.outcome ?? 'no answer')}: ${plain(record.message ?? record.detail)}`;
}

// an open list stays open while nothing new is in it, and what was chosen stays chosen while it is there
function options(select, first, values) {
  if (select.dataset.values === values.join()) return;
  const before = select.value;
  select.dataset.values = values.join();
  select.replaceChildren(el('option', { value: '' }, first), ...values.map((value) => el('option', { value }, plain(value, 300))));
  select.value = values.includes(before) ? before : '';
}

function drawCluster() {
  const before = $('about').value;
  const names = cluster.pods.map((pod) => `${pod.namespace}/${pod.name}`);
  options($('about'), 'as it was recorded', names);
  if (before && !$('about').value) {
    chooseSomePod();
    if ($('text').value === composed) compose().catch(trouble);
  }
  $('hidden').textContent = cluster.hidden.length === 0 ? '' : `You may not list here: ${cluster.hidden.join(', ')}.`;
  const held = cluster.pods.filter((pod) => pod.quarantined);
  $('quarantined').replaceChildren(...(held.length === 0 ? [el('li', { class: 'quiet' }, 'No pod is cut off.')] : held.map((pod) => el('li', {},
    el('strong', {}, `${plain(pod.namespace)}/${plain(pod.name)}`), el('br'),
    `for ${plain(pod.rule)}; ${pod.expires ? 'until ' + plain(pod.expires) : 'until someone releases it'} `,
    el('button', { type: 'button', on: { click: guarded(async () => said(await ask('/api/release', { namespace: pod.namespace, pod: pod.name }))) }, 'aria-label': `Release ${pod.namespace}/${pod.name}` }, 'Release')))));
  const namespaces = [...new Set(cluster.pods.map((pod) => pod.namespace))].sort();
  $('pods').replaceChildren(...namespaces.map((namespace) => el('section', {}, el('h4', {}, plain(namespace)),
    el('ul', { class: 'pods' }, ...cluster.pods.filter((pod) => pod.namespace === namespace).map(podLine)))));
  $('policies').replaceChildren(...(cluster.policies.length === 0 ? [el('li', { class: 'quiet' }, 'There is none.')]
    : cluster.policies.map((policy) => el('li', {}, `${plain(policy.namespace)}/${plain(policy.name)}`))));
}

function podLine(pod) {
  const flags = [pod.quarantined && 'quarantined', pod.exempt && 'exempt', pod.terminating && 'going'].filter(Boolean);
  return el('li', {}, `${plain(pod.name)} `, el('span', { class: 'quiet' }, `${plain(pod.owner)} ${flags.join(', ')} `),
    el('button', {
      type: 'button', disabled: !state.acts,
      'aria-label': `${pod.exempt ? 'No longer exempt' : 'Exempt'} ${pod.namespace}/${pod.name}`,
      on: { click: guarded(() => ask('/api/exempt', { namespace: pod.namespace, pod: pod.name, exempt: !pod.exempt })) },
    }, pod.exempt ? 'No longer exempt' : 'Exempt'));
}

// ---- history

let entries = [];
let records = [];
let letters = [];
let most = 100;
// after a break all of it may be of another ./play
let anew = false;

// each answer is a record with where it came from; what nobody asked for is one too
const recordsOf = (entry) => (entry.answers.length === 0
  ? [{ at: entry.at, function: 'none', outcome: 'unrouted', reason: '', rule: entry.rule, namespace: entry.namespace, message: 'No Trigger asks for it' }]
  : entry.answers.map((answer) => ({ at: entry.at, rule: entry.rule, namespace: entry.namespace, ...recordOf(answer), status: answer.status, function: answer.function, original: answer.record })));
const lettersOf = (entry) => entry.deadLetters.map((letter) => ({
  at: entry.at, title: entry.title, rule: entry.rule, namespace: entry.namespace, function: letter.knativeerrordest, outcome: letter.knativeerrordata?.outcome, ...letter,
}));

async function loadHistory() {
  if (anew) entries = [];
  anew = false;
  const newer = await ask('/api/history?since=' + (entries[0]?.id ?? 0));
  entries = [...newer, ...entries].slice(0, 5000);
  records = entries.flatMap(recordsOf);
  letters = entries.flatMap(lettersOf);
  for (const [id, key] of [['by-action', 'function'], ['by-outcome', 'outcome']]) {
    const values = [...new Set([...records, ...letters].map((record) => record[key] ?? 'no answer'))].sort();
    options($(id), 'any', values);
  }
  drawHistory();
}

const has = (text, part) => String(text ?? '').toLowerCase().includes(part.toLowerCase());
const isChosen = (record) => (!$('by-action').value || record.function === $('by-action').value)
  && (!$('by-outcome').value || (record.outcome ?? 'no answer') === $('by-outcome').value)
  && has(record.rule, $('by-rule').value) && has(record.namespace, $('by-namespace').value);

$('export').addEventListener('click', () => {
  const text = records.filter(isChosen).map(({ original, ...record }) => JSON.stringify(record) + '\n').join('');
  const address = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  el('a', { href: address, download: 'history.jsonl' }).click();
  URL.revokeObjectURL(address);
});

function drawHistory() {
  const rows = records.filter(isChosen);
  const lost = letters.filter(isChosen);
  $('history-count').textContent = `${rows.length} of ${records.length} records`;
  $('records').replaceChildren(
    el('thead', {}, el('tr', {}, ...['When', 'Action', 'Outcome', 'Rule', 'Pod', 'Message'].map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.slice(0, most).map((record) => el('tr', {},
      el('td', {}, el('button', { type: 'button', class: 'link', on: { click: () => openRecord(record.original ?? record) } }, plain(record.at).slice(11, 23),
        el('span', { class: 'sr' }, ' the record as JSON'))),
      el('td', {}, plain(record.function)),
      el('td', {}, badge(record.outcome), ' ', plain(record.reason)),
      el('td', {}, plain(record.rule, 80)),
      el('td', {}, record.pod ? `${plain(record.namespace)}/${plain(record.pod)}` : ''),
      el('td', {}, plain(record.message ?? record.detail, 160), record.details?.location
        ? el('button', { type: 'button', on: { click: guarded(() => openEvidence(record.details.location)) } }, 'Open its evidence') : undefined)))));
  if (rows.length > most) {
    $('records').append(el('tfoot', {}, el('tr', {}, el('td', { colspan: 6 },
      el('button', { type: 'button', on: { click: () => { most += 500; drawHistory(); } } }, `Show more of ${rows.length}`)))));
  }
  $('letters').replaceChildren(...(lost.length === 0 ? [el('li', { class: 'quiet' }, letters.length === 0 ? 'It is empty.' : 'None of these.')] : lost.slice(0, most).map((letter) => el('li', {},
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

async function openEvidence(place) {
  const evidence = await ask('/api/evidence?location=' + encodeURIComponent(place));
  const lines = evidence.objects.map((object) => `${object.intact ? 'intact' : 'ALTERED'} ${object.name} (${object.bytes} bytes, SHA-256 ${object.sha256})`);
  openText('Evidence', [place, `complete: ${evidence.complete}`, '', ...lines, '', ...evidence.text.split('\n')].map((line) => plain(line, 20000)).join('\n'));
}

// ---- settings

let drawnSettings;

async function loadSettings() {
  const all = await ask('/api/settings');
  // what somebody is typing there stays
  if (JSON.stringify(all) === drawnSettings) return;
  drawnSettings = JSON.stringify(all);
  $('functions').replaceChildren(...all.map((fn) => {
    const said = el('output', { 'aria-live': 'polite' });
    const name = el('input', { required: true, value: 'RESPONSE_BUDGET', autocomplete: 'off', spellcheck: 'false' });
    const value = el('input', { value: '20', autocomplete: 'off', spellcheck: 'false' });
    return el('section', { 'aria-label': fn.name }, el('h3', {}, fn.name), el('p', { class: fn.health === 'ready' ? 'quiet' : 'error' }, plain(fn.health)),
      el('dl', {}, ...fn.settings.flatMap((s) => [el('dt', {}, plain(s.name)),
        el('dd', {}, el(s.isDefault ? 'span' : 'strong', {}, plain(s.value) || 'none'), s.isDefault ? ' (default)' : ' (set)', s.meaning ? `: ${plain(s.meaning)}` : '')])),
      el('form', {
        on: {
          submit: guarded(async () => {
            said.textContent = 'Starting it …';
            const answer = await ask('/api/try', { function: fn.name, name: name.value, value: value.value });
            said.textContent = plain(answer.said);
          }),
        },
      }, el('label', {}, 'Setting ', name), el('label', {}, 'Value ', value), el('button', {}, 'Try'), said));
  }));
}

// ---- news

const loads = { history: loadHistory, cluster: loadCluster, state: async () => { await loadState(); await Promise.all([loadCluster(), loadSettings()]); } };
const due = new Set();
let busy = false;

// one after the other, and what is told many times in a moment only once
async function fresh(word) {
  if (word.startsWith('progress ')) $('progress').textContent = plain(word.slice(9));
  if (loads[word]) due.add(word);
  if (busy || due.size === 0) return;
  busy = true;
  await new Promise((resolve) => { setTimeout(resolve, 150); });
  while (due.size > 0) {
    const [next] = due;
    due.delete(next);
    await loads[next]().catch(trouble);
  }
  busy = false;
}

function listen() {
  const stream = new EventSource('/api/live');
  stream.onmessage = (event) => fresh(event.data);
  // after a break everything may be new
  stream.onopen = () => {
    anew = true;
    trouble();
    Object.keys(loads).forEach(fresh);
  };
  stream.onerror = () => trouble('./play does not answer: what is shown is what was known last');
}

show();
guarded(async () => {
  await loadState();
  // one that fails for now is asked again with the next news
  await Promise.all([loadRules, loadCluster, loadHistory, loadSettings].map((load) => load().catch(trouble)));
  await loadRecorded().catch(trouble);
  document.body.dataset.ready = true;
  listen();
})();
