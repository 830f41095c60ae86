type Attributes = Readonly<Record<string, string | undefined>>;

/** The attributes of SVG that children inherit, and the opacity of the groups about them. */
export class Style {
  private readonly attributes: Attributes;
  private readonly opacity: number;

  constructor(attributes: Attributes = {}, opacity = 1) {
    this.attributes = attributes;
    this.opacity = opacity;
  }

  /** The style of an element inside. */
  with(own: Attributes): Style {
    const { opacity = '1', ...rest } = own;
    return new Style({ ...this.attributes, ...rest }, this.opacity * Number(opacity));
  }

  /** A colour, `url(#…)` of a gradient, or null for none. SVG fills in black where nothing is said. */
  get fill(): string | null {
    return colour(this.attributes.fill ?? 'black');
  }

  get stroke(): string | null {
    return this.lineWidth > 0 ? colour(this.attributes.stroke ?? 'none') : null;
  }

  get fillOpacity(): number {
    return this.opacity * Number(this.attributes['fill-opacity'] ?? 1);
  }

  get strokeOpacity(): number {
    return this.opacity * Number(this.attributes['stroke-opacity'] ?? 1);
  }

  get lineWidth(): number {
    return Number.parseFloat(this.attributes['stroke-width'] ?? '1');
  }

  get lineCap(): 'butt' | 'round' | 'square' {
    return (this.attributes['stroke-linecap'] ?? 'butt') as 'butt';
  }

  get lineJoin(): 'miter' | 'round' | 'bevel' {
    return (this.attributes['stroke-linejoin'] ?? 'miter') as 'miter';
  }

  get miterLimit(): number {
    return Number(this.attributes['stroke-miterlimit'] ?? 4);
  }

  /** Lengths of dashes and spaces; none for a line without spaces. */
  get dash(): number[] {
    const lengths = numbersIn(this.attributes['stroke-dasharray'] ?? '');
    return lengths.filter((_, i) => i % 2 === 1).every((space) => space === 0) ? [] : lengths;
  }

  /** In pixels. */
  get fontSize(): number {
    return Number.parseFloat(this.attributes['font-size'] ?? '11');
  }
}

export function numbersIn(list: string): number[] {
  return (list.match(/-?[\d.]+(?:e[+-]?\d+)?/gi) ?? []).map(Number);
}

/** A colour as PDFKit knows it: a name or #rrggbb. */
function colour(text: string): string | null {
  if (text === 'none' || text === 'transparent') return null;
  const rgb = /^rgb\((.*)\)$/.exec(text)?.[1];
  return rgb === undefined
    ? text
    : `#${numbersIn(rgb)
        .slice(0, 3)
        .map((x) => Math.round(x).toString(16).padStart(2, '0'))
        .join('')}`;
}
