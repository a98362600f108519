/** An element of SVG as text. Attributes are escaped, and so is a child that is not an element. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Element[]
): Element {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? round(value) : value)}"`)
    .join('');
  return { markup: `<${name}${written}>${children.map(({ markup }) => markup).join('')}</${name}>` };
}

/** Part of a picture. */
export interface Element {
  readonly markup: string;
}

/** Words within an element. */
export function words(text: string): Element {
  return { markup: escape(text) };
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
