import { quote } from './schema-pieces';

/** Why `name` cannot name a gate or a target, which is a part of queue names and of histories; `undefined` when it can. */
export function whyBadOwnName(what: string): (name: string) => string | undefined {
  return (name) =>
    /^[\w.-]{1,60}$/.test(name)
      ? undefined
      : `${quote(name)} cannot name a ${what}; use up to 60 letters, digits, dots, dashes and underscores`;
}

/** Why `name` cannot be the name of an HTTP header, or `undefined` when it can. */
export function whyBadHeader(name: string): string | undefined {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ? undefined : `${quote(name)} cannot be the name of a header`;
}
