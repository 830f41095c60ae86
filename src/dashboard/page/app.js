import { lineChart, show } from './chart.js';
import { pictureShow } from './picture.js';
import { slices } from './slices.js';

/** Metrics kept at most; beyond, every other one is forgotten. */
const MAX_METRICS = 2000;
const byId = (id) => document.getElementById(id);
const text = (id, value) => {
  byId(id).textContent = value;
};

const curveSeries = [
  { name: 'training, 100 episodes', colour: 'blue' },
  { name: 'evaluation', colour: 'orange', dots: true },
];
const divergenceSeries = [
  { name: 'greatest, Kₜ', colour: 'orange' },
  { name: 'mean', colour: 'blue' },
];
legend('curve-legend', curveSeries);
legend('divergence-legend', divergenceSeries);
const curve = lineChart(byId('curve'), {
  label: 'Mean return against steps',
  empty: 'The curve begins with the first episode that ends.',
  series: curveSeries,
});
const divergence = lineChart(byId('divergence'), {
  label: 'KL divergence of the policy from the reference measure against steps',
  empty: 'The divergence is known after the first update.',
  series: divergenceSeries,
});
const maps = slices();
const pictures = pictureShow((observation) => maps.see(observation));

let config = null;
let metrics = [];
let evaluations = [];
let ended = false;
/** For the speed: where training was about two seconds ago. */
let marks = [];

function legend(id, series) {
  for (const { name, colour } of series) {
    const item = document.createElement('li');
    item.className = colour;
    item.textContent = name;
    byId(id).append(item);
  }
}

function state(name, message) {
  document.body.dataset.state = name;
  text('status-text', message);
}

function begin(data) {
  ({ config, metrics, evaluations } = data);
  const { env, seed, tau, gamma, features, critic, actor } = config;
  document.title = `${env.id} – mirrorflow`;
  text('environment', env.id);
  const temperature = typeof tau === 'number' ? `τ ${tau}` : `τ ${tau.type}`;
  text(
    'settings',
    `seed ${seed} · γ ${gamma} · ${temperature} · ${features.type} · ${critic.type} · ${actor.type} mirror step`,
  );
  text('footer', `mirrorflow ${data.version} · Picture, value and policy are computed only while this page is seen.`);
  state(
    data.space === null ? 'connecting' : 'live',
    data.space === null ? 'Environments are being made …' : 'Training',
  );
  maps.begin(data.space, data.actions);
  if (data.space !== null) pictures.start();
  if (metrics.length > 0) numbers(metrics.at(-1));
  lastEvaluation();
  draw();
}

function onMetrics(m) {
  metrics.push(m);
  if (metrics.length > MAX_METRICS) metrics = metrics.filter((_, i) => i % 2 === 1);
  numbers(m);
  draw();
}

function numbers(m) {
  byId('progress').max = config.totalSteps;
  byId('progress').value = m.steps;
  text('steps', show(m.steps, 12));
  text('steps-note', `of ${show(config.totalSteps, 12)} at most`);
  text('return', show(m.meanReturn));
  text('return-note', `${show(m.episodes)} episodes so far`);
  text('kl-max', show(m.klMax, 3));
  text('entropy', show(m.entropy, 3));
  marks = [...marks.filter((mark) => m.seconds - mark.seconds < 3), m];
  const first = marks[0];
  if (m.seconds - first.seconds > 0.3) {
    const speed = (m.steps - first.steps) / (m.seconds - first.seconds);
    text('speed', show(Math.round(speed)));
    const left = (config.totalSteps - m.steps) / speed;
    text('left', duration(left));
  }
  text('left-note', `${duration(m.seconds)} so far`);
}

function lastEvaluation() {
  const { threshold, episodes } = config.evaluation;
  const last = evaluations.at(-1);
  if (last) text('evaluation', show(last.mean));
  text('evaluation-note', threshold === undefined ? `${episodes} episodes` : `threshold ${show(threshold)}`);
}

function draw() {
  const training = metrics.filter((m) => m.episodes > 0).map((m) => ({ x: m.steps, y: m.meanReturn }));
  const tested = evaluations.map((e) => {
    const error = e.std / Math.sqrt(e.episodes);
    return { x: e.steps, y: e.mean, low: e.mean - error, high: e.mean + error };
  });
  const { threshold } = config.evaluation;
  const rule = threshold === undefined ? null : { y: threshold, label: `threshold ${show(threshold)}` };
  const any = training.length + tested.length > 0;
  curve.set([training, tested], any ? rule : null);
  divergence.set([metrics.map((m) => ({ x: m.steps, y: m.klMax })), metrics.map((m) => ({ x: m.steps, y: m.kl }))]);
}

function end({ reason, message }) {
  ended = true;
  source.close();
  pictures.stop();
  maps.stop();
  const words = {
    threshold: 'Threshold reached: training has ended',
    totalSteps: 'Training has ended',
    aborted: 'Training was stopped',
    error: `Training failed: ${message}`,
  };
  state(reason === 'error' ? 'failed' : 'ended', words[reason]);
  text('left-title', 'Time');
  text('left', metrics.length > 0 ? duration(metrics.at(-1).seconds) : '–');
  text('left-note', 'in all');
}

function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

const source = new EventSource('events');
const on = (name, handle) => source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
on('begin', begin);
on('metrics', onMetrics);
on('evaluation', (evaluation) => {
  evaluations.push(evaluation);
  lastEvaluation();
  draw();
});
on('end', end);
source.addEventListener('error', () => {
  if (!ended) state('lost', 'Connection lost: training has ended or was killed. Trying again …');
});
