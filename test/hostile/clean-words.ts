/** Longest text that a message may have, characters. */
const LIMIT = 6_000;

/** What is wrong with a text that people read: too long, a trace of the code, control over a terminal; empty where nothing is. */
export function uncleanIn(text: string): string[] {
  return [
    ...(text.length > LIMIT ? [`${text.length} characters`] : []),
    ...(/\n\s+at .*\d+:\d+/.test(text) ? ['a stack trace'] : []),
    ...(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text) ? [`control characters: ${JSON.stringify(text)}`] : []),
  ];
}
