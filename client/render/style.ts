/** Colours by their meaning. */
export type Tone = 'good' | 'bad' | 'careful' | 'quiet' | 'strong';

// https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  careful: [33, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

/** Puts a tone on a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export const paint: Paint = (tone, text) => `\u001b[${String(CODES[tone][0])}m${text}\u001b[${String(CODES[tone][1])}m`;
export const noPaint: Paint = (_tone, text) => text;

/** What a stream can show. https://no-color.org, and FORCE_COLOR as Node has it. */
export function abilitiesOf(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): { readonly live: boolean; readonly colour: boolean } {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const forced = env['FORCE_COLOR'];
  const colour =
    forced !== undefined && forced !== ''
      ? forced !== '0' && forced !== 'false'
      : isTerminal && (env['NO_COLOR'] === undefined || env['NO_COLOR'] === '');
  return { live: isTerminal && (env['CI'] === undefined || env['CI'] === ''), colour };
}
