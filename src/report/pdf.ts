import { createRequire } from 'node:module';
import { version } from '../version.js';
import { numbersIn, Style } from './svgStyle.js';
import { parseXml, type XmlElement } from './xml.js';

/** What a PDF says of itself. */
export interface PdfOptions {
  readonly title: string;
  /** Now if left out; two files of the same figure and date are the same bytes. */
  readonly date?: Date;
}

/** CSS pixels are 1/96 inch, points of PDF 1/72. */
const POINTS = 72 / 96;
const FONT = '@expo-google-fonts/stix-two-math/400Regular/STIXTwoMath_400Regular.ttf';

/**
 * Draws an SVG that `lineChart` or another chart of this module wrote as a PDF of one page, as large as the figure. Lines and texts stay what
 * they are, set in STIX Two Math, of which the characters in use are embedded. PDFKit and the font are loaded here, at the first PDF.
 * @throws Error where the SVG has an element that no chart of this module has
 */
export async function svgToPdf(svg: string, { title, date = new Date() }: PdfOptions): Promise<Uint8Array> {
  const { default: PDFDocument } = await import('pdfkit');
  const root = parseXml(svg);
  const [width, height] = [Number(root.attributes.width), Number(root.attributes.height)];
  const doc = new PDFDocument({
    size: [width * POINTS, height * POINTS],
    margin: 0,
    info: { Title: title, Creator: `mirrorflow ${version}`, CreationDate: date },
    font: createRequire(import.meta.url).resolve(FONT),
  });
  const chunks: Uint8Array[] = [];
  const finished = new Promise<Uint8Array>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.scale(POINTS);
  const gradients = new Map(
    root.children
      .flatMap((child) => (typeof child !== 'string' && child.name === 'defs' ? child.children : []))
      .flatMap((child) => (typeof child === 'string' ? [] : [[child.attributes.id, child] as const])),
  );
  draw(root, new Style(), { doc, gradients });
  doc.end();
  return finished;
}

interface Page {
  readonly doc: PDFKit.PDFDocument;
  /** By their ids. */
  readonly gradients: ReadonlyMap<string, XmlElement>;
}

function draw(element: XmlElement, inherited: Style, page: Page): void {
  const { doc } = page;
  const { name, attributes: a } = element;
  if (name === 'defs' || a.display === 'none') return;
  const style = inherited.with(a);
  const number = (key: string) => Number(a[key] ?? 0);
  doc.save();
  transform(doc, a.transform ?? '');
  switch (name) {
    case 'svg':
    case 'g':
      if (a['clip-path'] !== undefined) throw new Error('PDF: clip-path is not drawn; draw the chart without clipping');
      for (const child of element.children) if (typeof child !== 'string') draw(child, style, page);
      break;
    case 'rect':
      paint(page, style, a, () => doc.rect(number('x'), number('y'), number('width'), number('height')));
      break;
    case 'line':
      paint(page, style, a, () => doc.moveTo(number('x1'), number('y1')).lineTo(number('x2'), number('y2')));
      break;
    case 'path':
      if (a.d !== undefined && a.d !== '') paint(page, style, a, () => doc.path(a.d));
      break;
    case 'text':
      write(doc, element, style);
      break;
    default:
      throw new Error(`PDF: <${name}> is not drawn; expected what Vega writes: g, rect, line, path and text`);
  }
  doc.restore();
}

function transform(doc: PDFKit.PDFDocument, text: string): void {
  for (const [, kind, list] of text.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [x = 0, y = 0] = numbersIn(list);
    if (kind === 'translate') doc.translate(x, y);
    else if (kind === 'rotate') doc.rotate(x);
    else if (kind === 'scale') doc.scale(x, numbersIn(list)[1] ?? x);
    else throw new Error(`PDF: the transform ${kind} is not drawn; expected translate, rotate or scale`);
  }
}

/** Fills and strokes a shape. @param shape makes it the current path */
function paint({ doc, gradients }: Page, style: Style, a: XmlElement['attributes'], shape: () => unknown): void {
  const { fill, stroke } = style;
  if (fill !== null) {
    shape();
    const gradient = gradients.get(/^url\(#(.*)\)$/.exec(fill)?.[1] ?? '');
    doc.fillOpacity(style.fillOpacity).fill(gradient === undefined ? fill : fillOf(doc, gradient, a));
  }
  if (stroke === null) return;
  shape();
  doc.lineWidth(style.lineWidth).lineCap(style.lineCap).lineJoin(style.lineJoin).miterLimit(style.miterLimit);
  if (style.dash.length > 0) doc.dash(style.dash[0], { space: style.dash[1] ?? style.dash[0] });
  if (style.dash.length > 2) doc.addContent(`[${style.dash.join(' ')}] 0 d`);
  doc.strokeOpacity(style.strokeOpacity).stroke(stroke).undash();
}

/** A linear gradient over a rectangle. @param box its path */
function fillOf(
  doc: PDFKit.PDFDocument,
  gradient: XmlElement,
  box: XmlElement['attributes'],
): PDFKit.Mixins.ColorValue {
  // Vega writes its rectangles as paths: M x,y h width v height.
  const [x, y, width, height] = numbersIn(box.d ?? '');
  const at = (key: string, from: number, length: number) => from + Number(gradient.attributes[key]) * length;
  const [x1, y1] = [at('x1', x, width), at('y1', y, height)];
  const fill = doc.linearGradient(x1, y1, at('x2', x, width), at('y2', y, height));
  for (const stop of gradient.children) {
    if (typeof stop === 'string') continue;
    fill.stop(
      Number(stop.attributes.offset),
      new Style().with({ fill: stop.attributes['stop-color'] }).fill ?? 'black',
    );
  }
  return fill as unknown as PDFKit.Mixins.ColorValue;
}

/** Writes a text with its runs, anchored where SVG says. */
function write(doc: PDFKit.PDFDocument, element: XmlElement, style: Style): void {
  const pieces: { text: string; size: number; dx: number; dy: number }[] = [];
  for (const child of element.children) {
    const own = typeof child === 'string' ? {} : child.attributes;
    const text = typeof child === 'string' ? child : child.children.filter((c) => typeof c === 'string').join('');
    const size = (style.fontSize * Number.parseFloat(own['font-size'] ?? '100%')) / 100;
    const em = (key: 'dx' | 'dy') => Number.parseFloat(own[key] ?? '0') * size;
    pieces.push({ text, size, dx: em('dx'), dy: em('dy') });
  }
  const widths = pieces.map(({ text, size, dx }) => dx + doc.fontSize(size).widthOfString(text));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const { x = '0', y = '0', 'text-anchor': anchor } = element.attributes;
  let left = Number(x) - (anchor === 'middle' ? whole / 2 : anchor === 'end' ? whole : 0);
  let base = Number(y);
  const bold = /^(bold|[6-9]00)$/.test(element.attributes['font-weight'] ?? '');
  doc.fillOpacity(style.fillOpacity).strokeOpacity(style.fillOpacity);
  doc.fillColor(style.fill ?? 'black').strokeColor(style.fill ?? 'black');
  for (const [i, { text, size, dx, dy }] of pieces.entries()) {
    base += dy;
    // The font has one weight: bold is a thin line about the characters.
    doc.fontSize(size).lineWidth(size * 0.03);
    doc.text(text, left + dx, base, { lineBreak: false, baseline: 'alphabetic', fill: true, stroke: bold });
    left += widths[i];
  }
}
