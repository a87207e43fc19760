import { asWord, targetText } from './target-text';

/** After something that was wrong: where it is told what, and what then. */
export function findOutWhy(
  deployment: Readonly<Record<'environment' | 'stack' | 'service' | 'requestId', string>>,
): string {
  return `Find out why (\`drover why ${targetText(deployment)} --request ${asWord(deployment.requestId)}\`), then deploy again.`;
}

/** The same for whoever reads there what was wrong. */
export const FOUND_OUT = 'Mend what is named here, then deploy again.';
