// The pods of the cluster, and what protects them.
import { $, button, el, fill, handler, load, plain } from './dom.js';
import { drawHeld } from './held.js';
import { drawFollowUps } from './incident.js';
import { model } from './model.js';
import { offerPods } from './replay.js';

let drawn = '';

export async function loadCluster() {
  model.cluster = await load('/api/cluster');
  // unchanged content is not redrawn, so that buttons keep their focus
  const current = JSON.stringify([model.cluster, model.state.acts]);
  if (current === drawn) return;
  drawn = current;
  const focused = document.activeElement?.getAttribute('aria-label');
  draw();
  if (focused) document.querySelector(`main [aria-label="${CSS.escape(focused)}"]`)?.focus();
}

function draw() {
  const { hidden, pods, policies } = model.cluster;
  offerPods();
  $('hidden').textContent = hidden.length === 0 ? '' : `You are not allowed to list ${hidden.join(', ')}.`;
  drawHeld();
  drawFollowUps();
  const namespaces = [...new Set(pods.map((pod) => pod.namespace))].sort();
  $('pods').replaceChildren(...namespaces.map((namespace) => el('section', {}, el('h4', {}, plain(namespace)),
    el('ul', { class: 'pods' }, ...pods.filter((pod) => pod.namespace === namespace).map(podLine)))));
  fill($('policies'), policies.map((policy) => el('li', {}, `${plain(policy.namespace)}/${plain(policy.name)}`)), 'There are none.');
}

function podLine(pod) {
  const flags = [pod.isolated && 'isolated', pod.exempt && 'exempt', pod.terminating && 'terminating'].filter(Boolean);
  const label = pod.exempt ? 'No longer exempt' : 'Exempt';
  return el('li', {}, `${plain(pod.name)} `, el('span', { class: 'quiet' }, `${plain(pod.owner)} ${flags.join(', ')} `),
    button(label, handler(() => load('/api/exempt', { namespace: pod.namespace, pod: pod.name, exempt: !pod.exempt })),
      { disabled: !model.state.acts, 'aria-label': `${label} ${pod.namespace}/${pod.name}` }));
}
