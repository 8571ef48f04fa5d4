// When what was answered, as bars by outcome; a part of it can be chosen, and the history shows only that part.
import uPlot from '/uplot.js';
import { $, badge, el } from './dom.js';
import { counted, timeOf } from './model.js';

const BARS = 60;
const MIN_SPAN = 1000;
// from the bottom to the top of a bar, each with the colour of its outcome
const OUTCOMES = ['acted', 'previewed', 'skipped', 'denied', 'failed', 'rejected', 'told', 'unrouted'];
const layerOf = (outcome) => (OUTCOMES.includes(outcome) ? OUTCOMES.indexOf(outcome) : OUTCOMES.indexOf('failed'));

let chart;
let chosen; // [from, to] in milliseconds; undefined when all are shown
let shown = [0, 1];
let extent = [0, 1];
let changed = () => {};

export const isInWindow = (record) => !chosen || (timeOf(record) >= chosen[0] && timeOf(record) <= chosen[1]);

function choose(from, to) {
  const span = Math.max(to - from, MIN_SPAN);
  chosen = span >= extent[1] - extent[0] ? undefined : [from, from + span];
  changed();
}

const zoom = (factor) => {
  const middle = (shown[0] + shown[1]) / 2;
  const half = ((shown[1] - shown[0]) * factor) / 2;
  choose(middle - half, middle + half);
};
const move = (part) => {
  if (!chosen) return;
  const step = (shown[1] - shown[0]) * part;
  choose(shown[0] + step, shown[1] + step);
};

export function startTimeline(onChange) {
  changed = onChange;
  $('zoom-in').addEventListener('click', () => zoom(0.5));
  $('zoom-out').addEventListener('click', () => zoom(2));
  $('earlier').addEventListener('click', () => move(-0.5));
  $('later').addEventListener('click', () => move(0.5));
  $('zoom-all').addEventListener('click', () => { chosen = undefined; changed(); });
  new ResizeObserver(() => { if (chart && !$('chart').closest('[hidden]')) chart.setSize(size()); }).observe($('chart'));
  // the colours are read when the chart is made
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { chart?.destroy(); chart = undefined; changed(); });
}

const clockOf = (millis) => new Date(millis).toISOString().slice(11, 19);
const size = () => ({ width: Math.max($('chart').clientWidth, 200), height: 160 });

// the bars are drawn one over the other: the whole bar first, the lowest part last
function bars(records) {
  const width = (shown[1] - shown[0]) / BARS;
  const counts = OUTCOMES.map(() => new Array(BARS).fill(0));
  records.forEach((record) => {
    const bar = Math.max(0, Math.min(BARS - 1, Math.floor((timeOf(record) - shown[0]) / width)));
    counts[layerOf(record.outcome)][bar] += 1;
  });
  for (let layer = 1; layer < OUTCOMES.length; layer += 1) {
    for (let bar = 0; bar < BARS; bar += 1) counts[layer][bar] += counts[layer - 1][bar];
  }
  return [Array.from({ length: BARS }, (_, bar) => (shown[0] + (bar + 0.5) * width) / 1000), ...counts.reverse()];
}

function make(data) {
  const style = getComputedStyle($('chart'));
  const ink = style.getPropertyValue('--quiet');
  const axis = { stroke: ink, grid: { stroke: style.getPropertyValue('--soft'), width: 1 }, ticks: { stroke: style.getPropertyValue('--soft'), width: 1 } };
  return new uPlot({
    ...size(),
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
    scales: { x: { range: () => shown.map((time) => time / 1000) }, y: { range: (_, __, max) => [0, Math.max(max, 1)] } },
    axes: [{ ...axis, values: (_, times) => times.map((time) => clockOf(time * 1000)) }, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] }],
    series: [{}, ...[...OUTCOMES].reverse().map((outcome) => ({
      label: outcome, fill: style.getPropertyValue(`--${outcome}`), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.9] }),
    }))],
    hooks: {
      setSelect: [(plot) => {
        const { left, width } = plot.select;
        if (width < 4) return;
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        choose(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000);
      }],
    },
  }, data, $('chart'));
}

// records: those that the other filters let through, newest first
export function drawTimeline(records) {
  const from = records.length === 0 ? Date.now() - MIN_SPAN : timeOf(records.at(-1));
  const to = records.length === 0 ? Date.now() : timeOf(records[0]);
  extent = [from, Math.max(to, from + MIN_SPAN)];
  shown = chosen ?? extent;
  const inside = records.filter(isInWindow);
  const data = bars(inside);
  if (chart) chart.setData(data);
  else chart = make(data);
  const outcomes = counted(inside.map((record) => record.outcome ?? 'no answer'));
  $('chart').setAttribute('aria-label', `${inside.length} answers from ${clockOf(shown[0])} to ${clockOf(shown[1])}`);
  $('window').textContent = `${clockOf(shown[0])} to ${clockOf(shown[1])} UTC`;
  $('outcomes').replaceChildren(...outcomes.map(([outcome, count]) => el('li', { class: `key ${OUTCOMES[layerOf(outcome)]}` }, badge(outcome), ` ${count}`)));
  ['zoom-out', 'earlier', 'later', 'zoom-all'].forEach((id) => { $(id).ariaDisabled = chosen ? null : 'true'; });
}
