// Shows one area of the page at a time, and loads what has changed.
import { loadCluster } from './cluster.js';
import { $, handler, load, plain, showError } from './dom.js';
import { drawHistory, loadHistory } from './history.js';
import { model } from './model.js';
import { loadRecorded } from './replay.js';
import { loadRules } from './rules.js';
import { loadSettings } from './settings.js';

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
  drawHistory();
}
addEventListener('hashchange', show);

// ---- preview or act

async function loadState() {
  model.state = await load('/api/state');
  const { state } = model;
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
    await load('/api/mode', { act: !model.state.acts && model.state.ended === 0, confirm: $('confirm').value });
  } finally {
    $('confirm').value = '';
    await loaders.state();
  }
}));

// ---- updates

// after a broken connection the history may be that of another ./play
let reloadAll = false;

const loaders = {
  history: async () => {
    await loadHistory(reloadAll);
    reloadAll = false;
  },
  cluster: loadCluster,
  state: async () => {
    await loadState();
    await Promise.all([loadCluster(), loadSettings()]);
  },
};
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
