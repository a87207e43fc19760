/** What all charts have in common: colours for light and dark, text, a legend. */

export const WIDTH = 860;
const LETTER_WIDTH = 6.6;

/** Of the parts or series of a chart, in their order: told apart in both, and by those who see fewer colours. */
const COLOURS = [
  { light: '#2a78d6', dark: '#3987e5' },
  { light: '#eb6834', dark: '#d95926' },
  { light: '#1baf7a', dark: '#199e70' },
  { light: '#8a63d2', dark: '#9085e9' },
  { light: '#b8860b', dark: '#c98500' },
  { light: '#6b7280', dark: '#9aa1ab' },
] as const;

const rules = (scheme: 'light' | 'dark'): string =>
  [
    `.ground{fill:${scheme === 'light' ? '#fcfcfb' : '#1a1a19'}}`,
    `text{fill:${scheme === 'light' ? '#1f1f1e' : '#f0efec'}}`,
    `.quiet{fill:${scheme === 'light' ? '#5f5e5a' : '#b4b2ab'}}`,
    `.grid{stroke:${scheme === 'light' ? '#e4e3de' : '#3a3a37'}}`,
    `.limit{stroke:${scheme === 'light' ? '#5f5e5a' : '#b4b2ab'}}`,
    ...COLOURS.map((colour, at) => `.fill${at}{fill:${colour[scheme]}}.line${at}{stroke:${colour[scheme]}}`),
  ].join('');

/** A whole picture, with a ground of its own: it can be read whatever page it stands in. */
export function picture(title: string, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif}.title{font-size:14px;font-weight:600}.grid{stroke-width:1}.limit{stroke-width:1.5;stroke-dasharray:5 4}${rules('light')}@media (prefers-color-scheme:dark){${rules('dark')}}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(20, 26, title, 'title'),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

export type Anchor = 'start' | 'middle' | 'end';

export function text(x: number, y: number, content: string, style = '', anchor: Anchor = 'start'): string {
  const more = `${style === '' ? '' : ` class="${style}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
  return `<text x="${round(x)}" y="${round(y)}"${more}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

export const colourOf = (at: number): number => at % COLOURS.length;

/** A square and a name for each, in a row. */
export function legend(names: readonly string[], y: number): string[] {
  let x = 20;
  return names.flatMap((name, at) => {
    const drawn = [
      `<rect class="fill${colourOf(at)}" x="${round(x)}" y="${y - 9}" width="10" height="10" rx="2"/>`,
      text(x + 15, y, name, 'quiet'),
    ];
    x += 15 + widthOf(name) + 22;
    return drawn;
  });
}

/** About how wide a text is. */
export const widthOf = (content: string): number => content.length * LETTER_WIDTH;

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Round numbers from 0 to at least `max`. */
export function ticks(max: number): number[] {
  const rough = (max > 0 ? max : 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil((max > 0 ? max : 1) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

/** Powers of ten around what is shown. */
export function powers(min: number, max: number): number[] {
  const [from, to] = [Math.floor(Math.log10(min) + 1e-9), Math.ceil(Math.log10(max) - 1e-9)];
  return Array.from({ length: Math.max(1, to - from) + 1 }, (_, at) => 10 ** (from + at));
}

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
