import { z } from 'zod';
import { whyBadRule } from '../../../decision/approval';
import { readWindow, WEEKDAYS } from '../../../decision/freeze-window';
import { STAGE_DEFAULTS } from '../../../decision/pipeline';
import { isTimeZone } from '../../../decision/zone-time';
import { nearest } from '../../cli/nearest';
import { wrongName, wrongWords } from '../release/release-schema';
import { wrongEnvironment } from '../release/wrong-environment';
import { shown } from '../shown';
import {
  addWrong,
  choice,
  count,
  duration,
  fileVersion,
  flag,
  listOf,
  section,
  text,
  type Wrong,
} from '../yaml/pieces';
import { given } from '../yaml/given';

// What `pipeline.yaml` may hold.

/** A pipeline's name is a part of workflow ids, and a stage's of what is signed. */
const OWN_NAME = /^[A-Za-z0-9](?:[\w.-]{0,62}[A-Za-z0-9])?$/;

const wrongOwnName =
  (what: string) =>
  (name: string): Wrong | undefined =>
    OWN_NAME.test(name)
      ? undefined
      : {
          text: `${shown(name)} cannot be the name of a ${what}`,
          fix: 'write at most 64 letters, digits, dots, dashes and underscores, with a letter or a digit at both ends',
        };

const APPROVALS = {
  count: count(1, 20).optional(),
  people: listOf(text('a name', wrongWords)).optional(),
  distinctFromRequester: flag().optional(),
  within: duration('1s', '90d').optional(),
  signed: flag().optional(),
};

const approvals = section(APPROVALS).transform(({ within, ...rest }, context) => {
  const rule = { ...STAGE_DEFAULTS.approvals, ...given({ ...rest, expiresMillis: within }) };
  const bad = whyBadRule(rule);
  if (bad !== null)
    addWrong(context, { text: bad.why, fix: 'name enough different people, or ask fewer of them' }, [bad.at]);
  return rule;
});

const WINDOW = {
  name: text('words for people', wrongWords),
  timeZone: text('a time zone, such as Europe/Berlin', wrongTimeZone),
  days: listOf(choice(WEEKDAYS)).optional(),
  from: text('a time, such as "22:00" or 2026-12-24T18:00'),
  to: text('a time, such as "06:00" or 2026-12-27T06:00'),
};

/** What to write where a window cannot be read, by the key that is wrong. */
const WINDOW_FIXES = {
  name: 'write words for people',
  timeZone: 'write the name of a time zone, such as Europe/Berlin',
  days: `write some of ${WEEKDAYS.join(', ')} with times such as "22:00", or leave the days out`,
  from: 'write "HH:MM" for every day (or those in days), or YYYY-MM-DDTHH:MM for once',
  to: 'write it as from is, and later; "24:00" is "00:00" of the next day',
} as const;

const window = section(WINDOW).transform(({ days, ...rest }, context) => {
  const freeze = { ...rest, ...given({ days }) };
  const read = readWindow(freeze);
  if (read.kind === 'bad') addWrong(context, { text: read.why, fix: WINDOW_FIXES[read.at] }, [read.at]);
  return freeze;
});

function wrongTimeZone(name: string): Wrong | undefined {
  if (isTimeZone(name)) return undefined;
  const near = nearest(name, Intl.supportedValuesOf('timeZone'));
  const fix =
    near === undefined ? 'write its name in the IANA database, such as Europe/Berlin or UTC' : `did you mean ${near}?`;
  return { text: `${shown(name)} is no time zone that is known here`, fix };
}

const environment = text('the name of an environment', wrongEnvironment);

const STAGE = {
  name: text('the name of a stage', wrongOwnName('stage')),
  from: environment.optional(),
  environments: listOf(environment),
  parallel: flag().optional(),
  canary: flag().optional(),
  approvals: approvals.optional(),
  soak: duration('0s', '30d').optional(),
  freeze: z.array(window).optional(),
};

/** The whole file. */
export const pipelineSchema = section({
  version: fileVersion().optional(),
  name: text('the name of the pipeline', wrongOwnName('pipeline')),
  stack: text('the name of a stack', wrongName('stack')),
  services: listOf(text('the name of a service', wrongName('service'))).optional(),
  stages: z.array(section(STAGE)).min(1),
});

/** The file's content, checked. */
export type PipelineContent = z.output<typeof pipelineSchema>;
