/** Takes known secrets out of a text that is about to be shown. */
export type Redact = (text: string) => string;

/**
 * Makes a function that blanks each of the given secrets, also where it was escaped for JSON, HTML or a URL.
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
  return (text) => ordered.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
}
