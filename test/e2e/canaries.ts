import { randomBytes } from 'node:crypto';

/** A secret that is planted somewhere, and every form in which it could turn up again. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Odd characters around what is looked for: each is written differently in JSON, HTML, a URL or a shell. */
const AROUND = ['', '"quoted"', '<&>', 'ä é', '%41+', "it's", '\\n\\', '$HOME ', '{"a":1}', 'a=b;c'] as const;

/** In turn, so that a run is like the one before. */
let made = 0;

/** A value that nobody else has: 24 hexadecimal digits that no encoding of text changes, and something odd around them. */
export function canary(name: string, plain = false): Canary {
  const core = randomBytes(12).toString('hex');
  const odd = plain ? '' : (AROUND[made++ % AROUND.length] ?? '');
  return { name, value: `${odd}${core}${odd}` };
}

/** Where one was found, and in which form. */
export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly place: string;
}

/**
 * Looks for canaries. The digits in the middle are the same in clear, in JSON (however often), in a URL, in HTML and in a half that was
 * cut off; for the rest there are base64 in its three alignments and hexadecimal.
 */
export class CanarySearch {
  readonly #forms: { readonly canary: string; readonly form: string; readonly needle: string }[] = [];

  constructor(canaries: readonly Canary[]) {
    for (const { name, value } of canaries) {
      const core = /[0-9a-f]{24}/.exec(value)?.[0];
      if (core === undefined) throw new Error(`${name} is no canary`);
      const add = (form: string, needle: string): void => void this.#forms.push({ canary: name, form, needle });
      add('its first half', core.slice(0, 12));
      add('its second half', core.slice(12));
      add('hexadecimal', Buffer.from(core).toString('hex'));
      for (const shift of [0, 1, 2]) {
        // Of the encoded text only what does not depend on what stands before and after it.
        const encoded = Buffer.from(`${' '.repeat(shift)}${core}`).toString('base64');
        add('base64', encoded.slice(shift === 0 ? 0 : 4, 32));
      }
    }
  }

  /** Everything that is found in a text. */
  find(place: string, text: string): Sighting[] {
    return this.#forms
      .filter(({ needle }) => text.includes(needle))
      .map(({ canary: name, form }) => ({ canary: name, form, place }));
  }
}
