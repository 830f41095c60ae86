import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { ActorCritic, Config, Evaluation, Metrics } from '../agent/index.js';
import type { LogEntry } from '../report/runLog.js';
import { version } from '../version.js';
import { EventHub } from './events.js';
import { LocalServer, refuse } from './http.js';
import { Pace } from './pace.js';
import { PictureShow } from './picture.js';
import { type Cut, type StateSpace, sliceOf, stateSpaceOf } from './slice.js';

/** How training ended: by itself, by the user, or by an error. */
export interface End {
  reason: 'threshold' | 'totalSteps' | 'aborted' | 'error';
  message?: string;
}

/** The page's files, in the repository and in the package. */
const PAGE = new URL('../../src/dashboard/page/', import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  '': 'index.html',
  'style.css': 'style.css',
  'charts.css': 'charts.css',
  'app.js': 'app.js',
  'chart.js': 'chart.js',
  'colours.js': 'colours.js',
  'heatmap.js': 'heatmap.js',
  'picture.js': 'picture.js',
  'slices.js': 'slices.js',
};
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** Milliseconds between two metrics sent. */
const SEND_MS = 200;
/** Metrics kept for pages that come later; beyond, every other one is forgotten. */
const MAX_HISTORY = 1000;

/** A page in the browser that shows a training run as it goes (docs/tools.md). */
export class Dashboard {
  private readonly config: Config;
  private readonly python: string | undefined;
  private readonly hub = new EventHub();
  private readonly pace = new Pace(0.05, 500);
  private server!: LocalServer;
  private history: Metrics[] = [];
  private evaluations: Evaluation[] = [];
  private agent: ActorCritic | null = null;
  private show: PictureShow | null = null;
  private latest: Metrics | null = null;
  private sentAt = 0;
  private closed = false;

  /**
   * @param port 0 for a free one
   * @param python the Python to run the environment of the picture with
   * @throws ConfigError where the port cannot be had
   */
  static async start(port: number, config: Config, python?: string | undefined): Promise<Dashboard> {
    const dashboard = new Dashboard(config, python);
    dashboard.server = await LocalServer.start(port, (path, query, response) =>
      dashboard.answer(path, query, response),
    );
    return dashboard;
  }

  private constructor(config: Config, python: string | undefined) {
    this.config = config;
    this.python = python;
  }

  /** Where the page is; whoever has the address sees it. */
  get url(): string {
    return this.server.url;
  }

  /** Training has begun. @param entries what a resumed run has logged before */
  begin(agent: ActorCritic, entries: readonly LogEntry[]): void {
    this.agent = agent;
    this.show = new PictureShow(agent, this.python);
    for (const entry of entries) {
      if (entry.type === 'metrics') this.remember(entry);
      else this.evaluations.push(entry);
    }
    this.hub.send('begin', this.beginning());
  }

  metrics(metrics: Metrics): void {
    this.latest = metrics;
    const now = performance.now();
    if (now - this.sentAt < SEND_MS) return;
    this.sentAt = now;
    this.flush();
  }

  evaluation(evaluation: Evaluation): void {
    this.evaluations.push(evaluation);
    this.flush();
    this.hub.send('evaluation', evaluation);
  }

  /** Tells the pages that training has ended, and how; then nothing is served any more. A second call does nothing. */
  async close(end: End): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.flush();
    await Promise.all([this.hub.end('end', end), this.show?.close()]);
    this.server.close();
  }

  private flush(): void {
    if (this.latest === null) return;
    this.remember(this.latest);
    this.hub.send('metrics', this.latest);
    this.latest = null;
  }

  private remember(metrics: Metrics): void {
    this.history.push(metrics);
    if (this.history.length > MAX_HISTORY) this.history = this.history.filter((_, i) => i % 2 === 1);
  }

  /** What a page needs first. */
  private beginning() {
    const { config, history: metrics, evaluations } = this;
    return { version, config, metrics, evaluations, space: this.space, actions: this.actions };
  }

  private get space(): StateSpace | null {
    return this.agent && this.show ? stateSpaceOf(this.agent, this.show.seen) : null;
  }

  private get actions(): { kind: 'discrete'; count: number } | { kind: 'numbers'; count: number } | null {
    if (this.agent === null) return null;
    const { action } = this.agent.policy.features;
    return action.indicator ? { kind: 'discrete', count: action.size } : { kind: 'numbers', count: action.width };
  }

  private async answer(path: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (file !== undefined) {
      const type = TYPES[file.slice(file.lastIndexOf('.') + 1)];
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(readFileSync(new URL(file, PAGE)));
    } else if (path === 'events') this.hub.add(response, 'begin', this.beginning());
    else if (path === 'slice') await this.sendSlice(query, response);
    else if (path === 'frame') await this.sendFrame(response);
    else refuse(response, 404, `there is no ${path}`);
  }

  private async sendSlice(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const { agent, space } = this;
    if (agent === null || space === null) return refuse(response, 503, 'training has not begun');
    if (space.kind === 'none') return refuse(response, 404, space.reason);
    const cut = readCut(query, space);
    if (typeof cut === 'string') return refuse(response, 400, cut);
    const slice = await this.pace.run(() => sliceOf(agent, space, cut));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ space, ...slice }));
  }

  private async sendFrame(response: ServerResponse): Promise<void> {
    if (this.show === null) return refuse(response, 503, 'training has not begun');
    const { width, height, rgb, ...state } = await this.show.next();
    const headers = {
      'content-type': 'application/octet-stream',
      'x-picture': JSON.stringify({ width, height, ...state }),
    };
    response.writeHead(200, headers).end(rgb);
  }
}

/** @returns where to cut, or what is wrong with the query */
function readCut(query: URLSearchParams, space: StateSpace): Cut | string {
  if (space.kind !== 'numbers') return { x: 0, y: 0, at: [] };
  const inputs = space.low.length;
  const [x, y] = ['x', 'y'].map((key) => Number(query.get(key) ?? Number.NaN)) as [number, number];
  const within = (i: number) => Number.isInteger(i) && i >= 0 && i < inputs;
  if (!within(x) || !within(y) || x === y) return `x and y: expected two of 0 … ${inputs - 1}`;
  const at = (query.get('at') ?? '').split(',').map(Number);
  if (at.length !== inputs || !at.every(Number.isFinite)) return `at: expected ${inputs} numbers`;
  return { x, y, at };
}
