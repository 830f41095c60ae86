/** Makes a text safe inside elements and quoted attributes of HTML and XML. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

export function unescapeXml(text: string): string {
  const characters: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    '#39': "'",
    '#x27': "'",
  };
  return text.replace(/&(amp|lt|gt|quot|apos|#39|#x27);/g, (_, name) => characters[name]);
}

/** An element of an XML document: its children are elements and texts. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/**
 * The tree of an XML text of elements, attributes in double quotes and texts: what Vega writes. Declarations are left out.
 * @throws Error where tags do not match
 */
export function parseXml(text: string): XmlElement {
  interface Open extends XmlElement {
    readonly children: (XmlElement | string)[];
  }
  const root: Open = { name: '', attributes: {}, children: [] };
  const stack: Open[] = [root];
  for (const [token, closing, name, attributes, alone] of text.matchAll(
    /<[?!][^>]*>|<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|[^<]+/g,
  )) {
    const parent = stack.at(-1) ?? root;
    if (name === undefined) {
      if (!token.startsWith('<')) parent.children.push(unescapeXml(token));
    } else if (closing === '/') {
      if (parent.name !== name) throw new Error(`XML: </${name}> closes <${parent.name}>`);
      stack.pop();
    } else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescapeXml(value)]);
      const element: Open = { name, attributes: Object.fromEntries(pairs), children: [] };
      parent.children.push(element);
      if (alone !== '/') stack.push(element);
    }
  }
  const element = root.children.find((child): child is XmlElement => typeof child !== 'string');
  if (stack.length !== 1 || element === undefined) throw new Error('XML: an element is not closed, or there is none');
  return element;
}
