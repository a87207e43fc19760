/** An element, as far as a test looks. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** What XML 1.0 allows: https://www.w3.org/TR/xml/#charsets */
const NOT_ALLOWED = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const TOKEN = /<\?xml [^<>]*\?>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

/**
 * Reads XML strictly, as much of it as a summary uses: declaration, elements, attributes in double quotes, texts.
 *
 * @throws Error at the first thing that is not well formed
 */
export function parseXml(text: string): XmlElement {
  if (NOT_ALLOWED.test(text)) throw new Error('a character that XML does not allow');
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    const parent = open.at(-1);
    if (found === null || parent === undefined) throw new Error(`not well formed: ${text.slice(at, at + 80)}`);
    const [, slash, name, attributes = '', empty, content] = found;
    if (content !== undefined) parent.text += unescaped(content);
    if (name === undefined) continue;
    if (slash === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes something else`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w.-]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, unescaped(value)] as const,
    );
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`<${name}> has an attribute twice`);
    const element: XmlElement = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
    parent.children.push(element);
    if (empty === '') open.push(element);
  }
  const [root, ...more] = top.children;
  if (open.length !== 1 || root === undefined || more.length > 0 || top.text.trim() !== '')
    throw new Error('not one element, closed');
  return root;
}

function unescaped(text: string): string {
  return text.replaceAll(/&(\w*)(;?)/g, (_all, name: string, end: string) => {
    const character = ENTITIES[name];
    if (character === undefined || end === '') throw new Error(`&${name} is no entity`);
    return character;
  });
}
