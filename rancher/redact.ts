/** Takes known secrets out of a text that is about to be shown. */
export type Redact = (text: string) => string;

const BLANK = '[redacted]';
/** Of a secret that a text was cut off in, so many characters at the text's end are recognised. */
const LEAST_CUT = 6;

/**
 * Makes a function that blanks each of the given secrets, also where it was escaped for JSON, HTML or a URL, and what is left of one at
 * the end of a text that somebody else had cut off (Rancher's own columns are bounded).
 * Secrets of fewer than four characters are left out: blanking "1" would only mangle the message.
 */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd')));
    forms.add(secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'));
  }
  // The longest first: a secret that is part of another one must not leave the rest of it behind.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) =>
    withoutCutSecret(
      ordered.reduce((rest, form) => rest.replaceAll(form, BLANK), text),
      ordered,
    );
}

function withoutCutSecret(text: string, forms: readonly string[]): string {
  const dots = /(?:\.{3}|…)?$/.exec(text)?.[0] ?? '';
  const end = dots === '' ? text : text.slice(0, -dots.length);
  const cut = Math.max(0, ...forms.map((form) => lengthOfCut(end, form)));
  return cut === 0 ? text : `${end.slice(0, -cut)}${BLANK}${dots}`;
}

/** How much of the beginning of `form` the text ends with; 0 where that is too little to tell. */
function lengthOfCut(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= LEAST_CUT; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
