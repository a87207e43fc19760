import {
  GATE_BOUNDS,
  GATE_DEFAULTS,
  isGateName,
  isHeaderName,
  takesTooLong,
  wrongAddress,
} from '../../../decision/gate-spelling';
import type { ReleaseGate } from '../../../decision/release-gate';
import { MOST_GATES, RELEASE_GATE_NAMES } from '../../../decision/release-gate';
import { formatDuration } from '../duration';
import { looksLikeASecret } from '../looks-like-a-secret';
import { shown } from '../shown';
import { given } from '../yaml/given';
import { addWrong, count, duration, named, section, text, texts, type Wrong } from '../yaml/pieces';
import { wrongEnvironment } from './wrong-environment';
import type { z } from 'zod';

// The gates of a release itself: `gates` in `release.yaml`.

const REFERENCE_FIX =
  'write the name under which the worker has it: probes: { to: […], secrets: { shop-token: … } } in its drover.yaml';

function wrongUrl(url: string): Wrong | undefined {
  const wrong = wrongAddress(url, RELEASE_GATE_NAMES, (plain) => URL.canParse(plain));
  if (wrong !== undefined) return wrong;
  const query = url.split('?')[1] ?? '';
  if (!query.split(/[&=]/).some(looksLikeASecret)) return undefined;
  return {
    text: 'its query looks like a secret, which everybody would find in the history',
    fix: 'send it as a header that the worker has the value of: headers: { Authorization: shop-token }',
  };
}

const wrongGateName = (name: string): Wrong | undefined =>
  isGateName(name)
    ? undefined
    : {
        text: `${shown(name)} cannot name a gate`,
        fix: 'use up to 60 letters, digits, dots, dashes and underscores',
      };

function wrongHeader(header: string, reference: string): (Wrong & { atKey?: boolean }) | undefined {
  if (!isHeaderName(header))
    return {
      text: `${shown(header)} cannot be the name of a header`,
      fix: 'write one such as Authorization',
      atKey: true,
    };
  if (isGateName(reference) && !looksLikeASecret(reference)) return undefined;
  return {
    text: `the value of ${header} is no name of a secret; values do not belong into this file`,
    fix: REFERENCE_FIX,
  };
}

const GATE = {
  environment: text('the name of an environment', wrongEnvironment).optional(),
  http: section({
    url: text('the address to ask, such as https://shop.example.com/health', wrongUrl),
    status: count(...GATE_BOUNDS.status).optional(),
    contains: text('a text that the body must hold').optional(),
    headers: texts('headers with the names of secrets, such as { Authorization: shop-token }', wrongHeader).optional(),
  }),
  passes: count(...GATE_BOUNDS.passes).optional(),
  every: duration(...GATE_BOUNDS.every).optional(),
  within: duration(...GATE_BOUNDS.within).optional(),
  timeout: duration(...GATE_BOUNDS.timeout).optional(),
};

/** `gates` of a release, by their names. */
export const releaseGatesSchema = named(
  section(GATE).superRefine((gate, context) => {
    const { passes, everyMillis, withinMillis } = timesOf(gate);
    if (!takesTooLong({ passes, everyMillis, withinMillis })) return;
    addWrong(context, {
      text: `${passes} passes, one every ${formatDuration(everyMillis)}, take longer than ${formatDuration(withinMillis)}, which it is given`,
      fix: 'ask for fewer passes, a shorter every:, or a longer within:',
    });
  }),
  wrongGateName,
).superRefine((gates, context) => {
  const { length } = Object.keys(gates);
  if (length > MOST_GATES)
    addWrong(context, { text: `${length} are more than one release may have`, fix: `keep at most ${MOST_GATES}` });
});

/** A gate as the file has it. */
export type ReleaseGateSpelling = z.output<typeof releaseGatesSchema>[string];

/** The gate that a file means. */
export function releaseGateOf(name: string, spelling: ReleaseGateSpelling, environment: string): ReleaseGate {
  const { http } = spelling;
  return {
    ...{ name, kind: 'http', environment, url: http.url },
    // A query is nothing for people.
    asks: http.url.replaceAll('{environment}', environment).split(/[?#]/)[0] ?? '',
    status: http.status ?? GATE_DEFAULTS.status,
    ...given({ contains: http.contains }),
    headers: http.headers ?? {},
    ...timesOf(spelling),
  };
}

function timesOf(gate: {
  readonly passes?: number | undefined;
  readonly every?: number | undefined;
  readonly within?: number | undefined;
  readonly timeout?: number | undefined;
}): Pick<ReleaseGate, 'passes' | 'everyMillis' | 'withinMillis' | 'timeoutMillis'> {
  return {
    passes: gate.passes ?? GATE_DEFAULTS.passes,
    everyMillis: gate.every ?? GATE_DEFAULTS.everyMillis,
    withinMillis: gate.within ?? GATE_DEFAULTS.withinMillis,
    timeoutMillis: gate.timeout ?? GATE_DEFAULTS.timeoutMillis,
  };
}
