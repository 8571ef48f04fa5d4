// What the page knows; its parts read it, and page.js loads it.
import { plain } from './dom.js';

export const MAX_ENTRIES = 5000;

export const model = {
  state: {},
  functionNames: [],
  rules: [],
  cluster: { pods: [], nodes: [], policies: [], hidden: [], suspended: [], restricted: [], requests: [] },
  // newest first: what was sent, what was answered, what could not be delivered
  entries: [],
  records: [],
  letters: [],
};

// the entry of a record, and its time in milliseconds
const origins = new WeakMap();
export const entryOf = (record) => origins.get(record).entry;
export const timeOf = (record) => origins.get(record).time;

// an answer that is not JSON is shown as the message of a record
export const recordOf = (answer) => (answer.status === 204 ? { outcome: 'told' }
  : typeof answer.record === 'string' ? { message: answer.record || 'no answer' } : answer.record ?? {});

// one record per answer, with its event; an event that no Trigger matched gets a record too
function recordsOf(entry) {
  const event = { at: entry.at, rule: entry.rule, namespace: entry.namespace };
  const records = entry.answers.length === 0
    ? [{ ...event, function: 'none', outcome: 'unrouted', reason: '', message: 'No Trigger matches' }]
    : entry.answers.map((answer) => ({ ...event, ...recordOf(answer), status: answer.status, function: answer.function, original: answer.record }));
  records.forEach((record) => origins.set(record, { entry, time: Date.parse(entry.at) }));
  return records;
}

function lettersOf(entry) {
  const letters = entry.deadLetters.map((letter) => ({
    at: entry.at, title: entry.title, rule: entry.rule, namespace: entry.namespace, function: letter.knativeerrordest, outcome: letter.knativeerrordata?.outcome, ...letter,
  }));
  letters.forEach((letter) => origins.set(letter, { entry, time: Date.parse(entry.at) }));
  return letters;
}

export function forgetEntries() {
  model.entries = [];
  model.records = [];
  model.letters = [];
}

export function addEntries(newer) {
  model.entries = [...newer, ...model.entries].slice(0, MAX_ENTRIES);
  const oldest = model.entries.at(-1);
  model.records = [...newer.flatMap(recordsOf), ...model.records.filter((record) => entryOf(record).id >= oldest.id)];
  model.letters = [...newer.flatMap(lettersOf), ...model.letters].slice(0, MAX_ENTRIES);
}

// a request to undo, and the clock, have no rule; they pass other guards than alerts
export const isAlert = (entry) => entry.rule !== '';

export const keyOf = (place, record) => `${place}-${entryOf(record).id}-${record.function}`;

export const isAnswered = (record) => record.function !== 'none';

export const textOf = (record, maxLength) => plain(record.message ?? record.detail, maxLength);

export function counted(values) {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1));
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}
