/** What a shell takes as one word as it stands. */
const PLAIN = /^[A-Za-z0-9._/:@=+-]+$/;

/** A service as a person names it on the command line: `prod storefront/web`. */
export function targetText(target: {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
}): string {
  const { environment, stack, service } = target;
  return `${asWord(environment)} ${asWord(`${stack}/${service}`)}`;
}

/** One word of a command line, quoted for a shell where it has to be. */
export function asWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
