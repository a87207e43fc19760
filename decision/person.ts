// Who somebody is. Drover learns of people by texts such as `jane`, `jane@host`, `jane@example.com`, `gitlab storefront#123` and
// `gitlab storefront#123 (runner@host)`. They are what people say of themselves: who needs more asks for signed approvals.

/** A name as it is compared: in small letters, white space collapsed and cut off at both ends. */
function tidy(name: string): string {
  return name.normalize('NFC').replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

/** What is left of a name without where it was typed: ` (…)` at its end, then `@` and all after it. Nothing else is left out. */
function bare(name: string): string {
  const whole = tidy(name);
  const outside = /^(.*\S) \([^()]*\)$/.exec(whole)?.[1] ?? whole;
  const at = outside.indexOf('@');
  return at > 0 ? outside.slice(0, at).trimEnd() : outside;
}

/**
 * Whether two texts name one person (or one CI build): the whole texts are alike, or what is left of them without where they were typed. Case
 * and white space do not matter.
 *
 * `jane`, `Jane@desk` and `jane@laptop` are one; so are `gitlab storefront#123` and `gitlab storefront#123 (runner@host)`, and
 * `jane@example.com` and `jane@example.org`: it errs on the side of asking one person more. `gitlab storefront#123` and
 * `gitlab storefront#124` are two, and so are `jane` and `gitlab storefront#123 (jane@desk)`.
 */
export function isSamePerson(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

/**
 * Whether a list of allowed names has a person. A name in the list without `@` is compared as {@link isSamePerson} does; one with `@` asks for
 * just that: `jane@example.com` is not met by `jane@laptop`.
 */
export function isAmong(people: readonly string[], person: string): boolean {
  return people.some((name) => (name.includes('@') ? tidy(name) === tidy(person) : isSamePerson(name, person)));
}

/** Whether a text names nobody. */
export function isNobody(name: string): boolean {
  return bare(name) === '';
}
