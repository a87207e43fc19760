/** How well-known tokens begin. */
const TOKENS =
  /^(ghp_|gho_|ghs_|github_pat_|glpat-|glrt-|xox[abprs]-|sk_live_|sk-|rk_live_|AKIA[0-9A-Z]{12}|AIza|eyJ[A-Za-z0-9_-]+\.|npm_|dckr_pat_|hvs\.|-----BEGIN)/;
const HEX = /^[0-9a-f]{32,}$/i;

/**
 * Whether a text is more likely a password or a token than a name. A guess that errs on the side of letting names through: long
 * runs of mixed letters and digits without a separator, plain hexadecimal, and the prefixes of well-known tokens.
 */
export function looksLikeASecret(text: string): boolean {
  if (TOKENS.test(text) || HEX.test(text)) return true;
  return text
    .split(/[._\-/:@ ]/)
    .some((run) => run.length >= 20 && /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run));
}
