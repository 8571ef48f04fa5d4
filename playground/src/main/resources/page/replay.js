// Sends alerts: recorded ones, stories made of them, or anything that is pasted or uploaded.
import { resultOf } from './answers.js';
import { $, el, handler, lines, load, plain, request, setOptions, showError } from './dom.js';
import { model } from './model.js';

// a pod on which the functions can act, because the recorded pod does not exist here
export const suitablePod = () => model.cluster.pods.find((each) => each.owner.startsWith('ReplicaSet/') && !each.namespace.startsWith('kube-') && !each.isolated && !each.terminating) ?? model.cluster.pods[0];

function choosePod() {
  const pod = suitablePod();
  if (pod) $('about').value = `${pod.namespace}/${pod.name}`;
}

export function offerPods() {
  const before = $('about').value;
  setOptions($('about'), 'the recorded pod', model.cluster.pods.map((pod) => `${pod.namespace}/${pod.name}`));
  if (before && !$('about').value) {
    choosePod();
    if ($('text').value === composed) compose().catch(showError);
  }
}

// a recorded alert, told as another rule; some need a pod that runs on a node, or that a workload has created
const STORIES = {
  'A shell in a pod': ['terminal-shell-in-container-pod', 'Terminal shell in container'],
  'A reverse shell': ['terminal-shell-in-container-pod', 'Redirect STDOUT/STDIN to Network Connection in Container'],
  'A program that was not in the image': ['drop-and-execute-new-binary', 'Drop and execute new binary in container'],
  'A search for keys': ['terminal-shell-in-container-pod', 'Search Private Keys or Passwords'],
  'An escape to the node': ['terminal-shell-in-container-pod', 'Detect release_agent File Container Escapes', {}, 'shop/builder-0'],
  'An image that is not allowed': ['terminal-shell-in-container-pod', 'Launch Disallowed Container', {}, 'shop/queue-0'],
  'A stolen credential': ['k8saudit-attach-exec-pod', 'Disallowed K8s User', { 'ka.user.name': 'mallory' }],
};

const retold = (alert, rule, fields = {}) => ({ ...alert, rule, output: `${rule} (a story of the playground)`, output_fields: { ...alert.output_fields, ...fields } });

export async function loadRecorded() {
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
$('recorded').addEventListener('change', handler(async () => {
  const about = STORIES[$('recorded').value]?.[3];
  if (about && [...$('about').options].some((option) => option.value === about)) $('about').value = about;
  else if (Object.values(STORIES).some((story) => story[3] === $('about').value)) choosePod();
  await compose();
}));
$('about').addEventListener('change', handler(compose));

$('file').addEventListener('change', handler(async () => {
  const [file] = $('file').files;
  if (file) $('text').value = await file.text();
  $('text-error').textContent = '';
  $('file').value = '';
}));

// shows the first answers whole, and counts the others
async function showAnswers(answers, sent) {
  $('results').replaceChildren();
  $('bar').max = sent;
  let answered = 0;
  let notSent = 0;
  for await (const entry of answers) {
    answered += 1;
    if (entry.error) notSent += 1;
    if (answered <= 20) $('results').append(entry.error ? el('li', { class: 'error' }, plain(entry.error)) : resultOf(entry, sent === 1));
    $('bar').value = answered;
    if (answered < sent) $('sent').textContent = `${answered} of ${sent} answered`;
  }
  if (answered < sent) throw new Error(`./play ended when ${answered} of ${sent} were answered`);
  if (sent > 20) $('results').append(el('li', { class: 'quiet' }, `… and ${sent - 20} more, in the history`));
  $('sent').textContent = notSent ? `${sent - notSent} of ${sent} answered` : `${sent} answered`;
}

$('send').addEventListener('submit', handler(async () => {
  $('text-error').textContent = '';
  $('bar').removeAttribute('value');
  $('bar').classList.add('running');
  try {
    // an unedited recorded alert gets the present time again if the page has been open for a while
    if ($('text').value === composed && Date.now() - composedAt > 60_000) await compose();
    $('sent').textContent = 'Sent; waiting for the answers …';
    const answers = lines(await request('/api/send', { text: $('text').value, times: Number($('times').value) }));
    await showAnswers(answers, (await answers.next()).value.sent);
  } catch (error) {
    $('sent').textContent = '';
    $('text-error').textContent = plain(error.message);
    $('text').focus();
  } finally {
    $('bar').classList.remove('running');
  }
}));
