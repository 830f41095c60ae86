import type { TopLevelSpec } from 'vega-lite';
import { typesetSvg } from './typeset.js';

/** Colours that stay apart for colour-blind readers (Okabe and Ito). */
export const palette = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#7F7F7F'];

/**
 * Draws a Vega-Lite specification as an SVG text, without a browser. Vega takes a second to load, so it is loaded here, at
 * the first chart. Its texts are typeset: `typeset.ts` says how `θ_π` and `10^{-4}` are written.
 * @throws Error where the specification is wrong; the message is Vega's
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const compiled = vegaLite.compile(spec, {
    config: {
      background: 'white',
      font: 'system-ui, sans-serif',
      axis: { grid: true, gridColor: '#e8e8e8', domainColor: '#888', tickColor: '#888', titleFontWeight: 'normal' },
      title: { fontSize: 14, anchor: 'start' },
      view: { stroke: null },
      range: { category: palette },
    },
  });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return typesetSvg(await view.toSVG());
  } finally {
    view.finalize();
  }
}
