/** Takes known secrets out of a text that is about to be shown. */
export type Redact = (text: string) => string;

const BLANK = '[redacted]';
/** Of a secret that a text was cut off in, so many characters at the text's end are recognised. */
const LEAST_CUT = 6;

/** More secrets than any service has: looking for them all would take too long. */
export const MOST_SECRETS = 20_000;
/** Of a text only so much is looked at, and shown. */
const LONGEST_TEXT = 20_000;
/** A word of fewer characters is looked for as a whole word only. */
const SHORT_WORD = 8;

/**
 * Makes a function that blanks each of the given secrets, also where it was escaped for JSON, HTML or a URL, and what is left of one at
 * the end of a text that somebody else had cut off (Rancher's own columns are bounded).
 * Secrets of fewer than four characters are left out: blanking "1" would only mangle the message. Short ones that are a word ("cont",
 * "prod") are blanked where they stand as a word, and not as a part of "container" or "production".
 * Texts are cut to 20,000 characters; where there are more secrets than {@link MOST_SECRETS}, nothing is shown.
 */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  const words = new Set<string>();
  let count = 0;
  for (const secret of secrets) {
    count += 1;
    if (count > MOST_SECRETS) return () => BLANK;
    if (secret.length < 4) continue;
    if (secret.length < SHORT_WORD && /^\w+$/.test(secret)) {
      words.add(secret);
      continue;
    }
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd')));
    forms.add(secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'));
  }
  // The longest first: a secret that is part of another one must not leave the rest of it behind.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (whole) => {
    const text = whole.slice(0, LONGEST_TEXT);
    return withoutCutSecret(withoutWords(withoutForms(text, ordered), words), ordered);
  };
}

/** All of them are looked for in the text as it came: where two overlap, blanking the one first would hide the other and leave the rest of it. */
function withoutForms(text: string, forms: readonly string[]): string {
  /** How many more begin than end at each place. */
  const begun = new Int32Array(text.length + 1);
  let isFound = false;
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      begun[at] = (begun[at] ?? 0) + 1;
      begun[at + form.length] = (begun[at + form.length] ?? 0) - 1;
      isFound = true;
    }
  }
  if (!isFound) return text;
  let [shown, depth, from] = ['', 0, 0];
  for (const [at, change] of begun.entries()) {
    if (depth === 0 && change > 0) shown += `${text.slice(from, at)}${BLANK}`;
    depth += change;
    if (depth === 0) from = change < 0 ? at : from;
  }
  return shown + text.slice(from);
}

function withoutWords(text: string, words: ReadonlySet<string>): string {
  return words.size === 0 ? text : text.replaceAll(/\w+/g, (word) => (words.has(word) ? BLANK : word));
}

function withoutCutSecret(text: string, forms: readonly string[]): string {
  const dots = /(?:\.{3}|…)?$/.exec(text)?.[0] ?? '';
  const end = dots === '' ? text : text.slice(0, -dots.length);
  const cut = forms.reduce((most, form) => Math.max(most, lengthOfCut(end, form)), 0);
  return cut === 0 ? text : `${end.slice(0, -cut)}${BLANK}${dots}`;
}

/** How much of the beginning of `form` the text ends with; 0 where that is too little to tell. */
function lengthOfCut(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= LEAST_CUT; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
